// Commands on shared connections of a healthy server.
#include "integration/backend_fixture.hpp"

#include <deque>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

class BackendCommands : public BackendTest
{};

TEST_F(BackendCommands, AreQueuedUntilTheFirstConnectionStands)
{
    connect();
    EXPECT_FALSE(backend->health().up);
    EXPECT_EQ(ask(batch::of("SET", "k", "v")), "+OK");
    EXPECT_TRUE(backend->health().up);
    EXPECT_EQ(backend->health().why, "");
}

TEST_F(BackendCommands, CarryAnyBytes)
{
    connect();
    const auto bytes = "\0\r\n$5\r\n\xff"s;
    EXPECT_EQ(ask(batch::of("SET", bytes, bytes)), "+OK");
    EXPECT_EQ(ask(batch::of("GET", bytes)), bytes);
}

TEST_F(BackendCommands, AnswerEveryKindOfReply)
{
    connect();
    EXPECT_EQ(ask(batch::of("GET", "missing")), "(nil)");
    EXPECT_EQ(ask(batch::of("INCRBY", "n", 5)), ":5");
    EXPECT_EQ(ask(batch::of("RPUSH", "l", "a", "b")), ":2");
    EXPECT_EQ(ask(batch::of("LRANGE", "l", 0, -1)), "[a b]");
    EXPECT_THAT(ask(batch::of("GET", "l")), testing::StartsWith("-WRONGTYPE"));
    EXPECT_THAT(ask(batch::of("NOSUCH")), testing::StartsWith("-ERR unknown command"));
}

TEST_F(BackendCommands, OfATransactionStayTogether)
{
    connect();
    std::deque<outcome> others(50);
    outcome transaction;
    for (std::size_t number = 0; number < others.size(); ++number) {
        if (number == 25)
            submit(transaction, std::move(batch().add("MULTI").add("INCR", "n").add("INCR", "n").add("EXEC")));
        submit(others[number], batch::of("INCR", "n"));
    }
    ASSERT_TRUE(turn_until([&] { return others.back().over() && transaction.over(); }));
    EXPECT_EQ(transaction.text(), "+OK, +QUEUED, +QUEUED, [:26 :27]");
    EXPECT_EQ(others.back().text(), ":52");
}

TEST_F(BackendCommands, OfOneAffinityRunInOrder)
{
    connect();
    ASSERT_TRUE(turn_until_up());
    for (const std::uint32_t affinity : {0u, 1u, 2u, 3u}) {
        const auto key = "n" + std::to_string(affinity);
        std::deque<outcome> all(300);
        for (auto& each : all)
            submit(each, batch::of("INCR", key), {.affinity = affinity});
        ASSERT_TRUE(turn_until([&] { return all.back().over(); }));
        for (std::size_t number = 0; number < all.size(); ++number)
            EXPECT_EQ(all[number].text(), ":" + std::to_string(number + 1));
    }
}

TEST_F(BackendCommands, FindTheConfiguredNumberOfConnections)
{
    for (const std::size_t count : {1u, 2u, 3u}) {
        params settings;
        settings.shared_connections = count;
        connect(settings);
        EXPECT_TRUE(turn_until([&] { return metrics.redis_links_up.get() == static_cast<std::int64_t>(count); }));
        backend->stop();
    }
}

TEST_F(BackendCommands, DoNotWaitBehindAnothersLargeOne)
{
    connect();
    ASSERT_TRUE(turn_until([&] { return metrics.redis_links_up.get() == 2; }));
    batch set;
    set.begin(3).argument(std::string_view("SET")).argument(std::string_view("large"));
    set.argument(payload(buffer(std::string(50 << 20, 'x'))));
    outcome large;
    outcome small;
    outcome behind;
    std::string order;
    large.then = [&] { order += "large "; };
    small.then = [&] { order += "small "; };
    behind.then = [&] { order += "behind "; };
    submit(large, std::move(set), {.affinity = 1});
    submit(small, batch::of("PING"), {.affinity = 2});
    submit(behind, batch::of("PING"), {.affinity = 1});
    ASSERT_TRUE(turn_until([&] { return behind.over(); }, 30s));
    EXPECT_EQ(order, "small large behind ");
}

TEST_F(BackendCommands, LeaveInOneWriteWhenSubmittedInOneTurn)
{
    params settings;
    settings.shared_connections = 1;
    connect(settings);
    ASSERT_TRUE(turn_until_up());
    const auto reads_of = [&] {
        const auto info = server().cli({"info", "stats"});
        const auto at = info.find("total_reads_processed:") + 22;
        return std::stol(info.substr(at));
    };
    const auto before = reads_of();
    std::deque<outcome> all(64);
    for (auto& each : all)
        submit(each, batch::of("PING"));
    ASSERT_TRUE(turn_until([&] { return all.back().over(); }));
    EXPECT_LE(reads_of() - before, 4);   // ours, and redis-cli's own
}

TEST_F(BackendCommands, OfManyMegabytesPassUnchangedAndKeepTheirOrder)
{
    connect();
    std::string value(20 << 20, '\0');
    for (std::size_t at = 0; at < value.size(); ++at)
        value[at] = static_cast<char>(at * 7 + at / 251);
    batch set;
    set.begin(3).argument(std::string_view("SET")).argument(std::string_view("large"));
    set.argument(payload(buffer(value)));
    outcome stored;
    outcome length;
    outcome read;
    submit(stored, std::move(set));
    submit(length, batch::of("STRLEN", "large"));
    submit(read, batch::of("GET", "large"));
    ASSERT_TRUE(turn_until([&] { return read.over(); }, 30s));
    EXPECT_EQ(stored.text(), "+OK");
    EXPECT_EQ(length.text(), ":" + std::to_string(value.size()));
    EXPECT_TRUE(read.text() == value);
}

// Given in pieces that end anywhere in a command.
TEST_F(BackendCommands, OfALongBatchAreAnsweredOneByOne)
{
    params settings;
    settings.queue_commands = 30'000;
    connect(settings);
    ASSERT_TRUE(turn_until_up());
    outcome all;
    all.expected = settings.queue_commands;
    batch many;
    for (std::size_t i = 0; i < all.expected; ++i)
        many.add("ECHO", i);
    submit(all, std::move(many));
    ASSERT_TRUE(turn_until([&] { return all.over(); }));
    ASSERT_EQ(all.replies.size(), all.expected) << all.text().substr(0, 100);
    for (std::size_t i = 0; i < all.expected; ++i)
        ASSERT_EQ(all.replies[i], std::to_string(i));
}

TEST_F(BackendCommands, AreRefusedWhenTheQueueIsFull)
{
    params settings;
    settings.shared_connections = 1;
    settings.queue_commands = 10;
    connect(settings);
    std::deque<outcome> all(11);
    for (auto& each : all)
        submit(each, batch::of("PING"));
    EXPECT_EQ(all.back().text(), "404 no");
    ASSERT_TRUE(turn_until([&] { return all[9].over(); }));
    EXPECT_EQ(all[9].text(), "+PONG");
    EXPECT_EQ(ask(batch::of("PING")), "+PONG");
}

TEST_F(BackendCommands, ThatAreCancelledTellNobody)
{
    connect();
    outcome before_connecting;
    submit(before_connecting, batch::of("SET", "k", "withdrawn"));
    backend->cancel(*before_connecting.handle);
    EXPECT_EQ(ask(batch::of("EXISTS", "k")), ":0");

    outcome on_its_way;
    submit(on_its_way, batch::of("SET", "k", "sent"));
    backend->cancel(*on_its_way.handle);
    EXPECT_EQ(ask(batch::of("GET", "k")), "sent");
    EXPECT_FALSE(on_its_way.over());
    EXPECT_FALSE(before_connecting.over());
    EXPECT_EQ(metrics.redis_pending.get(), 0);
    EXPECT_EQ(metrics.redis_late_replies.get(), 1);
}

TEST_F(BackendCommands, MayBeSubmittedFromInsideAReply)
{
    connect();
    outcome first;
    outcome second;
    first.then = [&] { submit(second, batch::of("INCR", "n")); };
    submit(first, batch::of("INCR", "n"));
    ASSERT_TRUE(turn_until([&] { return second.over(); }));
    EXPECT_EQ(second.text(), ":2");
}

}   // namespace
}   // namespace rediserve::redis
