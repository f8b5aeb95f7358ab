#include "api/idempotency.hpp"

#include <gtest/gtest.h>

namespace rediserve::api {
namespace {

using namespace std::chrono_literals;
using http::header;

http::request request(std::string_view key, std::string_view body = {}, std::string_view query = {})
{
    http::request made;
    made.method = http::method::post;
    made.path = "/pipeline";
    made.query = query;
    made.body = body;
    made.headers[static_cast<std::size_t>(header::idempotency_key)] = key;
    return made;
}

repeatable read(const http::request& from, std::string_view principal = "p")
{
    auto made = repeatable::read(from, principal, 1s);
    EXPECT_TRUE(made.has_value());
    return *made;
}

TEST(IdempotencyKey, IsWhatStandsBetweenItsQuotes)
{
    EXPECT_EQ(*read_idempotency_key("abc"), "abc");
    EXPECT_EQ(*read_idempotency_key("\"abc\""), "abc");
    EXPECT_EQ(*read_idempotency_key(R"("a \"b\" \\")"), R"(a "b" \)");
    for (const std::string_view bad :
         {"\"", "\"\"", "\"a", "a\"", "\"a\\\"", "\"\\x\"", "a b", "a,b", "a;b", "\"a\x7f\"", "\xff"})
        EXPECT_FALSE(read_idempotency_key(bad)) << bad;
    EXPECT_TRUE(read_idempotency_key(std::string(255, 'k')));
    EXPECT_FALSE(read_idempotency_key(std::string(256, 'k')));
}

TEST(RepeatableRequest, HasANameOfItsPrincipalAndKey)
{
    EXPECT_EQ(read(request("k")).name, read(request("\"k\"", "other")).name);
    EXPECT_NE(read(request("k")).name, read(request("l")).name);
    EXPECT_NE(read(request("k"), "a").name, read(request("k"), "b").name);
    EXPECT_NE(read(request("bk"), "a").name, read(request("k"), "ab").name);
    EXPECT_EQ(read(request("k")).name.size(), 64u);
}

TEST(RepeatableRequest, IsRecognisedByAllThatItIs)
{
    const std::string one = read(request("k", "body", "a=1")).fingerprint;
    EXPECT_EQ(one.size(), 32u);
    EXPECT_EQ(read(request("k", "body", "a=1&_token=T1")).fingerprint, one);
    EXPECT_EQ(read(request("k", "body", "_token=T2&a=1")).fingerprint, one);
    EXPECT_NE(read(request("k", "body", "a=2")).fingerprint, one);
    EXPECT_NE(read(request("k", "bodya=1")).fingerprint, one);
    EXPECT_NE(read(request("k", "Body", "a=1")).fingerprint, one);
    http::request other = request("k", "body", "a=1");
    other.headers[static_cast<std::size_t>(header::accept)] = "text/plain";
    EXPECT_EQ(read(other).fingerprint, one);
    other.headers[static_cast<std::size_t>(header::if_match)] = "\"t\"";
    const std::string guarded = read(other).fingerprint;
    EXPECT_NE(guarded, one);
    other.headers[static_cast<std::size_t>(header::if_none_match)] =
        std::exchange(other.headers[static_cast<std::size_t>(header::if_match)], {});
    EXPECT_NE(read(other).fingerprint, guarded);
    http::request put = request("k", "body", "a=1");
    put.method = http::method::put;
    EXPECT_NE(read(put).fingerprint, one);
}

TEST(RunningRequests, AreThereOnce)
{
    running_requests list;
    auto first = list.join("a");
    ASSERT_TRUE(first);
    EXPECT_TRUE(list.join("b"));
    EXPECT_EQ(list.join("a").error().code, errc::idempotency_key_busy);
    first->reset();
    EXPECT_TRUE(list.join("a"));
}

TEST(RecordKey, HasATagInAClusterOnly)
{
    EXPECT_EQ(record_key({}, "n"), "rediserve:once:n");
    EXPECT_EQ(record_key("12", "n"), "rediserve:once:{12}:n");
}

}   // namespace
}   // namespace rediserve::api
