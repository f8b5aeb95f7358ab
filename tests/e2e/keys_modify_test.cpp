// Changing one key in place: incr, append, PATCH, DELETE, and what is not offered. api/keys, section 2.
#include "e2e/rest_test.hpp"

#include <ctime>

namespace rediserve::test {
namespace {

class KeysModify : public rest_test
{
protected:
    static long milliseconds_left(const std::string& key) { return std::stol(redis().cli({"pttl", key})); }
};

TEST_F(KeysModify, IncrementsFromZero)
{
    EXPECT_THAT(post("/keys/n/incr"), Answers(200, R"({"key":"n","value":1})"));
    EXPECT_THAT(post("/keys/n/incr?by=5"), Answers(200, R"({"key":"n","value":6})"));
    EXPECT_THAT(post("/keys/n/incr?by=-10"), Answers(200, R"({"key":"n","value":-4})"));
}

TEST_F(KeysModify, IncrementsByFractions)
{
    redis().cli({"set", "n", "10"});
    EXPECT_THAT(post("/keys/n/incr?by=0.5"), AnswersJson(200, R"({"key":"n","value":10.5})"));
    EXPECT_THAT(post("/keys/n/incr?by=-0.25"), AnswersJson(200, R"({"key":"n","value":10.25})"));
    EXPECT_EQ(redis().cli({"get", "n"}), "10.25");
}

TEST_F(KeysModify, KeepsAllDigitsOfLargeIntegers)
{
    redis().cli({"set", "n", "9007199254740993"});
    EXPECT_THAT(post("/keys/n/incr?by=2"), Answers(200, R"({"key":"n","value":9007199254740995})"));
}

TEST_F(KeysModify, RefusesToIncrementWhatIsNoNumber)
{
    redis().cli({"set", "k", "abc"});
    redis().cli({"rpush", "l", "1"});
    EXPECT_THAT(post("/keys/k/incr"), Fails(409, "not_a_number"));
    EXPECT_THAT(post("/keys/k/incr?by=0.5"), Fails(409, "not_a_number"));
    EXPECT_THAT(post("/keys/l/incr"), Fails(409, "wrong_type"));
    for (const auto* by :
         {"by=", "by=abc", "by=1e", "by=nan", "by=inf", "by=1&by=2", "colour=red", "by=99999999999999999999x"})
        EXPECT_THAT(post(std::string("/keys/n/incr?") + by), Fails(400, "bad_request")) << by;
    EXPECT_EQ(redis().cli({"exists", "n"}), "0");
}

TEST_F(KeysModify, LeavesANumberAloneThatWouldOverflow)
{
    redis().cli({"set", "n", "9223372036854775807"});
    EXPECT_GE(post("/keys/n/incr").status, 400);
    EXPECT_EQ(redis().cli({"get", "n"}), "9223372036854775807");
}

TEST_F(KeysModify, Appends)
{
    EXPECT_THAT(post("/keys/k/append", "hello"), Answers(200, R"({"key":"k","size":5})"));
    EXPECT_THAT(post("/keys/k/append", std::string("\0\xff", 2)), Answers(200, R"({"key":"k","size":7})"));
    EXPECT_EQ(get("/keys/k?raw").body, std::string("hello\0\xff", 7));
    redis().cli({"rpush", "l", "1"});
    EXPECT_THAT(post("/keys/l/append", "x"), Fails(409, "wrong_type"));
}

TEST_F(KeysModify, SetsAndRemovesTheTimeToLive)
{
    redis().cli({"set", "k", "v"});
    auto answer = patch("/keys/k", R"({"ttl":60})");
    EXPECT_THAT(answer, HasStatus(200));
    EXPECT_EQ(json_of(answer)["key"], "k");
    EXPECT_GT(json_of(answer)["ttl"].get<double>(), 30.0);
    EXPECT_LE(json_of(answer)["ttl"].get<double>(), 60.0);
    EXPECT_GT(milliseconds_left("k"), 30'000);

    patch("/keys/k", R"({"ttl_ms":200000})");
    EXPECT_GT(milliseconds_left("k"), 100'000);
    patch("/keys/k", "{\"expire_at\":" + std::to_string(std::time(nullptr) + 1000) + "}");
    EXPECT_GT(milliseconds_left("k"), 900'000);

    EXPECT_THAT(patch("/keys/k", R"({"ttl":null})"), AnswersJson(200, R"({"key":"k","ttl":null})"));
    EXPECT_EQ(milliseconds_left("k"), -1);
}

TEST_F(KeysModify, Renames)
{
    redis().cli({"set", "old", "v", "EX", "100"});
    auto answer = patch("/keys/old", R"({"rename":"new"})");
    EXPECT_THAT(answer, HasStatus(200));
    EXPECT_EQ(json_of(answer)["key"], "new");
    EXPECT_GT(json_of(answer)["ttl"].get<double>(), 50.0);
    EXPECT_EQ(redis().cli({"get", "new"}), "v");
    EXPECT_EQ(redis().cli({"exists", "old"}), "0");
}

TEST_F(KeysModify, RenamesOntoNothingOnlyWithNx)
{
    redis().cli({"mset", "a", "1", "b", "2"});
    EXPECT_THAT(patch("/keys/a", R"({"rename":"b","nx":true})"), Fails(412, "precondition_failed"));
    EXPECT_EQ(redis().cli({"get", "b"}), "2");
    EXPECT_THAT(patch("/keys/a", R"({"rename":"c","nx":true})"), HasStatus(200));
    EXPECT_EQ(redis().cli({"get", "c"}), "1");
}

TEST_F(KeysModify, PatchesNoMissingKey)
{
    EXPECT_THAT(patch("/keys/k", R"({"ttl":60})"), Fails(404, "not_found"));
    EXPECT_THAT(patch("/keys/k", R"({"ttl":null})"), Fails(404, "not_found"));
    EXPECT_THAT(patch("/keys/k", R"({"rename":"new"})"), Fails(404, "not_found"));
    EXPECT_THAT(patch("/keys/k", R"({"rename":"new","nx":true})"), Fails(404, "not_found"));
}

TEST_F(KeysModify, RefusesPatchesThatMakeNoSense)
{
    redis().cli({"set", "k", "v"});
    for (const auto* body : {
             "",
             "{",
             "[]",
             "null",
             "60",
             "{}",
             R"({"ttl":"60"})",
             R"({"ttl":-1})",
             R"({"ttl":0})",
             R"({"ttl":1e30})",
             R"({"ttl":true})",
             R"({"ttl_ms":null})",
             R"({"colour":1})",
             R"({"rename":5})",
             R"({"ttl":5,"ttl_ms":5})",
             R"({"nx":true})",
             R"({"ttl":60}x)",
             "{\"ttl\":60,}",
             "\xff",
         })
        EXPECT_THAT(patch("/keys/k", body), Fails(400, "bad_request")) << body;
    EXPECT_EQ(milliseconds_left("k"), -1);
    EXPECT_EQ(redis().cli({"get", "k"}), "v");
}

TEST_F(KeysModify, DeletesOnce)
{
    redis().cli({"set", "k", "v"});
    auto answer = del("/keys/k");
    EXPECT_THAT(answer, HasStatus(204));
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(answer.header("content-length"), "");
    EXPECT_THAT(del("/keys/k"), Fails(404, "not_found"));
    redis().cli({"rpush", "l", "1"});
    EXPECT_THAT(del("/keys/l"), HasStatus(204));
}

struct refused_method
{
    std::string method;
    std::string target;
    std::vector<std::string> allowed;
};

TEST_F(KeysModify, SaysWhichMethodsThereAre)
{
    const std::vector<refused_method> cases = {
        {"POST", "/keys/k", {"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}},
        {"BREW", "/keys/k", {"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}},
        {"TRACE", "/keys/k", {"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}},
        {"GET", "/keys/k/incr", {"POST", "OPTIONS"}},
        {"PUT", "/keys/k/append", {"POST", "OPTIONS"}},
        {"POST", "/keys", {"GET", "PUT", "DELETE", "OPTIONS"}},
        {"POST", "/livez", {"GET"}},
        {"DELETE", "/metrics", {"GET"}},
    };
    for (const auto& [method, target, allowed] : cases) {
        auto answer = rest().request(method, target);
        EXPECT_THAT(answer, Fails(405, "method_not_allowed")) << method << " " << target;
        for (const auto& name : allowed)
            EXPECT_THAT(answer.header("allow"), testing::HasSubstr(name)) << method << " " << target;
    }
}

TEST_F(KeysModify, AnswersOptions)
{
    for (const auto* target : {"/keys/k", "/keys", "/keys/k/incr", "/keys/k/append"}) {
        auto answer = rest().request("OPTIONS", target);
        EXPECT_THAT(answer, HasStatus(204)) << target;
        EXPECT_THAT(answer.header("allow"), testing::HasSubstr("OPTIONS")) << target;
    }
}

TEST_F(KeysModify, KnowsNoOtherRoutes)
{
    for (const auto* target : {"/keys/k/colour", "/keys/k/incr/x", "/livez/x"})
        EXPECT_THAT(get(target), Fails(404, "unknown_resource")) << target;
    for (const auto* target : {"/", "/nowhere", "/keyss", "/key/k"})   // the command API's, if unknown there too
        EXPECT_THAT(get(target), HasStatus(400)) << target;
}

}   // namespace
}   // namespace rediserve::test
