// ETag, If-Match and If-None-Match: no lost updates, without a session. api/keys, section 2.
#include "e2e/rest_test.hpp"

#include <thread>

namespace rediserve::test {
namespace {

// The first 16 bytes of SHA-1 of "hello", and a tag of nothing.
constexpr auto hello_tag = "\"aaf4c61ddcc5e8a2dabede0f3b482cd9\"";
constexpr auto stale_tag = "\"00000000000000000000000000000000\"";

class KeysConditions : public rest_test
{
protected:
    static http_response put_if(const std::string& tags, std::string_view body, std::string_view target = "/keys/k")
    {
        return put(target, body, {{"If-Match", tags}});
    }
    static std::string value() { return redis().cli({"get", "k"}); }
};

TEST_F(KeysConditions, TagsEveryFormOfAString)
{
    redis().cli({"set", "k", "hello"});
    EXPECT_EQ(get("/keys/k").header("etag"), hello_tag);
    EXPECT_EQ(get("/keys/k?raw").header("etag"), hello_tag);
    EXPECT_EQ(get("/keys/k?include=type").header("etag"), hello_tag);
    EXPECT_EQ(head("/keys/k").header("etag"), hello_tag);
}

TEST_F(KeysConditions, SendsNoValueThatTheClientHas)
{
    redis().cli({"set", "k", "hello"});
    const std::vector<std::string> having = {
        hello_tag,
        std::string("W/") + hello_tag,
        std::string(stale_tag) + ", " + hello_tag,
        "*",
    };
    for (const auto& tags : having) {
        auto answer = get("/keys/k", {{"If-None-Match", tags}});
        EXPECT_THAT(answer, HasStatus(304)) << tags;
        EXPECT_EQ(answer.header("etag"), hello_tag);
        EXPECT_EQ(answer.body, "");
    }
    EXPECT_THAT(get("/keys/k?raw", {{"If-None-Match", hello_tag}}), HasStatus(304));
    EXPECT_THAT(head("/keys/k", {{"If-None-Match", hello_tag}}), HasStatus(304));
    EXPECT_THAT(get("/keys/k", {{"If-None-Match", stale_tag}}), HasStatus(200));
    EXPECT_THAT(get("/keys/nothing", {{"If-None-Match", "*"}}), HasStatus(404));
}

TEST_F(KeysConditions, KeepsTheConnectionInStepAfterNotModified)
{
    redis().cli({"set", "k", "hello"});
    auto connection = rest().connect();
    EXPECT_THAT(connection.request("GET", "/keys/k", {}, {{"If-None-Match", hello_tag}}), HasStatus(304));
    EXPECT_THAT(connection.request("GET", "/keys/k"), Answers(200, R"({"key":"k","value":"hello"})"));
}

TEST_F(KeysConditions, ReplacesOnlyTheTaggedValue)
{
    redis().cli({"set", "k", "hello"});
    EXPECT_THAT(put_if(stale_tag, "lost"), Fails(412, "precondition_failed"));
    EXPECT_EQ(value(), "hello");
    EXPECT_THAT(put_if(hello_tag, "new"), Answers(200, R"({"key":"k","created":false})"));
    EXPECT_EQ(value(), "new");
    EXPECT_THAT(put_if(hello_tag, "late"), Fails(412, "precondition_failed"));
    EXPECT_EQ(value(), "new");
}

TEST_F(KeysConditions, TakesAListOfTags)
{
    redis().cli({"set", "k", "hello"});
    EXPECT_THAT(put_if(std::string(stale_tag) + " , " + hello_tag, "new"), HasStatus(200));
    EXPECT_EQ(value(), "new");
}

TEST_F(KeysConditions, NeverMatchesAWeakTag)
{
    redis().cli({"set", "k", "hello"});
    EXPECT_THAT(put_if(std::string("W/") + hello_tag, "new"), HasStatus(412));
    EXPECT_EQ(value(), "hello");
}

TEST_F(KeysConditions, MatchesNothingWhereNothingIs)
{
    EXPECT_THAT(put_if(hello_tag, "new"), Fails(412, "precondition_failed"));
    EXPECT_THAT(put_if("*", "new"), Fails(412, "precondition_failed"));
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
}

TEST_F(KeysConditions, ReadsStarsAsExistence)
{
    EXPECT_THAT(put("/keys/k", "first", {{"If-None-Match", "*"}}), HasStatus(201));
    EXPECT_THAT(put("/keys/k", "second", {{"If-None-Match", "*"}}), Fails(412, "precondition_failed"));
    EXPECT_EQ(value(), "first");
    EXPECT_THAT(put_if("*", "third"), HasStatus(200));
    EXPECT_EQ(value(), "third");
}

TEST_F(KeysConditions, IgnoresNoConditionItCannotRead)
{
    redis().cli({"set", "k", "hello"});
    for (const auto* tags : {"aaf4c61ddcc5e8a2dabede0f3b482cd9", "\"", "\"a", "x", ",", "*, *"}) {
        auto status = put_if(tags, "new").status;
        EXPECT_TRUE(status == 400 || status == 412) << tags << " " << status;
    }
    EXPECT_EQ(value(), "hello");
}

TEST_F(KeysConditions, KeepsOptionsOfAConditionalPut)
{
    redis().cli({"set", "k", "hello"});
    EXPECT_THAT(put_if(hello_tag, "new", "/keys/k?ttl=100"), HasStatus(200));
    EXPECT_GT(std::stol(redis().cli({"pttl", "k"})), 50'000);
    auto tag = get("/keys/k").header("etag");
    EXPECT_THAT(put_if(tag, "newer", "/keys/k?keepttl"), HasStatus(200));
    EXPECT_GT(std::stol(redis().cli({"pttl", "k"})), 50'000);
}

TEST_F(KeysConditions, DeletesOnlyTheTaggedValue)
{
    redis().cli({"set", "k", "hello"});
    EXPECT_THAT(del("/keys/k", {{"If-Match", stale_tag}}), Fails(412, "precondition_failed"));
    EXPECT_EQ(value(), "hello");
    EXPECT_THAT(del("/keys/k", {{"If-Match", hello_tag}}), HasStatus(204));
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
}

TEST_F(KeysConditions, LeavesOtherTypesAlone)
{
    redis().cli({"rpush", "k", "hello"});
    auto status = put_if(hello_tag, "new").status;
    EXPECT_TRUE(status == 412 || status == 409) << status;
    EXPECT_EQ(redis().cli({"type", "k"}), "list");
}

TEST_F(KeysConditions, SurviveAServerThatForgetsItsScripts)
{
    redis().cli({"set", "k", "hello"});
    redis().cli({"script", "flush"});
    EXPECT_THAT(put_if(hello_tag, "one"), HasStatus(200));
    auto tag = get("/keys/k").header("etag");
    redis().cli({"script", "flush"});
    EXPECT_THAT(put_if(tag, "two"), HasStatus(200));
    EXPECT_EQ(value(), "two");
}

TEST_F(KeysConditions, MatchBinaryValues)
{
    std::string binary("\0\xff\r\n", 4);
    auto tag = put("/keys/k", binary).header("etag");
    EXPECT_THAT(put_if(tag, "new"), HasStatus(200));
}

// Reads and writes back until the write was based on the latest value.
void count_up(const gateway& through, int times)
{
    auto connection = through.connect();
    for (int done = 0; done < times;) {
        auto current = connection.request("GET", "/keys/counter?raw");
        auto next = std::to_string(std::stoi(current.body) + 1);
        auto answer = connection.request("PUT", "/keys/counter", next, {{"If-Match", current.header("etag")}});
        done += answer.status == 200 ? 1 : 0;
    }
}

TEST_F(KeysConditions, LoseNoUpdateOfConcurrentWriters)
{
    redis().cli({"set", "counter", "0"});
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 6; ++writer)
        writers.emplace_back([] { count_up(rest(), 25); });
    for (auto& writer : writers)
        writer.join();
    EXPECT_EQ(redis().cli({"get", "counter"}), "150");
}

}   // namespace
}   // namespace rediserve::test
