// POST /multi-exec (api/upstash, section 3.4): whole or not at all, and nobody's command in between.
#include "e2e/upstash_test.hpp"

#include <atomic>
#include <csignal>
#include <iostream>
#include <thread>

namespace rediserve::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class UpstashTransaction : public upstash_test
{};

TEST_F(UpstashTransaction, AnswersLikeAPipeline)
{
    auto answer =
        multi_exec(R"([["SET","k","v"],["GET","k"],["GET","nope"],["RPUSH","l","a","b"],["LRANGE","l",0,-1]])");
    EXPECT_THAT(
        answer, Answers(200, R"([{"result":"OK"},{"result":"v"},{"result":null},{"result":2},{"result":["a","b"]}])")
    );
    EXPECT_NE(answer.header("upstash-sync-token"), "");
}

TEST_F(UpstashTransaction, KeepsARunTimeErrorToItsElement)
{
    EXPECT_THAT(
        elements(multi_exec(R"([["SET","a","x"],["INCR","a"],["LPUSH","a","y"],["EVAL","return {err='OOPS no'}",0],)"
                            R"(["SET","b","1"]])")),
        ElementsAre(
            R"({"result":"OK"})", R"({"error":"ERR value is not an integer or out of range"})",
            R"({"error":"WRONGTYPE Operation against a key holding the wrong kind of value"})",
            R"({"error":"OOPS no"})", R"({"result":"OK"})"
        )
    );
    EXPECT_EQ(redis().cli({"get", "b"}), "1");
}

TEST(UpstashTransactionOfAUser, IsNotRunPieceByPieceWithoutPermission)
{
    redis_server server;
    server.cli({"acl", "setuser", "app", "on", ">word", "+@all", "-multi", "~*", "&*"});
    gateway rest({"--redis", "unix://app:word@" + server.socket()});
    ASSERT_TRUE(rest.await_ready());
    const auto transact = [&] { return rest.request("POST", "/multi-exec", R"([["SET","a","1"],["SET","b","2"]])"); };
    ASSERT_TRUE(await([&] { return transact().body.find("NOPERM") != std::string::npos; }));
    server.cli({"flushall"});
    EXPECT_THAT(transact(), Refuses(400));
    EXPECT_THAT(rest.request("PUT", "/keys/c", "v"), Fails(403, "forbidden"));
    EXPECT_EQ(server.cli({"dbsize"}), "0");
    EXPECT_THAT(rest.request("POST", "/pipeline", R"([["SET","a","1"]])"), Answers(200, R"([{"result":"OK"}])"));
}

TEST_F(UpstashTransaction, IsDiscardedWholeByWhatCannotBeQueued)
{
    auto unknown = multi_exec(R"([["SET","a","1"],["NOSUCH","x"],["GET"]])");
    EXPECT_THAT(unknown, Refuses(400));
    EXPECT_THAT(unknown.body, testing::AnyOf(HasSubstr("unknown command"), HasSubstr("EXECABORT")));
    auto arity = multi_exec(R"([["SET","a","1"],["GET"]])");
    EXPECT_THAT(arity, Refuses(400));
    EXPECT_THAT(arity.body, testing::AnyOf(HasSubstr("wrong number of arguments for 'get'"), HasSubstr("EXECABORT")));
    EXPECT_EQ(redis().cli({"exists", "a"}), "0");
    EXPECT_THAT(elements(multi_exec(R"([["SET","a","1"]])")), ElementsAre(R"({"result":"OK"})"));
}

TEST_F(UpstashTransaction, IsNotBegunWhenAnArgumentCannotBe)
{
    EXPECT_THAT(multi_exec(R"([["SET","a","1"],["SET","b",null]])"), Refuses(400, "ERR null args are not supported"));
    EXPECT_THAT(
        multi_exec(R"([["SET","a","1"],["SET","b",[]]])"), Refuses(400, R"(ERR unsupported arg type: "[": json.Delim)")
    );
    EXPECT_THAT(
        multi_exec(R"([["SET","a","1"],["WATCH","a"]])"),
        Refuses(400, R"(ERR Command "WATCH" is not allowed in REST or it has a special context path)")
    );
    EXPECT_THAT(multi_exec(R"([["SET","a","1"],[]])"), Refuses(400));
    EXPECT_THAT(multi_exec(R"([["SET","a","1"],["EXEC"],["MULTI"]])"), Refuses(400));
    EXPECT_EQ(redis().cli({"exists", "a"}), "0");
}

TEST_F(UpstashTransaction, IsEncodedButNeverInRedisProtocol)
{
    constexpr auto body = R"([["SET","k","OK"],["GET","k"],["LPUSH","k","x"],["RPUSH","l","a"],["LRANGE","l",0,-1]])";
    EXPECT_THAT(
        elements(multi_exec(body, as_base64)),
        ElementsAre(
            R"({"result":"OK"})", R"({"result":"T0s="})",
            R"({"error":"WRONGTYPE Operation against a key holding the wrong kind of value"})", R"({"result":1})",
            R"({"result":["YQ=="]})"
        )
    );
    auto answer = multi_exec(R"([["GET","k"]])", as_resp2);
    EXPECT_THAT(answer, Answers(200, R"([{"result":"OK"}])"));
    EXPECT_THAT(answer.header("content-type"), testing::StartsWith("application/json"));
}

TEST_F(UpstashTransaction, NeverBlocks)
{
    EXPECT_THAT(
        elements(multi_exec(R"([["BLPOP","l",0],["XREAD","BLOCK",0,"STREAMS","s","$"],["PING"]])")),
        ElementsAre(R"({"result":null})", R"({"result":null})", R"({"result":"PONG"})")
    );
}

TEST_F(UpstashTransaction, MayHaveThousandsOfCommands)
{
    auto each = elements(multi_exec(json_array(R"(["INCR","n"])", 5000)));
    ASSERT_EQ(each.size(), 5000U);
    EXPECT_EQ(each.front(), R"({"result":1})");
    EXPECT_EQ(each.back(), R"({"result":5000})");
}

// ---- nobody in between -----------------------------------------------------------------------------------------------

TEST_F(UpstashTransaction, IsNeverInterleavedWithAnother)
{
    constexpr int clients = 64;
    constexpr int rounds = 20;
    constexpr int intruders = 8;
    std::atomic<int> torn{0};
    std::atomic<int> failed{0};
    std::atomic<long> counted{0};
    std::atomic<bool> stopping{false};
    auto transact = [&](int client) {
        auto connection = rest().connect();
        auto id = "client-" + std::to_string(client);
        auto body = R"([["SET","owner",")" + id + R"("],["GET","owner"],["INCR","n"],["GET","owner"],["GET","n"]])";
        for (int round = 0; round < rounds; ++round) {
            auto answer = connection.request("POST", "/multi-exec", body, bearing(rest_token));
            auto each = json_of(answer);
            if (answer.status != 200 || !each.is_array() || each.size() != 5) {
                ++failed;
                continue;
            }
            bool whole = each[1]["result"] == id && each[3]["result"] == id
                && each[4]["result"] == std::to_string(each[2]["result"].get<long>());
            torn += whole ? 0 : 1;
            ++counted;
        }
    };
    auto intrude = [&] {
        auto connection = rest().connect();
        while (!stopping) {
            auto answer = connection.request(
                "POST", "/pipeline", R"([["SET","owner","intruder"],["INCR","n"],["SET","owner","intruder"]])",
                bearing(rest_token)
            );
            failed += answer.status == 200 ? 0 : 1;
            ++counted;
        }
    };
    std::vector<std::thread> threads;
    std::vector<std::thread> others;
    for (int number = 0; number < intruders; ++number)
        others.emplace_back(intrude);
    for (int client = 0; client < clients; ++client)
        threads.emplace_back(transact, client);
    for (auto& thread : threads)
        thread.join();
    stopping = true;
    for (auto& thread : others)
        thread.join();
    EXPECT_EQ(torn, 0) << "of " << clients * rounds << " transactions";
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(redis().cli({"get", "n"}), std::to_string(counted));
}

TEST(UpstashTransactionKilled, IsNotHalfDone)
{
    redis_server redis;
    // What stands between the counters takes several writes, so that a kill in the middle is likely.
    auto body = R"([["INCR","a"],["SET","between",")" + std::string(300'000, 'x') + R"("],["INCR","b"]])";
    for (int kill = 0; kill < 8; ++kill) {
        gateway rest({"--redis", redis.url()});
        ASSERT_TRUE(rest.await_ready());
        std::atomic<bool> stopping{false};
        std::atomic<int> answered{0};
        std::vector<std::thread> clients;
        for (int client = 0; client < 16; ++client)
            clients.emplace_back([&] {
                try {
                    auto connection = rest.connect();
                    while (!stopping)
                        answered += connection.request("POST", "/multi-exec", body).status == 200 ? 1 : 0;
                } catch (const std::exception&) {
                    // The gateway is gone.
                }
            });
        EXPECT_TRUE(await([&] { return answered > 50 + 7 * kill; }, std::chrono::seconds(30)));
        rest.process().signal(SIGKILL);
        rest.process().wait();
        stopping = true;
        for (auto& client : clients)
            client.join();
        EXPECT_TRUE(await([&] { return info(redis, "clients", "connected_clients") == "1"; }));   // only who asks
        EXPECT_EQ(redis.cli({"get", "a"}), redis.cli({"get", "b"}));
    }
    std::cout << redis.cli({"get", "a"}) << " transactions\n";
}

TEST(UpstashTransactionLost, SaysThatItMayHaveBeenExecuted)
{
    redis_server redis({.tcp = true, .arguments = {}});
    gateway rest({"--redis", redis.url()});
    ASSERT_TRUE(rest.await_ready());
    redis.freeze();
    auto client = rest.connect();
    constexpr std::string_view body = R"([["INCR","a"],["INCR","b"]])";
    client.send(
        "POST /multi-exec HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n"
        + std::string(body)
    );
    ASSERT_TRUE(await([&] { return metric(rest.request("GET", "/metrics").body, "rediserve_redis_pending") >= 3; }));
    redis.kill();
    auto answer = client.read();
    EXPECT_THAT(answer, Refuses(503));
    EXPECT_EQ(json_of(answer)["executed"], "maybe");
}

}   // namespace
}   // namespace rediserve::test
