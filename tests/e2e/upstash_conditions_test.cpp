// POST /multi-exec under conditions (docs/transactions.md): all of it if they hold, else nothing.
#include "e2e/upstash_test.hpp"
#include "support/access_file.hpp"
#include "support/redis_cluster.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace rediserve::test {
namespace {

using testing::HasSubstr;

class UpstashConditions : public upstash_test
{
protected:
    // As many clients as the issue has, each of which adds its share to one counter by reading it and writing what it has read plus
    // one, if it still is what it was. `condition` makes the condition from the answer to a read.
    static void expect_no_lost_update(const std::function<std::string(const http_response&)>& condition)
    {
        constexpr int clients = 64;
        constexpr int share = 10;
        redis().cli({"set", "n", "0"});
        std::atomic<int> refused = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < clients; ++i)
            threads.emplace_back([&] {
                for (int done = 0; done < share;) {
                    const auto read = get("/keys/n?raw");
                    const std::string next = std::to_string(std::stoi(read.body) + 1);
                    const auto answer =
                        multi_exec(R"({"if":[)" + condition(read) + R"(],"commands":[["SET","n",")" + next + R"("]]})");
                    if (answer.status == 200)
                        ++done;
                    else if (answer.status == 412)
                        ++refused;
                    else
                        ADD_FAILURE() << answer.status << " " << answer.body, done = share;
                }
            });
        for (std::thread& each : threads)
            each.join();
        EXPECT_EQ(redis().cli({"get", "n"}), std::to_string(clients * share));
        EXPECT_GT(refused, 0) << "nobody was in anybody's way, so nothing was tested";
    }
};

TEST_F(UpstashConditions, AreMetOrNothingIsDone)
{
    redis().cli({"mset", "n", "5", "k", "value"});
    EXPECT_THAT(
        multi_exec(R"({"if":[{"key":"k","etag":"f32b67c7e26342af42efabc674d441dc"},{"key":"k2","exists":false},)"
                   R"({"key":"n","equals":"5"}],"commands":[["INCR","n"],["SET","k2",1],["GET","k"]]})"),
        Answers(200, R"([{"result":6},{"result":"OK"},{"result":"value"}])")
    );
    const auto unmet =
        multi_exec(R"({"if":[{"key":"k","exists":true},{"key":"n","equals":5}],"commands":[["SET","n",0],["DEL","k"]]})"
        );
    EXPECT_THAT(unmet, AnswersJson(412, R"({"error":"ERR condition 1 does not hold, so nothing was done",
        "code":"precondition_failed","executed":"no","condition":1})"));
    EXPECT_EQ(redis().cli({"mget", "n", "k", "k2"}), "6\nvalue\n1");
}

TEST_F(UpstashConditions, AnswerLikeATransaction)
{
    const std::string commands =
        R"([["SET","k","v"],["GET","nope"],["LPUSH","k","x"],["INCRBY","n","9007199254740993"],["RPUSH","l","a","b"],["LRANGE","l",0,-1]])";
    const auto bare = multi_exec(commands);
    redis().cli({"flushall"});
    EXPECT_THAT(
        multi_exec(R"({"if":[{"key":"k","exists":false}],"commands":)" + commands + "}"), Answers(200, bare.body)
    );
    redis().cli({"flushall"});
    const auto based = multi_exec(R"({"if":[{"key":"k","exists":false}],"commands":)" + commands + "}", as_base64);
    redis().cli({"flushall"});
    EXPECT_THAT(multi_exec(commands, as_base64), Answers(200, based.body));
}

TEST_F(UpstashConditions, NothingIsDoneWhereOneCommandCannotBe)
{
    const auto with = [](const std::string& commands) {
        return multi_exec(R"({"if":[{"key":"k","exists":false}],"commands":)" + commands + "}");
    };
    EXPECT_THAT(with(R"([["SET","a","1"],["NOSUCH"]])").body, HasSubstr("NOSUCH is not known"));
    EXPECT_THAT(with(R"([["SET","a","1"],["GET"]])").body, HasSubstr("too few words"));
    EXPECT_THAT(with(R"([["SET","a","1"],["BLPOP","l",0]])").body, HasSubstr("may wait"));
    EXPECT_THAT(with(R"([["SET","a","1"],["SUBSCRIBE","c"]])"), HasStatus(400));
    EXPECT_THAT(with(R"([])"), HasStatus(400));
    redis().cli({"config", "set", "maxmemory", "1"});
    EXPECT_THAT(with(R"([["GET","b"],["SET","a","1"]])").body, HasSubstr("OOM"));
    redis().cli({"config", "set", "maxmemory", "0"});
}

TEST_F(UpstashConditions, ClientsThatCompareTagsLoseNoUpdate)
{
    expect_no_lost_update([](const http_response& read) { return R"({"key":"n","etag":)" + read.header("etag") + "}"; }
    );
}

TEST_F(UpstashConditions, ClientsThatCompareValuesLoseNoUpdate)
{
    expect_no_lost_update([](const http_response& read) { return R"({"key":"n","equals":")" + read.body + R"("})"; });
}

TEST(UpstashConditionsOfPrincipals, AreReadsOfTheirKeys)
{
    redis_server redis;
    const configuration who(
        R"({"principals":{"a":{"rules":"+@all %W~w:* ~a:*"},"b":{"rules":"+set ~a:*"}},"tokens":[)"
        + token_entry("TA", "a") + "," + token_entry("TB", "b") + "]}"
    );
    gateway rest({"--redis", redis.url(), "--access", who.path()});
    ASSERT_TRUE(rest.await_ready());
    const auto send = [&](std::string_view token, std::string_view condition) {
        return rest.request(
            "POST", "/multi-exec", R"({"if":[)" + std::string(condition) + R"(],"commands":[["SET","a:k","v"]]})",
            bearing(token)
        );
    };
    ASSERT_TRUE(await([&] { return send("TA", R"({"key":"a:x","exists":false})").status == 200; }));
    EXPECT_THAT(send("TA", R"({"key":"w:x","equals":"1"})").body, HasSubstr("NOPERM"));
    EXPECT_THAT(send("TA", R"({"key":"b:x","exists":false})").body, HasSubstr("NOPERM"));
    EXPECT_THAT(send("TB", R"({"key":"a:x","exists":false})").body, HasSubstr("NOPERM"));
}

// As a user of Redis itself: whatever it refuses, nothing is done.
TEST(UpstashConditionsOfAUser, NothingIsDoneWithoutPermissionForAll)
{
    redis_server server;
    server.cli({"acl", "setuser", "app", "on", ">word", "+@all", "-append", "~a*", "&*"});
    gateway rest({"--redis", "unix://app:word@" + server.socket()});
    ASSERT_TRUE(rest.await_ready());
    const auto send = [&](std::string_view commands) {
        return rest.request(
            "POST", "/multi-exec", R"({"if":[{"key":"a0","exists":false}],"commands":)" + std::string(commands) + "}"
        );
    };
    ASSERT_TRUE(await([&] { return send(R"([["GET","a"]])").status == 200; }));
    EXPECT_THAT(send(R"([["SET","a1","1"],["APPEND","a1","x"]])").body, HasSubstr("NOPERM"));
    EXPECT_THAT(send(R"([["SET","a1","1"],["SET","b","x"]])").body, HasSubstr("NOPERM"));
    EXPECT_EQ(server.cli({"dbsize"}), "0");
}

TEST(UpstashConditionsInACluster, AreAllInOneSlot)
{
    redis_cluster nodes(redis_cluster::options{.primaries = 3});
    gateway rest({"--redis", nodes.url()});
    ASSERT_TRUE(rest.await_ready());
    const auto send = [&](std::string_view body) { return rest.request("POST", "/multi-exec", body); };
    EXPECT_THAT(
        send(R"({"if":[{"key":"{t}a","exists":false}],"commands":[["SET","{t}b","1"],["GET","{t}a"]]})"), HasStatus(200)
    );
    const auto apart = send(R"({"if":[{"key":"a","exists":false}],"commands":[["SET","b","1"]]})");
    EXPECT_THAT(apart, HasStatus(400));
    EXPECT_EQ(json_of(apart)["code"], "cross_slot");
}

}   // namespace
}   // namespace rediserve::test
