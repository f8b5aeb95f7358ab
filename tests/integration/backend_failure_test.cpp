// What becomes of commands when connections end and servers freeze.
#include "integration/backend_fixture.hpp"

#include <deque>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;

class BackendFailure : public BackendTest
{
protected:
    void SetUp() override
    {
        params settings;
        settings.shared_connections = 1;
        settings.command_timeout = 400ms;
        settings.connect_timeout = 300ms;
        connect(settings);
        ASSERT_TRUE(turn_until_up());
    }

    // Sends, and makes sure that the server has not read it yet.
    void submit_to_frozen(outcome& to, batch&& commands, submit_options options = {})
    {
        server().freeze();
        submit(to, std::move(commands), options);
        turn();
    }
};

TEST_F(BackendFailure, OfAWriteThatWasSentIsToldAsMaybe)
{
    outcome write;
    submit_to_frozen(write, batch::of("INCR", "n"));
    server().kill();
    ASSERT_TRUE(turn_until([&] { return write.over(); }));
    EXPECT_EQ(write.text(), "401 maybe");
}

TEST_F(BackendFailure, CostsNoReadWhenTheServerComesBackAtOnce)
{
    outcome read;
    server().cli({"set", "k", "v"});
    submit(read, batch::of("GET", "k"), {.read_only = true});
    turn();
    EXPECT_EQ(read.text(), read.over() ? "v" : "");
    for (int round = 0; round < 20; ++round) {
        server().cli({"client", "kill", "type", "normal"});
        EXPECT_EQ(ask(batch::of("GET", "k"), {.read_only = true}), "v");
    }
    EXPECT_GT(metrics.redis_reconnects.get(), 0);
}

TEST_F(BackendFailure, KeepsWhatWasNotSentUntilTheConnectionStandsAgain)
{
    server().cli({"client", "kill", "type", "normal"});
    ASSERT_TRUE(turn_until([&] { return metrics.redis_links_up.get() == 0; }));
    EXPECT_EQ(ask(batch::of("INCR", "n")), ":1");
}

TEST_F(BackendFailure, IsToldAtOnceWhileTheServerIsKnownToBeDown)
{
    server().kill();
    ASSERT_TRUE(turn_until([&] { return !backend->health().up; }));
    EXPECT_EQ(ask(batch::of("INCR", "n")), "400 no");
    outcome refused;
    submit(refused, batch::of("INCR", "n"));
    EXPECT_EQ(refused.text(), "400 no");   // without a turn of the loop
    server().restart();
    ASSERT_TRUE(turn_until_up());
    EXPECT_EQ(ask(batch::of("INCR", "n")), ":1");
}

// The next attempt to connect is not what the news waits for.
TEST_F(BackendTest, KnowsThatTheServerIsDownBetweenTwoAttempts)
{
    params settings;
    settings.shared_connections = 1;
    settings.backoff_first = settings.backoff_max = 1h;
    connect(settings);
    ASSERT_TRUE(turn_until_up());
    server().kill();
    ASSERT_TRUE(turn_until([&] { return !backend->health().up; }));
    EXPECT_EQ(ask(batch::of("INCR", "n")), "400 no");
}

TEST_F(BackendFailure, OfTheDeadlineIsMaybeForWhatWasSent)
{
    outcome late;
    submit_to_frozen(late, batch::of("INCR", "n"));
    ASSERT_TRUE(turn_until([&] { return late.over(); }));
    EXPECT_EQ(late.text(), "402 maybe");
    EXPECT_EQ(metrics.redis_timeouts.get(), 1);
    server().thaw();
    EXPECT_EQ(ask(batch::of("INCR", "n")), ":2") << "the late command did run, and its reply went to nobody else";
}

class BackendDeadline : public BackendTest
{
protected:
    void SetUp() override
    {
        params settings;
        settings.shared_connections = 1;
        settings.command_timeout = 1h;   // so that nothing but the client's deadline can be what ended
        connect(settings);
        ASSERT_TRUE(turn_until_up());
    }

    static steady_time in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }
};

TEST_F(BackendDeadline, OfAClientEndsItsCommandOnly)
{
    const auto id = ask(batch::of("CLIENT", "ID"));
    server().freeze();
    outcome patient;
    outcome hurried;
    outcome more_hurried;
    submit(patient, batch::of("INCR", "n"));
    submit(hurried, batch::of("INCR", "n"), {.until = in(3s)});
    submit(more_hurried, batch::of("INCR", "n"), {.until = in(50ms)});
    ASSERT_TRUE(turn_until([&] { return more_hurried.over(); }));
    EXPECT_EQ(more_hurried.text(), "402 maybe");
    EXPECT_FALSE(hurried.over());
    ASSERT_TRUE(turn_until([&] { return hurried.over(); }));
    EXPECT_EQ(hurried.text(), "402 maybe");
    EXPECT_FALSE(patient.over());
    server().thaw();
    ASSERT_TRUE(turn_until([&] { return patient.over(); }));
    EXPECT_EQ(patient.text(), ":1");
    EXPECT_EQ(ask(batch::of("GET", "n")), "3") << "the late replies went to nobody else";
    EXPECT_EQ(ask(batch::of("CLIENT", "ID")), id) << "a client in a hurry says nothing about the connection";
}

TEST_F(BackendDeadline, ThatHasPassedLetsNothingBeSent)
{
    EXPECT_EQ(ask(batch::of("INCR", "n"), {.until = in(0ms)}), "402 no");
    EXPECT_EQ(ask(batch::of("GET", "n")), "(nil)");
}

TEST_F(BackendDeadline, TakesWhatIsNotSentOutOfTheQueue)
{
    server().freeze();
    params settings;
    settings.command_timeout = 1h;
    settings.connect_timeout = 1h;
    connect(settings);
    EXPECT_EQ(ask(batch::of("INCR", "n"), {.until = in(50ms)}), "402 no");
    server().thaw();
    ASSERT_TRUE(turn_until_up());
    EXPECT_EQ(ask(batch::of("GET", "n")), "(nil)");
}

TEST_F(BackendFailure, OfTheDeadlineIsNoForWhatFoundNoConnection)
{
    server().freeze();
    params settings;
    settings.command_timeout = 300ms;
    settings.connect_timeout = 5s;
    connect(settings);
    EXPECT_EQ(ask(batch::of("INCR", "n")), "402 no");
    server().thaw();
}

TEST_F(BackendFailure, OfAFrozenServerIsFoundOutAndEndsByItself)
{
    server().freeze();
    EXPECT_EQ(ask(batch::of("INCR", "n")), "402 maybe");
    ASSERT_TRUE(turn_until([&] { return !backend->health().up; }));   // silent for too long
    ASSERT_TRUE(turn_until([&] {
        outcome refused;
        submit(refused, batch::of("PING"));
        if (!refused.over())
            backend->cancel(*refused.handle);
        return refused.failure && refused.failure->code == errc::backend_unavailable;
    })) << "a server that accepts and says nothing must be known to be down";
    server().thaw();
    ASSERT_TRUE(turn_until_up());
    EXPECT_EQ(ask(batch::of("GET", "n"), {.read_only = true}), "1");
}

TEST_F(BackendFailure, DoesNotEndAConnectionThatIsOnlySlow)
{
    outcome slow;
    outcome next;
    submit(slow, batch::of("DEBUG", "SLEEP", "0"));
    ASSERT_TRUE(turn_until([&] { return slow.over(); }));
    const auto id = ask(batch::of("CLIENT", "ID"));
    server().freeze();
    EXPECT_EQ(ask(batch::of("INCR", "n")), "402 maybe");
    server().thaw();
    EXPECT_EQ(ask(batch::of("CLIENT", "ID")), id);
}

TEST_F(BackendFailure, IsNotToldOfARestartThatIsOverInAnInstant)
{
    server().kill();
    ASSERT_TRUE(turn_until([&] { return metrics.redis_links_up.get() == 0; }));
    outcome waiting;
    submit(waiting, batch::of("INCR", "n"));
    server().restart();
    ASSERT_TRUE(turn_until([&] { return waiting.over(); }));
    EXPECT_EQ(waiting.text(), ":1");
}

TEST_F(BackendFailure, LosesNoMemoryOfSubmissionsInManyRounds)
{
    for (int round = 0; round < 30; ++round) {
        ASSERT_TRUE(turn_until_up());
        std::deque<outcome> all(20);
        for (auto& each : all)
            submit(each, batch::of("INCR", "n"));
        server().cli({"client", "kill", "type", "normal"});
        ASSERT_TRUE(turn_until([&] { return std::ranges::all_of(all, [](const outcome& one) { return one.over(); }); })
        );
        for (const auto& each : all)
            EXPECT_THAT(each.text(), testing::AnyOf(testing::StartsWith(":"), "401 maybe"));
    }
    EXPECT_EQ(metrics.redis_pending.get(), 0);
}

}   // namespace
}   // namespace rediserve::redis
