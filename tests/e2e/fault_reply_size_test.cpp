// Replies larger than a principal may be sent: refused before they fill the memory, whichever way they are asked for.
#include "e2e/scripted_redis.hpp"
#include "e2e/upstash_test.hpp"
#include "support/access_file.hpp"
#include "support/sanitizer.hpp"

#include <array>
#include <atomic>
#include <thread>

namespace rediserve::test {
namespace {

constexpr std::size_t megabyte = std::size_t{1} << 20;

std::string access_file()
{
    return R"({"principals":{"small":{"rules":"+@all ~* &*","limits":{"reply":"1m"}},"free":{"rules":"+@all ~* &*"}},"tokens":[)"
        + token_entry("small", "small") + "," + token_entry("free", "free") + "]}";
}

// Everybody's commands share one connection.
constexpr std::string_view one_connection =
    R"({"redis":{"shared_connections":1,"command_timeout":"20s"},"threads":1,"keys":{"collection_items":2000000}})";

struct question
{
    std::string_view method;
    std::string_view target;
    std::string_view body;
};

class FaultReplySize : public testing::Test
{
protected:
    void SetUp() override
    {
        redis.cli({"set", "k", "v"});
        ASSERT_TRUE(rest.await_ready());
        ask("free", {"GET", "/keys/k", ""});
    }

    http_response ask(std::string_view who, const question& what) const
    {
        return rest.request(what.method, what.target, what.body, bearing(who));
    }
    std::string run(std::string_view script) { return redis.cli({"eval", std::string(script), "0"}); }

    // Each is refused, and others are answered meanwhile; all together take hardly any memory.
    template <std::size_t Count>
    void expect_refused(const std::array<question, Count>& questions)
    {
        const auto before = peak_resident_bytes(rest.process().id());
        std::atomic<bool> stopping{false};
        std::atomic<int> wrong{0};
        std::atomic<int> answers{0};
        std::thread other([&] {
            auto connection = rest.connect();
            for (; !stopping; ++answers)
                wrong += connection.request("GET", "/keys/k?raw", {}, bearing("free")).body == "v" ? 0 : 1;
        });
        for (const question& one : questions) {
            const auto answer = ask("small", one);
            EXPECT_THAT(answer, HasStatus(413)) << one.target << " " << one.body;
            EXPECT_EQ(json_of(answer)["code"], "reply_too_large") << one.target << " " << one.body;
            EXPECT_EQ(json_of(answer)["executed"], "yes") << one.target << " " << one.body;
            EXPECT_THAT(ask("small", {"GET", "/keys/k?raw", ""}), Answers(200, "v"));
        }
        stopping = true;
        other.join();
        EXPECT_EQ(wrong, 0);
        EXPECT_GT(answers, 0);
        if (!under_sanitizer) {
            EXPECT_LT(peak_resident_bytes(rest.process().id()), before + 32 * megabyte);
        }
    }

    redis_server redis;
    configuration settings{one_connection};
    configuration access{access_file()};
    gateway rest{{"--config", settings.path(), "--redis", redis.url(), "--access", access.path(), "--token", "admin"}};
};

TEST_F(FaultReplySize, OfOneTextIsNoMatter)
{
    redis.cli({"setrange", "huge", std::to_string(256 * megabyte - 1), "x"});
    expect_refused(std::array<question, 8>{{
        {"GET", "/keys/huge", ""},
        {"GET", "/keys/huge?raw", ""},
        {"GET", "/keys?key=k&key=huge&key=k", ""},
        {"POST", "/", R"(["GET","huge"])"},
        {"GET", "/mget/k/huge/k", ""},
        {"POST", "/", R"json(["EVAL","return {1,redis.call('GET','huge'),3}",0])json"},
        {"POST", "/", R"json(["EVAL","return redis.error_reply(string.rep('x',67108864))",0])json"},
        {"POST", "/multi-exec", R"([["SET","k","v"],["GET","huge"]])"},
    }});
    EXPECT_THAT(
        ask("small", {"POST", "/pipeline", R"([["INCR","n"],["GET","huge"],["GET","k"],["INCR","n"]])"}), HasStatus(200)
    );
    const auto mixed =
        json_of(ask("small", {"POST", "/pipeline", R"([["INCR","n"],["GET","huge"],["GET","k"],["LPUSH","k","x"]])"}));
    ASSERT_EQ(mixed.size(), 4u);
    EXPECT_EQ(mixed[0]["result"], 3);
    EXPECT_EQ(mixed[1]["code"], "reply_too_large");
    EXPECT_EQ(mixed[1]["executed"], "yes");
    EXPECT_THAT(
        std::string(mixed[1]["error"]), testing::StartsWith("ERR max reply size exceeded. Limit: 1048576 bytes.")
    );
    EXPECT_EQ(mixed[2]["result"], "v") << "it still fits";
    EXPECT_THAT(std::string(mixed[3]["error"]), testing::StartsWith("WRONGTYPE"));
}

TEST_F(FaultReplySize, OfManyElementsIsNoMatter)
{
    run("for i=1,1000 do local t={} for j=1,1000 do t[j]=j end redis.call('RPUSH','many',unpack(t)) end");
    run("for i=1,5000 do redis.call('HSET','hash',i,string.rep('x',1000)) end");
    expect_refused(std::array<question, 5>{{
        {"POST", "/", R"(["LRANGE","many",0,-1])"},
        {"GET", "/keys/many", ""},
        {"GET", "/hgetall/hash", ""},
        {"GET", "/keys/hash", ""},
        {"POST", "/multi-exec", R"([["LRANGE","many",0,-1],["LRANGE","many",0,-1]])"},
    }});
    EXPECT_EQ(json_of(ask("small", {"POST", "/", R"(["LRANGE","many",0,9])"}))["result"].size(), 10u);
}

TEST_F(FaultReplySize, OnAConnectionOfItsOwnIsNoMatter)
{
    for (int i = 0; i < 3; ++i)
        run("redis.call('RPUSH','l',string.rep('x',67108864))");
    redis.cli({"rpush", "l", "last"});
    expect_refused(std::array<question, 2>{{
        {"POST", "/", R"(["BLPOP","l",1])"},
        {"POST", "/", R"(["BLMOVE","l","l","LEFT","RIGHT",1])"},
    }});
    EXPECT_EQ(redis.cli({"llen", "l"}), "3") << "what BLPOP has taken is gone";
    const auto both = json_of(ask("small", {"POST", "/pipeline", R"([["BLPOP","l",1],["BLPOP","l",1],["GET","k"]])"}));
    ASSERT_EQ(both.size(), 3u);
    EXPECT_EQ(both[0]["code"], "reply_too_large");
    EXPECT_EQ(both[1]["result"][1], "last");
    EXPECT_EQ(both[2]["result"], "v");
}

TEST_F(FaultReplySize, IsLimitedOverAllTripsOfAPipeline)
{
    run("for i=1,4 do redis.call('RPUSH','l',string.rep('x',600000)) end");
    const auto all = json_of(
        ask("small", {"POST", "/pipeline", R"([["BLPOP","l",1],["BLPOP","l",1],["BLPOP","l",1],["BLPOP","l",1]])"})
    );
    ASSERT_EQ(all.size(), 4u);
    EXPECT_TRUE(all[0].contains("result"));
    EXPECT_TRUE(all[1].contains("result")) << "with the second it is more than the limit";
    EXPECT_EQ(all[2]["code"], "reply_too_large");
    EXPECT_EQ(all[2]["executed"], "no");
    EXPECT_EQ(all[3]["executed"], "no");
    EXPECT_EQ(redis.cli({"llen", "l"}), "2");
}

TEST_F(FaultReplySize, OfAClientThatLeavesIsNoMatter)
{
    redis.cli({"setrange", "huge", std::to_string(256 * megabyte - 1), "x"});
    for (int i = 0; i < 5; ++i) {
        auto leaves = rest.connect();
        leaves.send("GET /keys/huge?raw HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer small\r\n\r\n");
    }
    EXPECT_THAT(ask("free", {"GET", "/keys/k?raw", ""}), Answers(200, "v"));
    EXPECT_THAT(ask("small", {"GET", "/keys/huge?raw", ""}), Fails(413, "reply_too_large"));
    EXPECT_THAT(ask("small", {"GET", "/keys/k?raw", ""}), Answers(200, "v"));
}

// ---- a Redis that stops in the middle ------------------------------------------------------------------------------

TEST(FaultReplyEnd, WhileItIsPassedOverFailsWhoWaitsBehindIt)
{
    configuration settings(R"({"redis":{"shared_connections":1,"reply_bytes":"1k"},"threads":1})");
    std::atomic<bool> half{true};
    scripted_redis server([&](const auto& received) -> std::optional<std::string> {
        if (received[0] == "GETRANGE" && half)
            return "$100000000\r\nabc";
        if (half.exchange(false))
            return std::nullopt;
        return ":7\r\n";
    });
    gateway rest({"--config", settings.path(), "--redis", server.url()});
    ASSERT_TRUE(rest.await_ready() && await([&] { return server.asked(); }));
    EXPECT_THAT(rest.request("POST", "/", R"(["GETRANGE","k",0,-1])"), HasStatus(413))
        << "redis.reply_bytes, for everybody";
    const auto lost = rest.request("POST", "/", R"(["INCR","k"])");
    EXPECT_THAT(lost, HasStatus(503));
    EXPECT_EQ(json_of(lost)["executed"], "maybe");
    EXPECT_TRUE(await([&] { return text_of(rest.request("POST", "/", R"(["INCR","k"])")) == R"({"result":7})"; }));
}

TEST(FaultReplyEnd, WithoutAWordIsNoticed)
{
    configuration settings(
        R"({"redis":{"shared_connections":1,"reply_bytes":"1k","command_timeout":"300ms"},"threads":1})"
    );
    std::atomic<bool> half{true};
    scripted_redis server([&](const auto& received) -> std::optional<std::string> {
        if (received[0] == "GETRANGE")
            return "$100000000\r\nabc";
        return half ? "" : ":7\r\n";
    });
    gateway rest({"--config", settings.path(), "--redis", server.url()});
    ASSERT_TRUE(rest.await_ready() && await([&] { return server.asked(); }));
    EXPECT_THAT(rest.request("POST", "/", R"(["GETRANGE","k",0,-1])"), HasStatus(413));
    EXPECT_THAT(rest.request("POST", "/", R"(["INCR","k"])"), HasStatus(504));
    EXPECT_TRUE(await([&] {
        return metric(rest.request("GET", "/metrics").body, "rediserve_redis_reconnects_total") >= 1;
    })) << "the connection was not given up";
    half = false;
    EXPECT_EQ(text_of(rest.request("POST", "/", R"(["INCR","k"])")), R"({"result":7})");
}

}   // namespace
}   // namespace rediserve::test
