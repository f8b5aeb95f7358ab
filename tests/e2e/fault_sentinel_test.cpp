// The master of a Sentinel group is killed while clients write.
#include "e2e/load.hpp"
#include "e2e/rest_test.hpp"
#include "support/sentinel_group.hpp"

#include <iostream>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds ample{60};   // for a fail-over on a busy machine

TEST(FaultSentinel, MasterKilledUnderLoadIsFollowed)
{
    sentinel_group group({.replicas = 1, .sentinels = 3});
    // Long enough for a fail-over on a busy machine.
    const configuration patient(R"({"redis":{"command_timeout":"30s"}})");
    gateway rest({"--redis", group.url(), "--config", patient.path()});
    ASSERT_TRUE(rest.await_ready());
    load clients(rest.address(), 8);
    ASSERT_TRUE(await([&] { return clients.count(200) > 1000; }, ample));
    group.kill(0);
    const auto killed = steady_clock::now();
    ASSERT_TRUE(await([&] { return rest.request("PUT", "/keys/probe", "v").status < 300; }, ample));
    const auto back_after = duration_cast<milliseconds>(steady_clock::now() - killed);
    const auto served = clients.count(200);
    EXPECT_TRUE(await([&] { return clients.count(200) > served + 1000; }, ample));
    clients.stop();
    std::cout << "back " << back_after.count() << " ms after the kill; slowest answer " << clients.slowest().count()
              << " ms; " << clients.summary() << "\n";
    EXPECT_EQ(clients.broken(), 0) << "requests without an answer";
    EXPECT_THAT(clients.statuses(), testing::Each(testing::AnyOf(200, 201, 404, 503, 504)));
    EXPECT_EQ(clients.unexplained(), 0) << "failed writes that do not say whether they were executed";
    EXPECT_EQ(group.server(1).cli({"get", "probe"}), "v");
    EXPECT_TRUE(rest.await_ready());
    EXPECT_GE(metric(rest.request("GET", "/metrics").body, "rediserve_redis_failovers_total"), 1);
    EXPECT_TRUE(await([&] {
        const auto log = rest.process().output();
        const auto changed = log.find("master_changed");
        return changed != std::string::npos
            && log.find("127.0.0.1:" + std::to_string(group.port(1)), changed) != std::string::npos;
    })) << rest.process().output();
}

TEST(FaultSentinel, WrongNameOfTheMasterIsSaid)
{
    sentinel_group group({.replicas = 0, .sentinels = 1});
    auto url = group.url();
    url.replace(url.find("mymaster"), 8, "other");
    gateway rest({"--redis", url});
    ASSERT_TRUE(await([&] { return rest.request("GET", "/keys/k").status == 503; }));
    EXPECT_FALSE(rest.await_ready(true, 100ms));
    EXPECT_TRUE(await([&] {
        return rest.process().output().find("knows no master of the name other") != std::string::npos;
    }));
}

}   // namespace
}   // namespace rediserve::test
