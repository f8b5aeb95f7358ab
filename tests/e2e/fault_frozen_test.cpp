// Redis stops answering without going away.
#include "e2e/load.hpp"
#include "e2e/rest_test.hpp"
#include "support/sanitizer.hpp"

#include <algorithm>
#include <iostream>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class FaultFrozen : public testing::Test
{
protected:
    void SetUp() override { ASSERT_TRUE(rest_.await_ready()); }

    redis_server redis_;
    configuration file_{R"({"redis":{"command_timeout":"500ms"}})"};
    gateway rest_{{"--config", file_.path(), "--redis", redis_.url()}};
};

TEST_F(FaultFrozen, IsToldAtTheDeadline)
{
    redis_.freeze();
    auto asked = steady_clock::now();
    auto answer = rest_.request("POST", "/keys/n/incr");
    auto took = duration_cast<milliseconds>(steady_clock::now() - asked);
    EXPECT_THAT(answer, Fails(504, "redis_timeout"));
    EXPECT_EQ(json_of(answer)["executed"], "maybe");
    EXPECT_GE(took, 450ms);
    EXPECT_LT(took, 3s);
}

// Typed requests have connections of their own; whoever waits for one is told, and all others go on as ever.
TEST_F(FaultFrozen, IsToldToTypedRequestsToo)
{
    const gateway rest({"--config", file_.path(), "--redis", redis_.url(), "--threads", "1"});
    ASSERT_TRUE(rest.await_ready());
    const auto typed = [&] {
        return rest.request("POST", "/", R"(["INCR","n"])", {{"Accept", "application/vnd.rediserve.typed+json"}});
    };
    EXPECT_THAT(typed(), Answers(200, R"({"result":1})"));
    redis_.freeze();
    const auto answer = typed();
    EXPECT_EQ(answer.status, 504) << answer.body;
    EXPECT_EQ(json_of(answer)["executed"], "maybe") << answer.body;
    redis_.thaw();
    EXPECT_TRUE(await([&] { return typed().status == 200; }));
    redis_.kill();
    EXPECT_TRUE(await([&] { return typed().status == 503; }));
    EXPECT_EQ(json_of(typed())["executed"], "no");
    redis_.restart();
    EXPECT_TRUE(await([&] { return typed().status == 200; }));
    EXPECT_TRUE(await([&] { return rest.request("POST", "/", R"(["PING"])").status == 200; }));
}

// Where the gateway itself would wait for long.
class FaultHurry : public testing::Test
{
protected:
    void SetUp() override { ASSERT_TRUE(rest_.await_ready()); }

    redis_server redis_;
    configuration file_{R"({"redis":{"command_timeout":"1h"}})"};
    gateway rest_{{"--config", file_.path(), "--redis", redis_.url()}};
};

TEST_F(FaultHurry, IsToldWhenItsTimeIsOver)
{
    redis_.freeze();
    const std::vector<std::pair<std::string, std::string>> hurry = {{"Prefer", "wait=0.2"}};
    for (const auto& [target, body] : std::vector<std::pair<std::string, std::string>>{
             {"/keys/n/incr", ""}, {"/", R"(["INCR","n"])"}, {"/multi-exec", R"([["INCR","n"]])"}}) {
        const auto answer = rest_.request("POST", target, body, hurry);
        EXPECT_EQ(answer.status, 504) << answer.body;
        EXPECT_EQ(json_of(answer)["executed"], "maybe") << answer.body;
    }
    const auto over = rest_.request("POST", "/keys/n/incr", "", {{"Prefer", "wait=0"}});
    EXPECT_THAT(over, Fails(504, "redis_timeout"));
    EXPECT_EQ(json_of(over)["executed"], "no");
    redis_.thaw();
    EXPECT_THAT(rest_.request("GET", "/keys/n", "", {{"Prefer", "wait=60"}}), HasStatus(200));
}

TEST_F(FaultFrozen, IsSurvivedInFlatMemory)
{
    auto id = rest_.process().id();
    {
        load warm(rest_.address(), 16);
        ASSERT_TRUE(await([&] { return warm.count(200) > 2000; }));
    }
    auto before = resident_bytes(id);
    redis_.freeze();
    load clients(rest_.address(), 16);
    EXPECT_TRUE(await([&] { return clients.count(504) + clients.count(503) > 100; }, 20s));
    auto grown = std::max(resident_bytes(id), before) - before;
    redis_.thaw();
    auto thawed = steady_clock::now();
    EXPECT_TRUE(await([&] { return rest_.request("PUT", "/keys/k", "v").status < 300; }, 10s));
    auto back_after = duration_cast<milliseconds>(steady_clock::now() - thawed);
    auto served = clients.count(200);
    EXPECT_TRUE(await([&] { return clients.count(200) > served + 500; }));
    clients.stop();
    std::cout << "back " << back_after.count() << " ms after the thaw; resident memory grew by " << grown / 1024
              << " KiB; slowest answer " << clients.slowest().count() << " ms; " << clients.summary() << "\n";
    EXPECT_EQ(clients.broken(), 0);
    EXPECT_THAT(clients.statuses(), testing::Each(testing::AnyOf(200, 201, 404, 503, 504)));
    EXPECT_EQ(clients.unexplained(), 0);
    if (!under_sanitizer) {
        EXPECT_LT(grown, std::size_t{8} << 20);
    }
}

TEST_F(FaultFrozen, MixesUpNoRepliesAfterwards)
{
    redis_.cli({"eval", "for i = 0, 49 do redis.call('set', 'k' .. i, i) end", "0"});
    auto connection = rest_.connect();
    for (int round = 0; round < 2; ++round) {
        redis_.freeze();
        EXPECT_THAT(connection.request("GET", "/keys/k0?raw"), HasStatus(504));
        redis_.thaw();
        EXPECT_TRUE(await([&] { return connection.request("GET", "/keys/k0?raw").status == 200; }));
        for (int number = 0; number < 50; ++number) {
            auto text = std::to_string(number);
            EXPECT_THAT(connection.request("GET", std::string("/keys/k").append(text) + "?raw"), Answers(200, text));
        }
    }
}

TEST_F(FaultFrozen, IsSeenByTheReadinessProbe)
{
    redis_.freeze();
    EXPECT_TRUE(rest_.await_ready(false));
    EXPECT_THAT(rest_.request("GET", "/livez"), HasStatus(200));
    redis_.thaw();
    EXPECT_TRUE(rest_.await_ready());
}

}   // namespace
}   // namespace rediserve::test
