// Redis is killed, again and again, while clients go on asking.
#include "e2e/load.hpp"
#include "e2e/rest_test.hpp"
#include "support/sanitizer.hpp"

#include <iostream>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class FaultLost : public testing::Test
{
protected:
    FaultLost() : redis_({.tcp = true, .arguments = {}}), rest_({"--redis", redis_.url()}) {}
    void SetUp() override { ASSERT_TRUE(rest_.await_ready()); }

    bool serves() const { return rest_.request("PUT", "/keys/probe", "v").status < 300; }

    redis_server redis_;
    gateway rest_;
};

TEST_F(FaultLost, EveryRequestIsAnsweredAndServiceComesBack)
{
    load clients(rest_.address(), 8);
    ASSERT_TRUE(await([&] { return clients.count(200) > 1000; }));
    redis_.kill();
    ASSERT_TRUE(await([&] { return clients.count(503) > 200; }));
    auto restarted = steady_clock::now();
    redis_.restart();
    ASSERT_TRUE(await([&] { return serves(); }, 5s));
    auto back_after = duration_cast<milliseconds>(steady_clock::now() - restarted);
    auto served = clients.count(200);
    EXPECT_TRUE(await([&] { return clients.count(200) > served + 1000; }));
    clients.stop();
    std::cout << "back " << back_after.count() << " ms after the restart; slowest answer " << clients.slowest().count()
              << " ms; " << clients.summary() << "\n";
    EXPECT_EQ(clients.broken(), 0) << "requests without an answer";
    EXPECT_THAT(clients.statuses(), testing::Each(testing::AnyOf(200, 201, 404, 503, 504)));
    EXPECT_EQ(clients.unexplained(), 0) << "failed writes that do not say whether they were executed";
    EXPECT_LT(clients.slowest(), 6s);
    EXPECT_LT(back_after, 5s);
}

TEST_F(FaultLost, FiftyTimesLosesNoDescriptorAndNoMemory)
{
    constexpr int cycles = 50;
    auto id = rest_.process().id();
    auto cycle = [&] {
        load clients(rest_.address(), 2);
        redis_.kill();
        EXPECT_TRUE(await([&] { return clients.count(503) + clients.count(504) > 0; }));
        redis_.restart();
        EXPECT_TRUE(await([&] { return serves(); }, 5s));
        clients.stop();
        EXPECT_EQ(clients.broken(), 0);
    };
    for (int warm = 0; warm < 5; ++warm)
        cycle();
    auto settled = [&] {
        auto figures = rest_.request("GET", "/metrics").body;
        return metric(figures, "rediserve_http_connections_open") <= 1
            && metric(figures, "rediserve_redis_links", "connecting") == 0
            && rest_.request("GET", "/readyz").status == 200;
    };
    ASSERT_TRUE(await(settled));
    auto descriptors = open_descriptors(id);
    auto memory = resident_bytes(id);
    for (int number = 0; number < cycles; ++number)
        cycle();
    ASSERT_TRUE(await(settled));
    EXPECT_TRUE(await([&] { return open_descriptors(id) <= descriptors; }))
        << open_descriptors(id) << " descriptors, " << descriptors << " before";
    auto after = resident_bytes(id);
    std::cout << "resident " << memory / 1024 << " KiB before, " << after / 1024 << " KiB after " << cycles
              << " cycles\n";
    if (!under_sanitizer) {
        EXPECT_LT(after, memory + (std::size_t{8} << 20));
    }
}

TEST_F(FaultLost, AnswersAtOnceWhileItIsKnownToBeGone)
{
    redis_.kill();
    ASSERT_TRUE(rest_.await_ready(false));
    for (int round = 0; round < 20; ++round) {
        auto asked = steady_clock::now();
        auto answer = rest_.request("PUT", "/keys/k", "v");
        EXPECT_LT(steady_clock::now() - asked, 1s);
        EXPECT_THAT(answer, Fails(503, "redis_unavailable"));
        EXPECT_FALSE(answer.header("retry-after").empty());
        EXPECT_EQ(json_of(answer)["executed"], "no");
    }
    EXPECT_THAT(rest_.request("GET", "/livez"), HasStatus(200));
    redis_.restart();
    EXPECT_TRUE(rest_.await_ready());
    EXPECT_TRUE(serves());
}

TEST_F(FaultLost, SaysMaybeOfAWriteThatWasOnItsWay)
{
    redis_.freeze();
    auto writer = rest_.connect();
    writer.send("POST /keys/n/incr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    ASSERT_TRUE(await([&] { return metric(rest_.request("GET", "/metrics").body, "rediserve_redis_pending") >= 1; }));
    redis_.kill();
    auto answer = writer.read();
    EXPECT_THAT(answer, Fails(503, "redis_unavailable"));
    EXPECT_EQ(json_of(answer)["executed"], "maybe");
}

TEST_F(FaultLost, LostConnectionsCostNoRead)
{
    redis_.cli({"set", "k", "v"});
    auto connection = rest_.connect();
    for (int round = 0; round < 40; ++round) {
        redis_.cli({"client", "kill", "type", "normal"});
        EXPECT_THAT(connection.request("GET", "/keys/k?raw"), Answers(200, "v"));
        redis_.cli({"client", "kill", "type", "normal"});
        const auto answer =
            connection.request("QUERY", "/pipeline", R"([["GET","k"]])", {{"Content-Type", "application/json"}});
        EXPECT_THAT(answer, Answers(200, R"([{"result":"v"}])"));
    }
}

TEST(FaultAbsent, MeansUnavailableFromTheStart)
{
    gateway rest({"--redis", "redis://127.0.0.1:" + std::to_string(free_port())});
    ASSERT_TRUE(rest.await_ready(false));
    auto asked = steady_clock::now();
    auto answer = rest.request("GET", "/keys/k");
    EXPECT_LT(steady_clock::now() - asked, 1s);
    EXPECT_THAT(answer, Fails(503, "redis_unavailable"));
    EXPECT_FALSE(answer.header("retry-after").empty());
    EXPECT_EQ(json_of(answer)["executed"], "no");
    answer = rest.request("GET", "/readyz");
    EXPECT_THAT(answer, HasStatus(503));
    EXPECT_EQ(json_of(answer)["executed"], "no");
    EXPECT_THAT(rest.request("GET", "/livez"), HasStatus(200));
}

}   // namespace
}   // namespace rediserve::test
