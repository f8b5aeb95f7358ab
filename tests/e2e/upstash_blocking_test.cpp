// Commands that wait (api/upstash, section 8.2): each on a connection of its own, for as long as its client is there.
#include "e2e/upstash_test.hpp"

#include <csignal>
#include <utility>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::ElementsAre;

class UpstashBlocking : public testing::Test
{
protected:
    // One thread and one shared connection: whatever held that up would be seen.
    void start(std::map<std::string, std::string> environment = {})
    {
        environment.emplace("REDISERVE_REDIS_SHARED_CONNECTIONS", "1");
        gateway_ =
            std::make_unique<gateway>(std::vector<std::string>{"--redis", redis_.url(), "--threads", "1"}, environment);
        ASSERT_TRUE(gateway_->await_ready());
    }

    gateway& rest() { return *gateway_; }

    http_response command(std::string_view body) { return rest().request("POST", "/", body); }

    // Sends a request and does not wait for its answer.
    http_connection sent(const std::string& target, const std::string& body)
    {
        auto connection = rest().connect();
        connection.send(
            "POST " + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n"
            + body
        );
        return connection;
    }

    bool await_blocked(int clients)
    {
        return await([&] { return info(redis_, "clients", "blocked_clients") == std::to_string(clients); });
    }

    redis_server redis_;

private:
    std::unique_ptr<gateway> gateway_;
};

TEST_F(UpstashBlocking, WaitsNoLongerThanTheClientDoes)
{
    start({{"REDISERVE_UPSTASH_BLOCK_WAIT", "1h"}});
    const auto nothing = rest().request("POST", "/", R"(["BLPOP","l",0])", {{"Prefer", "wait=0.2"}});
    EXPECT_EQ(nothing.status, 200) << nothing.body;
    EXPECT_EQ(nothing.body, R"({"result":null})") << "it is the wait that becomes shorter: nothing is lost";
    const auto twice =
        rest().request("POST", "/pipeline", R"([["BLPOP","l",0],["BLPOP","l",0]])", {{"Prefer", "wait=0.2"}});
    EXPECT_THAT(twice.body, testing::StartsWith(R"([{"result":null},{"error":)"));
    EXPECT_THAT(twice.body, testing::HasSubstr(R"("executed":"no")"));
}

struct waiting_case
{
    std::string command;
    std::vector<std::string> push;
    std::string result;
};

TEST_F(UpstashBlocking, GetsWhatIsPushedLater)
{
    const std::vector<waiting_case> cases = {
        {R"(["BLPOP","l",20])", {"rpush", "l", "x"}, R"(["l","x"])"},
        {R"(["brpop","l1","l2",20])", {"rpush", "l2", "x"}, R"(["l2","x"])"},
        {R"(["BRPOPLPUSH","l","d",20])", {"rpush", "l", "x"}, R"("x")"},
        {R"(["BLMOVE","l","d","LEFT","RIGHT",20])", {"rpush", "l", "x"}, R"("x")"},
        {R"(["BLMPOP",20,1,"l","LEFT"])", {"rpush", "l", "x"}, R"(["l",["x"]])"},
        {R"(["BZPOPMIN","z",20])", {"zadd", "z", "1", "x"}, R"(["z","x","1"])"},
        {R"(["BZPOPMAX","z",20])", {"zadd", "z", "1", "x"}, R"(["z","x","1"])"},
        {R"(["BZMPOP",20,1,"z","MIN"])", {"zadd", "z", "1", "x"}, R"(["z",[["x","1"]]])"},
        {R"(["XREAD","BLOCK",20000,"STREAMS","s","$"])",
         {"xadd", "s", "1-1", "f", "v"},
         R"([["s",[["1-1",["f","v"]]]]])"},
        {R"(["XREAD","COUNT",1,"BLOCK",20000,"STREAMS","s","0"])",
         {"xadd", "s", "1-1", "f", "v"},
         R"([["s",[["1-1",["f","v"]]]]])"},
    };
    start();
    for (const auto& [asked, push, result] : cases) {
        SCOPED_TRACE(asked);
        redis_.cli({"flushall"});
        auto waiting = sent("/", asked);
        ASSERT_TRUE(await_blocked(1));
        EXPECT_THAT(command(R"(["PING"])"), Results(R"("PONG")"));   // the others do not wait
        redis_.cli(push);
        EXPECT_THAT(waiting.read(), Results(result));
    }
    EXPECT_TRUE(await_blocked(0));
}

TEST_F(UpstashBlocking, WaitsInThePathToo)
{
    start();
    auto waiting = sent("/blpop/l/20", "");
    ASSERT_TRUE(await_blocked(1));
    redis_.cli({"rpush", "l", "x"});
    EXPECT_THAT(waiting.read(), Results(R"(["l","x"])"));
}

TEST_F(UpstashBlocking, WaitsInAGroupOfAnyName)
{
    start();
    for (const auto* name : {"STREAMS", "BLOCK", "NOACK", "COUNT"}) {
        SCOPED_TRACE(name);
        redis_.cli({"flushall"});
        redis_.cli({"xgroup", "create", "s", name, "$", "mkstream"});
        auto group = R"(["XREADGROUP","GROUP",")" + std::string(name) + R"(",")" + name + R"(",)";
        EXPECT_THAT(command(group + R"("STREAMS","s",">"])"), Results("null"));   // does not wait
        auto waiting = sent("/", group + R"("COUNT",1,"BLOCK",20000,"STREAMS","s",">"])");
        ASSERT_TRUE(await_blocked(1));
        EXPECT_THAT(command(R"(["PING"])"), Results(R"("PONG")"));
        redis_.cli({"xadd", "s", "1-1", "f", "v"});
        EXPECT_THAT(waiting.read(), Results(R"([["s",[["1-1",["f","v"]]]]])"));
    }
}

TEST_F(UpstashBlocking, ReadsAStreamOfAnyName)
{
    start();
    redis_.cli({"xadd", "BLOCK", "1-1", "f", "v"});
    EXPECT_THAT(command(R"(["XREAD","STREAMS","BLOCK",0])"), Results(R"([["BLOCK",[["1-1",["f","v"]]]]])"));
    EXPECT_THAT(command(R"(["XREAD","STREAMS","BLOCK","none",0,0])"), Results(R"([["BLOCK",[["1-1",["f","v"]]]]])"));
    EXPECT_THAT(command(R"(["XREAD","STREAMS","BLOCK","$"])"), Results("null"));
}

TEST_F(UpstashBlocking, WaitsInAPipelineInItsPlace)
{
    start();
    auto waiting =
        sent("/pipeline", R"([["SET","a","1"],["BLPOP","l",20],["INCR","a"],["BLPOP","l",20],["INCR","a"]])");
    ASSERT_TRUE(await_blocked(1));
    EXPECT_EQ(redis_.cli({"get", "a"}), "1");
    EXPECT_THAT(command(R"(["PING"])"), Results(R"("PONG")"));
    redis_.cli({"rpush", "l", "x"});
    ASSERT_TRUE(await([&] { return redis_.cli({"get", "a"}) == "2"; }));
    redis_.cli({"rpush", "l", "y"});
    EXPECT_THAT(
        elements(waiting.read()),
        ElementsAre(
            R"({"result":"OK"})", R"({"result":["l","x"]})", R"({"result":2})", R"({"result":["l","y"]})",
            R"({"result":3})"
        )
    );
}

TEST_F(UpstashBlocking, AnswersAtOnceWhenThereIsSomething)
{
    start();
    redis_.cli({"rpush", "l", "a", "b"});
    EXPECT_THAT(command(R"(["BLPOP","l",0])"), Results(R"(["l","a"])"));
    EXPECT_THAT(
        elements(rest().request("POST", "/pipeline", R"([["BLPOP","l",0],["BLPOP","l",0.01],["BLPOP","l",null]])")),
        ElementsAre(R"({"result":["l","b"]})", R"({"result":null})", R"({"error":"ERR null args are not supported"})")
    );
}

TEST_F(UpstashBlocking, LeavesWhatCannotBeWaitedForToRedis)
{
    start();
    EXPECT_THAT(command(R"(["BLPOP","l","x"])"), Refuses(400, "ERR timeout is not a float or out of range"));
    EXPECT_THAT(command(R"(["BLPOP","l",-1])"), Refuses(400, "ERR timeout is negative"));
    EXPECT_THAT(command(R"(["BLPOP","l"])"), Refuses(400, "ERR wrong number of arguments for 'blpop' command"));
    EXPECT_THAT(
        command(R"(["XREAD","BLOCK","x","STREAMS","s","$"])"),
        Refuses(400, "ERR timeout is not an integer or out of range")
    );
    EXPECT_THAT(command(R"(["XREAD","BLOCK"])"), Refuses(400));
    EXPECT_THAT(command(R"(["BLMPOP"])"), Refuses(400));
    redis_.cli({"set", "k", "v"});
    EXPECT_THAT(
        command(R"(["BLPOP","k",0])"), Refuses(400, "WRONGTYPE Operation against a key holding the wrong kind of value")
    );
}

TEST_F(UpstashBlocking, WaitsNoLongerThanTheGatewayAllows)
{
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"(["BLPOP","l",0])", "null"},
        {R"(["BLPOP","l",1000])", "null"},
        {R"(["BRPOP","l","m",0])", "null"},
        {R"(["BRPOPLPUSH","l","m",0])", "null"},
        {R"(["BLMOVE","l","m","LEFT","LEFT",0])", "null"},
        {R"(["BLMPOP",0,1,"l","LEFT"])", "null"},
        {R"(["BZPOPMIN","z",0])", "null"},
        {R"(["BZPOPMAX","z",0])", "null"},
        {R"(["BZMPOP",0,1,"z","MIN"])", "null"},
        {R"(["XREAD","BLOCK",0,"STREAMS","s","$"])", "null"},
        {R"(["XREAD","COUNT",1,"BLOCK",100000,"STREAMS","s","t","$","$"])", "null"},
        {R"(["XREADGROUP","GROUP","g","c","BLOCK",0,"STREAMS","g",">"])", "null"},
        {R"(["WAIT",1,0])", "0"},
        // Redis takes options in any order, and of two the last.
        {R"(["XREAD","BLOCK",1,"BLOCK",0,"STREAMS","s","$"])", "null"},
        {R"(["XREADGROUP","COUNT",1,"GROUP","g","c","BLOCK",0,"STREAMS","g",">"])", "null"},
        {R"(["XREADGROUP","COUNT",1,"GROUP","STREAMS","BLOCK","BLOCK",0,"STREAMS","g",">"])", "null"},
        {R"(["XREADGROUP","COUNT",1,"GROUP","BLOCK","STREAMS","BLOCK",0,"STREAMS","g",">"])", "null"},
        // It reads more numbers than are usual.
        {R"(["BLPOP","l","+1000"])", "null"},
        {R"(["BLPOP","l","0x400"])", "null"},
    };
    start({{"REDISERVE_UPSTASH_BLOCK_WAIT", "3s"}, {"REDISERVE_REDIS_LEASED_CONNECTIONS", "64"}});
    for (const auto* name : {"g", "STREAMS", "BLOCK"})
        redis_.cli({"xgroup", "create", "g", name, "$", "mkstream"});
    auto before = steady_clock::now();
    std::vector<http_connection> waiting;
    for (const auto& [asked, result] : cases)
        waiting.push_back(sent("/", asked));
    EXPECT_TRUE(await_blocked(static_cast<int>(cases.size())));
    EXPECT_THAT(command(R"(["PING"])"), Results(R"("PONG")"));
    EXPECT_LT(steady_clock::now() - before, 2900ms) << "others had to wait";
    for (std::size_t number = 0; number < cases.size(); ++number)
        EXPECT_THAT(waiting[number].read(), Results(cases[number].second)) << cases[number].first;
    auto took = steady_clock::now() - before;
    EXPECT_GE(took, 2900ms);
    EXPECT_LT(took, 15s);
}

TEST_F(UpstashBlocking, WaitsAsLongAsItSaysBelowThat)
{
    start();
    auto before = steady_clock::now();
    EXPECT_THAT(command(R"(["BLPOP","l",0.2])"), Results("null"));
    EXPECT_LT(steady_clock::now() - before, 10s);
}

TEST_F(UpstashBlocking, MayTakeLongerThanOtherCommands)
{
    start({{"REDISERVE_REDIS_COMMAND_TIMEOUT", "200ms"}});
    auto waiting = sent("/", R"(["BLPOP","l",20])");
    ASSERT_TRUE(await_blocked(1));
    auto since = steady_clock::now();
    EXPECT_TRUE(await([&] { return steady_clock::now() - since > 600ms; }));
    redis_.cli({"rpush", "l", "x"});
    EXPECT_THAT(waiting.read(), Results(R"(["l","x"])"));
}

TEST_F(UpstashBlocking, EndsWithItsClient)
{
    start();
    for (const auto* target : {"/", "/pipeline"}) {
        SCOPED_TRACE(target);
        {
            auto leaving = sent(target, target == std::string("/") ? R"(["BLPOP","l",30])" : R"([["BLPOP","l",30]])");
            ASSERT_TRUE(await_blocked(1));
        }
        EXPECT_TRUE(await_blocked(0));
        redis_.cli({"rpush", "l", "x"});
        EXPECT_THAT(command(R"(["LRANGE","l",0,-1])"), Results(R"(["x"])"));
        redis_.cli({"del", "l"});
    }
}

TEST_F(UpstashBlocking, RunsNothingBehindItForAClientThatHasLeft)
{
    start();
    {
        auto leaving = sent("/pipeline", R"([["INCR","before"],["BLPOP","l",30],["INCR","behind"],["BLPOP","l",30]])");
        ASSERT_TRUE(await_blocked(1));
    }
    EXPECT_TRUE(await_blocked(0));
    redis_.cli({"rpush", "l", "x", "y"});
    EXPECT_THAT(command(R"(["PING"])"), Results(R"("PONG")"));
    EXPECT_EQ(redis_.cli({"llen", "l"}), "2");
    EXPECT_EQ(redis_.cli({"get", "before"}), "1");
    EXPECT_EQ(redis_.cli({"exists", "behind"}), "0");
}

TEST_F(UpstashBlocking, TellsALeavingClientFromTheOthers)
{
    start();
    auto staying = sent("/", R"(["BLPOP","stays",20])");
    ASSERT_TRUE(await_blocked(1));
    {
        auto leaving = sent("/", R"(["BLPOP","leaves",20])");
        ASSERT_TRUE(await_blocked(2));
    }
    EXPECT_TRUE(await_blocked(1));
    redis_.cli({"rpush", "stays", "x"});
    EXPECT_THAT(staying.read(), Results(R"(["stays","x"])"));
}

TEST_F(UpstashBlocking, IsRefusedWhenTooManyWait)
{
    start(
        {{"REDISERVE_REDIS_LEASED_CONNECTIONS", "2"},
         {"REDISERVE_REDIS_LEASE_QUEUE", "1"},
         {"REDISERVE_REDIS_LEASE_TIMEOUT", "300ms"}}
    );
    auto first = sent("/", R"(["BLPOP","l",20])");
    ASSERT_TRUE(await_blocked(1));
    auto second = sent("/", R"(["BLPOP","l",20])");
    ASSERT_TRUE(await_blocked(2));
    auto third = command(R"(["BLPOP","l",20])");
    EXPECT_THAT(third, Refuses(503));
    EXPECT_EQ(json_of(third)["executed"], "no");
    EXPECT_THAT(command(R"(["PING"])"), Results(R"("PONG")"));
    redis_.cli({"rpush", "l", "x", "y"});
    EXPECT_THAT(first.read(), HasStatus(200));
    EXPECT_THAT(second.read(), HasStatus(200));
    redis_.cli({"rpush", "l", "z"});
    EXPECT_THAT(command(R"(["BLPOP","l",20])"), Results(R"(["l","z"])"));
}

TEST_F(UpstashBlocking, DoesNotKeepTheGatewayFromStopping)
{
    start({{"REDISERVE_DRAIN_TIMEOUT", "300ms"}});
    auto waiting = sent("/", R"(["BLPOP","l",30])");
    ASSERT_TRUE(await_blocked(1));
    rest().process().signal(SIGTERM);
    EXPECT_EQ(rest().process().wait(), 0) << rest().process().output();
    EXPECT_TRUE(await_blocked(0));
}

TEST_F(UpstashBlocking, FailsWhenRedisIsLost)
{
    start();
    auto waiting = sent("/", R"(["BLPOP","l",30])");
    ASSERT_TRUE(await_blocked(1));
    redis_.kill();
    auto answer = waiting.read();
    EXPECT_THAT(answer, Refuses(503));
    EXPECT_EQ(json_of(answer)["executed"], "maybe");
}

}   // namespace
}   // namespace rediserve::test
