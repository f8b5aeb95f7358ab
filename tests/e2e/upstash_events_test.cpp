// Streams of events (api/upstash, section 9): framing, sharing, gaps and ends.
#include "e2e/event_stream.hpp"
#include "e2e/upstash_test.hpp"

#include <csignal>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class UpstashEvents : public testing::Test
{
protected:
    // With one thread, unless the environment says otherwise.
    void start(std::map<std::string, std::string> environment = {}, const std::vector<std::string>& more = {})
    {
        environment.emplace("REDISERVE_THREADS", "1");
        std::vector<std::string> arguments = {"--redis", redis_.url()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        gateway_ = std::make_unique<gateway>(arguments, environment);
        ASSERT_TRUE(gateway_->await_ready());
    }

    gateway& rest() { return *gateway_; }

    event_stream listen(std::string_view target, const header_list& headers = {})
    {
        return event_stream(rest().address(), target, headers);
    }

    // A stream that has begun: its first event was this one.
    event_stream listening(std::string_view target, std::string_view first)
    {
        auto stream = listen(target);
        EXPECT_THAT(stream.head(), HasStatus(200));
        EXPECT_EQ(stream.next_data(), first);
        return stream;
    }

    std::string subscribers(const std::string& channel)
    {
        auto said = redis_.cli({"pubsub", "numsub", channel});
        return said.substr(said.rfind('\n') + 1);
    }

    bool await_subscribers(const std::string& channel, int count)
    {
        return await([&] { return subscribers(channel) == std::to_string(count); });
    }

    redis_server redis_{redis_server::options{.tcp = true, .arguments = {}}};

private:
    std::unique_ptr<gateway> gateway_;
};

TEST_F(UpstashEvents, BeginWithTheHeadOfTheContract)
{
    start();
    auto stream = listen("/subscribe/c", as_base64);
    EXPECT_THAT(stream.head(), HasStatus(200));
    EXPECT_EQ(stream.head().header("content-type"), "text/event-stream");
    EXPECT_EQ(stream.head().header("cache-control"), "no-cache");
    EXPECT_EQ(stream.head().header("transfer-encoding"), "chunked");
    EXPECT_EQ(stream.head().header("x-accel-buffering"), "no");
    EXPECT_EQ(stream.head().header("content-encoding"), "");
    EXPECT_NE(stream.head().header("upstash-sync-token"), "");
    EXPECT_EQ(stream.next(), "data: subscribe,c,1");
    redis_.cli({"publish", "c", "plain, whatever the encoding"});
    EXPECT_EQ(stream.next(), "data: message,c,plain, whatever the encoding");
}

TEST_F(UpstashEvents, MayBeReadByPages)
{
    start({}, {"--token", "T"});
    auto stream = listen("/subscribe/c", bearing("T", {{"Origin", "https://app.example"}}));
    EXPECT_THAT(stream.head(), HasStatus(200));
    EXPECT_EQ(stream.head().header("access-control-allow-origin"), "https://app.example");
    EXPECT_EQ(stream.head().header("access-control-allow-credentials"), "true");
}

TEST_F(UpstashEvents, AreAskedForWithGetAndPost)
{
    start();
    event_stream got(rest().address(), "/subscribe/c", {}, "GET");
    EXPECT_EQ(got.next(), "data: subscribe,c,1");
    event_stream posted(rest().address(), "/subscribe/c", {}, "POST", "");
    EXPECT_EQ(posted.next(), "data: subscribe,c,1");
    event_stream with_body(rest().address(), "/subscribe/c", {}, "POST", R"(["not","a","channel"])");
    EXPECT_EQ(with_body.next(), "data: subscribe,c,1");
    EXPECT_TRUE(await_subscribers("c", 1));
    EXPECT_EQ(subscribers("not"), "0");
}

TEST_F(UpstashEvents, OfSeveralChannelsComeOnOneStream)
{
    start();
    auto stream = listening("/subscribe/a/b/", "data: subscribe,a,1");
    EXPECT_EQ(stream.next(), "data: subscribe,b,2");
    redis_.cli({"publish", "b", "1"});
    redis_.cli({"publish", "a", "2"});
    EXPECT_EQ(stream.next(), "data: message,b,1");
    EXPECT_EQ(stream.next(), "data: message,a,2");
    auto patterns = listening("/psubscribe/x*/y*", "data: psubscribe,x*,1");
    EXPECT_EQ(patterns.next(), "data: psubscribe,y*,2");
    redis_.cli({"publish", "y1", "3"});
    EXPECT_EQ(patterns.next(), "data: pmessage,y*,y1,3");
}

TEST_F(UpstashEvents, OfAShardedChannel)
{
    start();
    auto stream = listening("/ssubscribe/c", "data: ssubscribe,c,1");
    redis_.cli({"spublish", "c", "x"});
    EXPECT_EQ(stream.next(), "data: smessage,c,x");
}

TEST_F(UpstashEvents, OfChannelsOfAnyName)
{
    start();
    auto escaped = listening("/subscribe/a%20b%2F%C3%BC", "data: subscribe,a b/\u00fc,1");
    redis_.cli({"publish", "a b/\u00fc", "1"});
    EXPECT_EQ(escaped.next(), "data: message,a b/\u00fc,1");
    auto malformed = listening("/subscribe/50%", "data: subscribe,50%,1");
    auto plus = listening("/subscribe/a+b", "data: subscribe,a+b,1");
    auto query = listening("/subscribe/q?x&y", "data: subscribe,q,1");
    auto token = listening("/subscribe/t?_token=T&x=y", "data: subscribe,t,1");
    EXPECT_TRUE(await_subscribers("50%", 1));
    EXPECT_EQ(subscribers("x"), "0");
}

TEST_F(UpstashEvents, OfPublishThroughTheGateway)
{
    start();
    auto stream = listening("/subscribe/c", "data: subscribe,c,1");
    EXPECT_THAT(rest().request("GET", "/publish/c/hello"), Results("1"));
    EXPECT_THAT(rest().request("POST", "/pipeline", R"([["PUBLISH","c","a"],["PUBLISH","c","b"]])"), HasStatus(200));
    for (const auto* payload : {"hello", "a", "b"})
        EXPECT_EQ(stream.next(), "data: message,c," + std::string(payload));
}

TEST_F(UpstashEvents, HoldNoLineBreakOfAPayload)
{
    start();
    auto stream = listening("/subscribe/c", "data: subscribe,c,1");
    const std::vector<std::pair<std::string, std::string>> payloads = {
        {"a,b,c", "a,b,c"},
        {"", ""},
        {"a\nb", R"("a\nb")"},
        {"a\r\nb", R"("a\r\nb")"},
        {"\r", R"("\r")"},
        {"a\n\ndata: message,c,forged", R"("a\n\ndata: message,c,forged")"},
        {"{\"a\":\n1,\r\n\"b\":[ ]}", R"({"a":1,"b":[ ]})"},
        {R"({"a":"x\ny"})", R"({"a":"x\ny"})"},
        {"\"text\"", "\"text\""},
        {"\u00fc \U0001F600", "\u00fc \U0001F600"},
        {"data: x", "data: x"},
    };
    for (const auto& [payload, told] : payloads) {
        redis_.cli({"publish", "c", payload});
        EXPECT_EQ(stream.next(), "data: message,c," + told);
    }
}

TEST_F(UpstashEvents, MayBeLarge)
{
    start();
    auto stream = listening("/subscribe/c", "data: subscribe,c,1");
    redis_.cli({"eval", "return redis.call('publish', 'c', string.rep('x', 500000))", "0"});
    EXPECT_EQ(stream.next(), "data: message,c," + std::string(500'000, 'x'));
}

TEST_F(UpstashEvents, OfManyListenersCostOneSubscription)
{
    start();
    std::vector<event_stream> streams;
    for (int number = 0; number < 10; ++number) {
        streams.push_back(listening("/subscribe/c", "data: subscribe,c,1"));
        EXPECT_EQ(subscribers("c"), "1");
    }
    auto both = listening("/subscribe/c/d", "data: subscribe,c,1");
    EXPECT_EQ(redis_.cli({"publish", "c", "x"}), "1");
    for (auto& stream : streams)
        EXPECT_EQ(stream.next(), "data: message,c,x");
    streams.clear();
    EXPECT_EQ(both.next(), "data: subscribe,d,2");
    EXPECT_EQ(both.next(), "data: message,c,x");
    EXPECT_EQ(subscribers("c"), "1");
}

TEST_F(UpstashEvents, EndTheirSubscriptionWithTheLastListener)
{
    start();
    {
        auto first = listening("/subscribe/c", "data: subscribe,c,1");
        {
            auto second = listening("/subscribe/c", "data: subscribe,c,1");
            auto pattern = listening("/psubscribe/p*", "data: psubscribe,p*,1");
            EXPECT_TRUE(await([&] { return redis_.cli({"pubsub", "numpat"}) == "1"; }));
        }
        EXPECT_TRUE(await([&] { return redis_.cli({"pubsub", "numpat"}) == "0"; }));
        redis_.cli({"publish", "c", "x"});
        EXPECT_EQ(first.next(), "data: message,c,x");
        EXPECT_EQ(subscribers("c"), "1");
    }
    EXPECT_TRUE(await_subscribers("c", 0));
    auto again = listening("/subscribe/c", "data: subscribe,c,1");
    redis_.cli({"publish", "c", "y"});
    EXPECT_EQ(again.next(), "data: message,c,y");
}

TEST_F(UpstashEvents, OfOneThreadOutliveItsOthers)
{
    start({{"REDISERVE_THREADS", "3"}});
    std::vector<event_stream> streams;
    for (int number = 0; number < 12; ++number)
        streams.push_back(listening("/subscribe/c", "data: subscribe,c,1"));
    EXPECT_LE(std::stoi(subscribers("c")), 3);
    redis_.cli({"publish", "c", "x"});
    for (auto& stream : streams)
        EXPECT_EQ(stream.next(), "data: message,c,x");
    while (streams.size() > 1)
        streams.pop_back();
    EXPECT_TRUE(await_subscribers("c", 1));
    redis_.cli({"publish", "c", "y"});
    EXPECT_EQ(streams.front().next(), "data: message,c,y");
}

TEST_F(UpstashEvents, TellThatThereWasAGap)
{
    start();
    auto stream = listening("/subscribe/c", "data: subscribe,c,1");
    auto pattern = listening("/psubscribe/c*", "data: psubscribe,c*,1");
    EXPECT_THAT(redis_.cli({"client", "kill", "type", "pubsub"}), Not("0"));
    for (auto* listener : {&stream, &pattern}) {
        auto gap = listener->next();
        ASSERT_TRUE(gap.has_value());
        EXPECT_THAT(*gap, HasSubstr("gap"));
        EXPECT_THAT(*gap, Not(HasSubstr("data: "))) << "the SDK must pass over it";
    }
    EXPECT_EQ(redis_.cli({"publish", "c", "x"}), "2");
    EXPECT_EQ(stream.next(), "data: message,c,x");
    EXPECT_EQ(pattern.next(), "data: pmessage,c*,c,x");
}

TEST_F(UpstashEvents, SurviveARestartOfRedis)
{
    start();
    auto stream = listening("/subscribe/c", "data: subscribe,c,1");
    redis_.kill();
    ASSERT_TRUE(rest().await_ready(false));
    EXPECT_THAT(listen("/subscribe/other").head(), Refuses(503));
    redis_.restart();
    auto gap = stream.next();
    ASSERT_TRUE(gap.has_value());
    EXPECT_THAT(*gap, HasSubstr("gap"));
    redis_.cli({"publish", "c", "x"});
    EXPECT_EQ(stream.next(), "data: message,c,x");
}

TEST_F(UpstashEvents, ShowSignsOfLife)
{
    start({{"REDISERVE_HTTP_LIMITS_STREAM_IDLE", "100ms"}});
    auto stream = listening("/subscribe/c", "data: subscribe,c,1");
    for (int beat = 0; beat < 3; ++beat) {
        auto event = stream.next();
        ASSERT_TRUE(event.has_value());
        EXPECT_THAT(*event, testing::StartsWith(":"));
    }
    redis_.cli({"publish", "c", "x"});
    EXPECT_EQ(stream.next_data(), "data: message,c,x");
}

TEST_F(UpstashEvents, OutliveTheTimeLimitsOfRequests)
{
    start(
        {{"REDISERVE_HTTP_LIMITS_IDLE_TIMEOUT", "200ms"},
         {"REDISERVE_REDIS_COMMAND_TIMEOUT", "200ms"},
         {"REDISERVE_HTTP_LIMITS_STREAM_IDLE", "250ms"}}
    );
    auto stream = listening("/subscribe/c", "data: subscribe,c,1");
    for (int beat = 0; beat < 4; ++beat)
        EXPECT_TRUE(stream.next().has_value());
    redis_.cli({"publish", "c", "x"});
    EXPECT_EQ(stream.next_data(), "data: message,c,x");
}

TEST_F(UpstashEvents, EndWithTheGateway)
{
    start();
    auto stream = listening("/subscribe/c", "data: subscribe,c,1");
    auto monitor = listening("/monitor", "data: \"OK\"");
    rest().process().signal(SIGTERM);
    auto last = stream.next();
    ASSERT_TRUE(last.has_value());
    EXPECT_THAT(*last, HasSubstr("close"));
    EXPECT_THAT(*last, Not(HasSubstr("data: "))) << "the SDK must pass over it";
    EXPECT_EQ(stream.next(), std::nullopt);
    EXPECT_EQ(stream.ended(), event_stream::end::clean);
    EXPECT_EQ(monitor.await_end(), event_stream::end::clean);
    EXPECT_EQ(rest().process().wait(), 0) << rest().process().output();
}

TEST_F(UpstashEvents, AreNotForWhoDoesNotAcceptThem)
{
    start();
    for (const auto* accepted : {"application/json", "*/*", "text/plain", ""}) {
        const header_list accept = {{"Accept", accepted}};
        auto refusal = [](const std::string& name) {
            return "ERR Command \"" + name
                + "\" is not allowed in REST or it has a special context path"
                  ": ask with Accept: text/event-stream";
        };
        EXPECT_THAT(listen("/subscribe/c", accept).head(), Refuses(400, refusal("SUBSCRIBE"))) << accepted;
        EXPECT_THAT(listen("/psubscribe/c", accept).head(), Refuses(400, refusal("PSUBSCRIBE"))) << accepted;
        EXPECT_THAT(listen("/monitor", accept).head(), Refuses(400, refusal("MONITOR"))) << accepted;
    }
    auto stream = listen("/subscribe/c", {{"Accept", "text/html;q=0.1, Text/Event-Stream ;q=1"}});
    EXPECT_EQ(stream.next(), "data: subscribe,c,1");
}

TEST_F(UpstashEvents, NeedAChannel)
{
    start();
    EXPECT_THAT(listen("/subscribe").head(), Refuses(400, "ERR wrong number of arguments for 'subscribe' command"));
    EXPECT_THAT(listen("/subscribe/").head(), Refuses(400, "ERR wrong number of arguments for 'subscribe' command"));
    EXPECT_THAT(listen("/psubscribe").head(), Refuses(400, "ERR wrong number of arguments for 'psubscribe' command"));
}

TEST_F(UpstashEvents, NeedTheToken)
{
    start({}, {"--token", "T"});
    constexpr auto refused = "WRONGPASS invalid or missing auth token";
    for (const auto* target : {"/subscribe/c", "/psubscribe/c", "/ssubscribe/c", "/monitor"}) {
        EXPECT_THAT(listen(target).head(), Refuses(401, refused)) << target;
        EXPECT_THAT(listen(target, bearing("wrong")).head(), Refuses(401, refused)) << target;
    }
    EXPECT_EQ(listen("/subscribe/c", bearing("T")).next(), "data: subscribe,c,1");
    EXPECT_EQ(listen("/subscribe/c?_token=T").next(), "data: subscribe,c,1");
}

TEST_F(UpstashEvents, AreRefusedByRedisBeforeTheyBegin)
{
    ASSERT_EQ(
        redis_.cli({"acl", "setuser", "u", "on", ">p", "~*", "+@all", "-monitor", "resetchannels", "&allowed"}), "OK"
    );
    gateway limited({"--redis", "redis://u:p@127.0.0.1:" + std::to_string(redis_.port())});
    ASSERT_TRUE(limited.await_ready());
    event_stream refused(limited.address(), "/subscribe/secret");
    EXPECT_THAT(refused.head(), Refuses(400));
    EXPECT_THAT(refused.head().body, HasSubstr(R"({"error":"NOPERM )"));
    event_stream monitor(limited.address(), "/monitor");
    EXPECT_THAT(monitor.head(), Refuses(400));
    event_stream allowed(limited.address(), "/subscribe/allowed");
    EXPECT_EQ(allowed.next(), "data: subscribe,allowed,1");
    EXPECT_THAT(event_stream(limited.address(), "/subscribe/secret").head(), Refuses(400));
    redis_.cli({"publish", "allowed", "x"});
    EXPECT_EQ(allowed.next(), "data: message,allowed,x");
}

TEST_F(UpstashEvents, LeaveTheConnectionUsableWhenRefused)
{
    start();
    auto connection = rest().connect();
    EXPECT_THAT(connection.request("GET", "/subscribe/c"), Refuses(400));
    EXPECT_THAT(connection.request("GET", "/ping"), Results(R"("PONG")"));
}

}   // namespace
}   // namespace rediserve::test
