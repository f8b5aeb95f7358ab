// Increments with an Idempotency-Key are repeated at random while gateways are killed and connections cut: each is done once.
#include "e2e/rest_test.hpp"
#include "e2e/retries.hpp"
#include "support/sentinel_group.hpp"
#include "support/tcp_gate.hpp"

#include <array>
#include <csignal>
#include <functional>
#include <iostream>
#include <numeric>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;

constexpr int clients = 64;
constexpr std::chrono::seconds ample{60};

// Two gateways before the same Redis, each of which can be killed and comes back under another address.
class gateway_pair
{
public:
    explicit gateway_pair(std::string redis) : redis_(std::move(redis))
    {
        for (std::size_t at = 0; at < running_.size(); ++at)
            start(at);
    }

    // That of either, whenever it is asked for.
    retrying_clients::address_book addresses() const
    {
        return [this](std::mt19937& dice) {
            std::lock_guard lock(mutex_);
            return addresses_.at(dice() % addresses_.size());
        };
    }

    // One of them, or both.
    void kill_some(std::mt19937& dice)
    {
        const auto which = dice() % 3;
        for (std::size_t at = 0; at < running_.size(); ++at)
            if (which != at)
                running_.at(at)->process().signal(SIGKILL);
        for (std::size_t at = 0; at < running_.size(); ++at)
            if (which != at)
                start(at);
    }

    int killed() const noexcept { return started_ - static_cast<int>(running_.size()); }

private:
    void start(std::size_t at)
    {
        running_.at(at) = std::make_unique<gateway>(std::vector<std::string>{"--redis", redis_});
        ++started_;
        std::lock_guard lock(mutex_);
        addresses_.at(at) = running_.at(at)->address();
    }

    std::string redis_;
    std::array<std::unique_ptr<gateway>, 2> running_;
    int started_ = 0;
    mutable std::mutex mutex_;
    std::array<std::string, 2> addresses_;
};

std::size_t redis_count(const redis_server& redis, int counter)
{
    return std::stoul("0" + redis.cli({"get", retrying_clients::counter_name(counter)}));
}

std::size_t redis_total(const redis_server& redis)
{
    std::size_t total = 0;
    for (int counter = 0; counter < retrying_clients::counters; ++counter)
        total += redis_count(redis, counter);
    return total;
}

// Each counter is where its increments have brought it, and each increment was told a value of its own.
void expect_exact(const increment_ledger& ledger, const redis_server& redis)
{
    for (int counter = 0; counter < retrying_clients::counters; ++counter) {
        const auto values = ledger.values_of(counter);
        std::vector<long> wanted(values.size());
        std::iota(wanted.begin(), wanted.end(), 1);
        EXPECT_EQ(values, wanted) << retrying_clients::counter_name(counter);
        EXPECT_EQ(redis_count(redis, counter), wanted.size()) << retrying_clients::counter_name(counter);
    }
    EXPECT_EQ(ledger.contradicted(), 0) << "answers to one increment that tell different values";
    EXPECT_EQ(ledger.ran_twice(), 0) << "increments of which two answers say that they ran just now";
}

void expect_orderly(const increment_ledger& ledger)
{
    std::cout << ledger.summary() << "\n";
    EXPECT_EQ(ledger.unexpected(), 0) << ledger.first_unexpected();
    EXPECT_GT(ledger.replayed(), 0);
}

using trouble = std::function<void()>;

// One trouble after the other, each when so many more increments are done, until all are.
void disturb(const increment_ledger& ledger, int each, const std::vector<trouble>& troubles)
{
    for (std::size_t round = 0; ledger.done() < ledger.size(); ++round) {
        const int goal = std::min(ledger.done() + each, ledger.size());
        ASSERT_TRUE(await([&] { return ledger.done() >= goal; }, ample))
            << ledger.summary() << "; " << ledger.first_unexpected();
        troubles[round % troubles.size()]();
    }
}

// Replies are cut short, on each connection to Redis, until that has been felt.
void cut(const increment_ledger& ledger, tcp_gate& way, std::size_t after)
{
    const auto before = ledger.disturbed();
    way.cut_after(after);
    EXPECT_TRUE(await([&] { return ledger.disturbed() > before + 20 || ledger.done() == ledger.size(); }, ample));
    way.cut_after(0);
}

class FaultIdempotency : public testing::TestWithParam<unsigned>
{};

TEST_P(FaultIdempotency, CountsAreExactWhileGatewaysAreKilledAndConnectionsCut)
{
    std::mt19937 dice(GetParam());
    redis_server redis({.tcp = true, .arguments = {}});
    tcp_gate way(redis.port());
    way.delay(5ms);   // so that whatever happens finds most clients between question and answer
    gateway_pair gateways("redis://127.0.0.1:" + std::to_string(way.port()));
    increment_ledger ledger(10'000);
    retrying_clients working(ledger, gateways.addresses(), clients, GetParam());
    const trouble killed = [&] { gateways.kill_some(dice); };
    const trouble cut_short = [&] { cut(ledger, way, 1 + dice() % 400); };
    const trouble cut_off = [&] { redis.cli({"client", "kill", "type", "normal"}); };
    ASSERT_NO_FATAL_FAILURE(disturb(ledger, 150, {killed, cut_short, cut_off}));
    working.join();
    std::cout << gateways.killed() << " times a gateway was killed\n";
    EXPECT_GE(gateways.killed(), 10);
    expect_orderly(ledger);
    expect_exact(ledger, redis);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FaultIdempotency, testing::Values(1, 2, 3));

TEST(FaultIdempotencyOfRedis, CountsAreExactWhileRedisIsKilledWithItsData)
{
    redis_server redis({.tcp = true, .arguments = {"--appendonly", "yes", "--appendfsync", "always"}});
    gateway_pair gateways(redis.url());
    increment_ledger ledger(3000);
    retrying_clients working(ledger, gateways.addresses(), clients, 4);
    const trouble killed = [&] {
        redis.kill();
        redis.restart();
        EXPECT_TRUE(await([&] { return redis.cli({"ping"}) == "PONG"; }, ample)) << "it does not load its data";
    };
    ASSERT_NO_FATAL_FAILURE(disturb(ledger, 300, {killed}));
    working.join();
    expect_orderly(ledger);
    expect_exact(ledger, redis);
}

// The replica hears nothing more, and cannot log in again.
void part(const redis_server& master, const redis_server& replica)
{
    replica.cli({"config", "set", "masterauth", "wrong"});
    replica.cli({"config", "set", "masteruser", "nobody"});
    master.cli({"client", "kill", "type", "replica"});
}

// What the new master never heard of is lost, effect and record together: sent again, everything counts once.
TEST(FaultIdempotencyOfRedis, FailOverLosesEffectAndRecordOrNeither)
{
    sentinel_group group({.replicas = 1, .sentinels = 1});
    gateway_pair gateways(group.url());
    constexpr int increments = 10'000;
    increment_ledger ledger(increments);
    retrying_clients working(ledger, gateways.addresses(), clients, 5);
    ASSERT_TRUE(await([&] { return ledger.done() > increments / 5; }, ample));
    part(group.server(0), group.server(1));
    const int kept = ledger.done();
    ASSERT_TRUE(await([&] { return ledger.done() > kept + increments / 5; }, ample));
    group.kill(0);
    working.join();
    expect_orderly(ledger);
    EXPECT_LT(redis_total(group.server(1)), std::size_t{increments}) << "nothing was lost, so this shows nothing";

    increment_ledger again(increments);
    retrying_clients repeating(again, gateways.addresses(), clients, 6);
    repeating.join();
    expect_orderly(again);
    expect_exact(again, group.server(1));
}

}   // namespace
}   // namespace rediserve::test
