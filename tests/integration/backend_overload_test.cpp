// More than Redis can take at a time: who waits, in which order, and who is dropped.
#include "integration/backend_fixture.hpp"

#include <algorithm>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;

class BackendOverload : public BackendTest
{
protected:
    void connect_with(const concurrency& how, std::size_t queue = 16'384)
    {
        params settings;
        settings.shared_connections = 1;
        settings.command_timeout = 60s;
        settings.concurrency = how;
        settings.queue_commands = queue;
        connect(settings);
        ASSERT_TRUE(turn_until_up());
        // So that it is known how long that takes, as in a process that probes it.
        ASSERT_EQ(ask(batch::of("PING")), "+PONG");
    }

    static batch slow() { return batch::of("EVAL", "for i = 1, 100000 do end return redis.call('INCR', 'n')", 0); }

    static std::ptrdiff_t over(const std::vector<outcome>& of) { return std::ranges::count_if(of, &outcome::over); }
};

TEST_F(BackendOverload, LetsAModestOneBeServedBetweenThoseOfAGreedyOne)
{
    connect_with({});
    std::vector<outcome> greedy(1000);
    for (outcome& one : greedy)
        submit(one, slow(), {.payer = 1});
    EXPECT_EQ(metrics.redis_in_flight.get(), 128);
    EXPECT_EQ(metrics.redis_queued.get(), 1000 - 128);
    for (int turn = 0; turn < 3; ++turn) {
        const auto before = over(greedy);
        outcome modest;
        submit(modest, slow(), {.payer = 2});
        ASSERT_TRUE(turn_until([&] { return modest.over(); }, 60s));
        EXPECT_EQ(modest.failure, std::nullopt);
        EXPECT_LT(over(greedy) - before, 250) << "and not all of the others first";
    }
    ASSERT_TRUE(turn_until([&] { return over(greedy) == 1000; }, 120s));
    EXPECT_EQ(ask(batch::of("GET", "n")), "1003") << "each was run once";
    EXPECT_EQ(metrics.redis_in_flight.get(), 0);
    EXPECT_EQ(metrics.redis_queued.get(), 0);
    EXPECT_EQ(metrics.redis_pending.get(), 0);
}

TEST_F(BackendOverload, DropsWhatNobodyWaitsForBeforeItReachesRedis)
{
    connect_with({.adapts = false, .most = 4});
    server().freeze();
    std::vector<outcome> all(20);
    for (std::size_t i = 0; i < all.size(); ++i)
        submit(
            all[i], batch::of("INCR", "n"),
            {.payer = 1, .until = i < 10 ? never : std::chrono::steady_clock::now() + 50ms}
        );
    for (std::size_t i = 4; i < 10; ++i)
        backend->cancel(*all[i].handle);
    EXPECT_TRUE(turn_until([&] {
        return std::all_of(all.begin() + 10, all.end(), [](const outcome& one) { return one.over(); });
    }));
    server().thaw();
    EXPECT_TRUE(turn_until([&] { return over(all) == 14; }));
    for (std::size_t i = 10; i < all.size(); ++i) {
        ASSERT_TRUE(all[i].failure);
        EXPECT_EQ(all[i].failure->code, errc::backend_timeout);
        EXPECT_EQ(all[i].failure->executed, executed::no);
    }
    EXPECT_EQ(ask(batch::of("GET", "n")), "4");
    EXPECT_EQ(metrics.redis_dropped.get(), 16);
}

TEST_F(BackendOverload, RefusesWhatFindsNoRoom)
{
    connect_with({.adapts = false, .most = 1}, 10);
    server().freeze();
    std::vector<outcome> greedy(20);
    for (outcome& one : greedy)
        submit(one, batch::of("INCR", "n"), {.payer = 1});
    EXPECT_EQ(over(greedy), 14) << "one is sent, and half of the room is theirs";
    EXPECT_EQ(greedy.back().failure->code, errc::backend_queue_full);
    outcome modest;
    submit(modest, batch::of("INCR", "n"), {.payer = 2});
    EXPECT_FALSE(modest.over());
    server().thaw();
    EXPECT_TRUE(turn_until([&] { return modest.over() && over(greedy) == 20; }));
    EXPECT_EQ(ask(batch::of("GET", "n")), "7");
}

TEST_F(BackendOverload, KeepsNothingBackWhereThatIsNotWanted)
{
    connect_with({.adapts = false, .most = 0});
    server().freeze();
    std::vector<outcome> all(2000);
    for (outcome& one : all)
        submit(one, batch::of("INCR", "n"), {.payer = 1});
    EXPECT_EQ(metrics.redis_in_flight.get(), 2000);
    EXPECT_EQ(metrics.redis_concurrency.get(), 0);
    server().thaw();
    EXPECT_TRUE(turn_until([&] { return over(all) == 2000; }));
}

TEST_F(BackendOverload, TellsWhoWaitsWhenItEnds)
{
    connect_with({.adapts = false, .most = 1});
    server().freeze();
    std::vector<outcome> all(5);
    for (outcome& one : all)
        submit(one, batch::of("INCR", "n"), {.payer = 1});
    turn();   // else nothing of it has left
    backend->stop();
    EXPECT_EQ(over(all), 5);
    EXPECT_EQ(all[0].text(), "500 maybe");
    EXPECT_EQ(all[4].text(), "500 no");
    server().thaw();
}

TEST_F(BackendOverload, GivesBackWhatWasDropped)
{
    connect_with({.adapts = false, .most = 1});
    server().freeze();
    outcome first;
    submit(first, batch::of("INCR", "n"));
    batch back;
    outcome second;
    submit(second, batch::of("SET", "k", "v"), {.until = std::chrono::steady_clock::now() + 50ms, .returned = &back});
    ASSERT_TRUE(turn_until([&] { return second.over(); }));
    EXPECT_EQ(second.text(), "402 no");
    server().thaw();
    EXPECT_EQ(ask(std::move(back)), "+OK");
}

// A server that is frozen, and whose connections are not given up for it yet.
class BackendSilence : public BackendTest
{
protected:
    void SetUp() override
    {
        params settings;
        settings.command_timeout = 500ms;
        settings.connect_timeout = 60s;   // so that no connection is given up for its silence
        connect(settings);
        ASSERT_TRUE(turn_until_up());
    }

    void fall_silent()
    {
        server().freeze();
        std::vector<outcome> unlucky(5);
        for (outcome& one : unlucky)
            submit(one, batch::of("INCR", "n"));
        ASSERT_TRUE(turn_until([&] { return std::ranges::all_of(unlucky, &outcome::over); }));
        for (const outcome& one : unlucky)
            EXPECT_EQ(one.text(), "402 maybe");
    }
};

TEST_F(BackendSilence, IsToldAtOnceAndTriedEveryHalfSecond)
{
    fall_silent();
    outcome refused;
    submit(refused, batch::of("INCR", "n"));
    EXPECT_EQ(refused.text(), "400 no");   // without a turn of the loop
    outcome attempt;
    ASSERT_TRUE(turn_until([&] {
        attempt = outcome();
        submit(attempt, batch::of("INCR", "n"));
        return !attempt.over();
    }));
    outcome next;
    submit(next, batch::of("INCR", "n"));
    EXPECT_EQ(next.text(), "400 no") << "one attempt at a time";
    ASSERT_TRUE(turn_until([&] { return attempt.over(); }));
}

TEST_F(BackendSilence, EndsWithAnyAnswer)
{
    fall_silent();
    server().thaw();
    ASSERT_TRUE(turn_until([&] { return ask(batch::of("PING")) == "+PONG"; }));
    EXPECT_EQ(ask(batch::of("GET", "n")), "5") << "what was late was run, what was refused was not";
    EXPECT_EQ(metrics.redis_in_flight.get(), 0);
}

}   // namespace
}   // namespace rediserve::redis
