#include "api/upstash/sse.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rediserve::api::upstash {
namespace {

using namespace std::string_literals;
using redis::subscription_kind;

std::string subscribed(subscription_kind kind, std::string_view name, std::int64_t count = 1)
{
    buffer to;
    append_subscribed(to, kind, name, count);
    return std::string(to.view());
}

std::string message(subscription_kind kind, std::string_view name, std::string_view channel, std::string_view payload)
{
    buffer to;
    append_message(to, kind, name, channel, payload);
    return std::string(to.view());
}

std::string payload(std::string_view bytes)
{
    const std::string event = message(subscription_kind::channel, "c", "c", bytes);
    const std::string_view head = "data: message,c,";
    EXPECT_TRUE(event.starts_with(head) && event.ends_with("\n\n"));
    return event.substr(head.size(), event.size() - head.size() - 2);
}

TEST(UpstashSse, ConfirmsSubscriptions)
{
    EXPECT_EQ(subscribed(subscription_kind::channel, "c"), "data: subscribe,c,1\n\n");
    EXPECT_EQ(subscribed(subscription_kind::channel, "d", 2), "data: subscribe,d,2\n\n");
    EXPECT_EQ(subscribed(subscription_kind::pattern, "c*"), "data: psubscribe,c*,1\n\n");
    EXPECT_EQ(subscribed(subscription_kind::shard_channel, "c"), "data: ssubscribe,c,1\n\n");
    EXPECT_EQ(subscribed(subscription_kind::monitor, ""), "data: \"OK\"\n\n");
}

TEST(UpstashSse, HandsOnMessages)
{
    EXPECT_EQ(message(subscription_kind::channel, "c", "c", "a,b"), "data: message,c,a,b\n\n");
    EXPECT_EQ(message(subscription_kind::pattern, "c*", "c", "a,b"), "data: pmessage,c*,c,a,b\n\n");
    EXPECT_EQ(message(subscription_kind::shard_channel, "c", "c", ""), "data: smessage,c,\n\n");
    const std::string line = R"(1721284005.242090 [0 0.0.0.0:0] "GET" "k")";
    EXPECT_EQ(message(subscription_kind::monitor, "", "", line), "data: " + line + "\n\n");
}

TEST(UpstashSse, LeavesPayloadsWithoutLineEndsAlone)
{
    for (const std::string& bytes :
         {""s, "text"s, R"({"a": [1, 2]})"s, "\"x\""s, "a\tb\0c"s, "\u00fc\u2028"s, " data: x"s})
        EXPECT_EQ(payload(bytes), bytes);
}

TEST(UpstashSse, MakesTextWithLineEndsAJsonString)
{
    EXPECT_EQ(payload("a\nb"), R"("a\nb")");
    EXPECT_EQ(payload("a\r\ndata: message,c,forged"), R"("a\r\ndata: message,c,forged")");
    EXPECT_EQ(payload("\n"), R"("\n")");
    EXPECT_EQ(payload("{\"a\":\"b\nc\"}"), R"("{\"a\":\"b\nc\"}")");   // looks like JSON, but is none
    EXPECT_EQ(payload("\xFF\n"), "\"\uFFFD\\n\"");
}

TEST(UpstashSse, DropsLineEndsBetweenTheTokensOfJson)
{
    EXPECT_EQ(payload("{\n  \"a\": 1,\r\n  \"b\": \"x\\n\"\n}\n"), "{  \"a\": 1,  \"b\": \"x\\n\"}");
    EXPECT_EQ(payload("\r5\n"), "5");
}

TEST(UpstashSse, KeepsNamesInOneLine)
{
    EXPECT_EQ(subscribed(subscription_kind::channel, "a\r\nb"), "data: subscribe,a\\r\\nb,1\n\n");
    EXPECT_EQ(message(subscription_kind::pattern, "\n*", "\nc", "x"), "data: pmessage,\\n*,\\nc,x\n\n");
    EXPECT_EQ(message(subscription_kind::channel, "\xFF", "\xFF", "x"), "data: message,\uFFFD,x\n\n");
    EXPECT_EQ(message(subscription_kind::monitor, "", "", "a\nb"), "data: a\\nb\n\n");
}

TEST(UpstashSse, ReplacesWhatIsNoUtf8)
{
    EXPECT_EQ(payload("a\xFF\xFEz"), "a\uFFFD\uFFFDz");
}

TEST(UpstashSse, SaysMoreToThoseWhoListenToMore)
{
    buffer to;
    append_keepalive(to);
    append_gap(to);
    append_close(to);
    EXPECT_EQ(to.view(), ": keepalive\n\n: gap\nevent: gap\ndata\n\n: close\nevent: close\ndata\n\n");
}

}   // namespace
}   // namespace rediserve::api::upstash
