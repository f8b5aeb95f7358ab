// Connections of one's own.
#include "integration/backend_fixture.hpp"
#include "integration/holder.hpp"

#include "rediserve/redis/lease.hpp"

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;

class BackendLease : public BackendTest
{
protected:
    void start(params settings = {})
    {
        settings.client_name = "leases";
        connect(settings);
        ASSERT_TRUE(turn_until_up());
    }

    void acquire(holder& to)
    {
        const auto asked = backend->acquire(to, never);
        ASSERT_TRUE(asked) << asked.error().detail;
        EXPECT_FALSE(to.over()) << "called from inside acquire()";
        ASSERT_TRUE(turn_until([&] { return to.over(); }));
    }

    std::string ask_on(holder& through, batch&& commands, std::chrono::milliseconds deadline = 5s)
    {
        outcome got;
        got.expected = commands.size();
        const auto accepted = through.held.submit(std::move(commands), {}, deadline, got);
        if (!accepted)
            got.failure = accepted.error();
        EXPECT_TRUE(turn_until([&] { return got.over(); }));
        return got.text();
    }

    std::string id_of(holder& through) { return ask_on(through, batch::of("GET", "none")), connection_id(through); }
    // CLIENT marks a connection as changed, so it is asked from outside.
    std::string connection_id(holder& through)
    {
        EXPECT_EQ(ask_on(through, batch::of("SET", "mark", "x")), "+OK");
        std::string newest;
        for (const auto& line : lines(server().cli({"client", "list"}))) {
            if (line.find("cmd=set") != std::string::npos)
                newest = line.substr(0, line.find(' '));
        }
        return newest;
    }

    static std::vector<std::string> lines(const std::string& text)
    {
        std::vector<std::string> all;
        std::size_t from = 0;
        while (from < text.size()) {
            const auto end = std::min(text.find('\n', from), text.size());
            all.push_back(text.substr(from, end - from));
            from = end + 1;
        }
        return all;
    }

    std::size_t connections()
    {
        std::size_t count = 0;
        for (const auto& line : lines(server().cli({"client", "list"})))
            count += line.find("name=leases") != std::string::npos ? 1 : 0;
        return count;
    }
};

TEST_F(BackendLease, IsAConnectionOfItsOwn)
{
    start();
    holder one;
    acquire(one);
    EXPECT_EQ(ask_on(one, batch::of("WATCH", "k")), "+OK");
    EXPECT_EQ(ask(batch::of("SET", "k", "changed")), "+OK");
    EXPECT_EQ(ask_on(one, std::move(batch().add("MULTI").add("SET", "k", "mine").add("EXEC"))), "+OK, +QUEUED, (nil)");
    EXPECT_EQ(metrics.redis_leases_out.get(), 1);
    one.held.release();
    turn();
    EXPECT_EQ(metrics.redis_leases_out.get(), 0);
}

TEST_F(BackendLease, BlocksNobodyElse)
{
    start();
    holder one;
    acquire(one);
    outcome popped;
    ASSERT_TRUE(one.held.submit(batch::of("BLPOP", "list", 0), {}, 5s, popped));
    EXPECT_EQ(ask(batch::of("RPUSH", "list", "v")), ":1");
    ASSERT_TRUE(turn_until([&] { return popped.over(); }));
    EXPECT_EQ(popped.text(), "[list v]");
}

TEST_F(BackendLease, IsLentAgainWhenItComesBackClean)
{
    start();
    holder one;
    acquire(one);
    const auto first = id_of(one);
    one.held.release();
    holder two;
    acquire(two);
    EXPECT_EQ(id_of(two), first);
}

TEST_F(BackendLease, IsClosedWhenItComesBackWatching)
{
    start();
    holder one;
    acquire(one);
    const auto first = id_of(one);
    EXPECT_EQ(ask_on(one, batch::of("WATCH", "k")), "+OK");
    one.held.release();
    holder two;
    acquire(two);
    EXPECT_NE(id_of(two), first);
    EXPECT_TRUE(test::await([&] { return connections() == 3; })) << "two shared ones and the lease";
}

TEST_F(BackendLease, IsClosedWhenItComesBackWithSomethingUnanswered)
{
    start();
    {
        holder one;
        acquire(one);
        outcome abandoned;
        const auto asked = one.held.submit(batch::of("BLPOP", "list", 0), {}, 5s, abandoned);
        ASSERT_TRUE(asked);
        turn();
        one.held.cancel(**asked);
    }
    ASSERT_TRUE(test::await([&] { return connections() == 2; })) << "the blocked connection was not closed";
    EXPECT_EQ(ask(batch::of("RPUSH", "list", "v")), ":1");
    EXPECT_EQ(ask(batch::of("LLEN", "list")), ":1") << "popped for somebody who had left";
}

TEST_F(BackendLease, IsWaitedForWhenAllAreOut)
{
    params settings;
    settings.leased_connections = 1;
    start(settings);
    holder one;
    acquire(one);
    holder two;
    ASSERT_TRUE(backend->acquire(two, never));
    turn();
    EXPECT_FALSE(two.over());
    EXPECT_EQ(metrics.redis_leases_waiting.get(), 1);
    one.held.release();
    ASSERT_TRUE(turn_until([&] { return two.over(); }));
    EXPECT_TRUE(static_cast<bool>(two.held));
}

TEST_F(BackendLease, IsWaitedForOnlySoLongAndByOnlySoMany)
{
    params settings;
    settings.leased_connections = 1;
    settings.lease_queue = 1;
    settings.lease_timeout = 100ms;
    start(settings);
    holder one;
    acquire(one);
    holder two;
    holder three;
    ASSERT_TRUE(backend->acquire(two, never));
    const auto refused = backend->acquire(three, never);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::backend_queue_full);
    ASSERT_TRUE(turn_until([&] { return two.over(); }));
    ASSERT_TRUE(two.failure);
    EXPECT_EQ(two.failure->code, errc::lease_timeout);
}

TEST_F(BackendLease, IsWaitedForNoLongerThanTheClientDoes)
{
    params settings;
    settings.leased_connections = 1;
    start(settings);
    holder one;
    acquire(one);
    holder hurried;
    holder patient;
    const auto now = std::chrono::steady_clock::now();
    ASSERT_TRUE(backend->acquire(patient, never));
    ASSERT_TRUE(backend->acquire(hurried, now + 100ms));
    ASSERT_TRUE(turn_until([&] { return hurried.over(); }));
    ASSERT_TRUE(hurried.failure);
    EXPECT_EQ(hurried.failure->code, errc::backend_timeout);
    EXPECT_EQ(hurried.failure->executed, executed::no);
    EXPECT_FALSE(patient.over());
    holder late;
    const auto refused = backend->acquire(late, now);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::backend_timeout);
    one.held.release();
    ASSERT_TRUE(turn_until([&] { return patient.over(); }));
    EXPECT_TRUE(static_cast<bool>(patient.held));
}

TEST_F(BackendLease, ThatIsNotWantedAnyMoreIsNotGiven)
{
    params settings;
    settings.leased_connections = 1;
    start(settings);
    holder one;
    acquire(one);
    holder two;
    ASSERT_TRUE(backend->acquire(two, never));
    backend->cancel(two);
    one.held.release();
    turn();
    EXPECT_FALSE(two.over());
    holder three;
    acquire(three);
    EXPECT_TRUE(static_cast<bool>(three.held));
}

TEST_F(BackendLease, EndsWithItsDeadline)
{
    start();
    holder one;
    acquire(one);
    EXPECT_EQ(ask_on(one, batch::of("BLPOP", "list", 0), 100ms), "402 maybe");
    EXPECT_EQ(ask_on(one, batch::of("PING")), "401 no");
    one.held.release();
    EXPECT_TRUE(test::await([&] {
        turn();
        return connections() == 2;
    }));
}

TEST_F(BackendLease, EndsWithItsConnection)
{
    start();
    holder one;
    acquire(one);
    outcome waiting;
    ASSERT_TRUE(one.held.submit(batch::of("BLPOP", "list", 0), {}, 5s, waiting));
    turn();
    server().kill();
    ASSERT_TRUE(turn_until([&] { return waiting.over(); }));
    EXPECT_EQ(waiting.text(), "401 maybe");
    one.held.release();
    server().restart();
    ASSERT_TRUE(turn_until_up());
    holder two;
    acquire(two);
    EXPECT_EQ(ask_on(two, batch::of("PING")), "+PONG");
}

TEST_F(BackendLease, IsClosedWhenNobodyUsesIt)
{
    params settings;
    settings.lease_idle = 50ms;
    start(settings);
    holder one;
    acquire(one);
    EXPECT_EQ(connections(), 3u);
    one.held.release();
    EXPECT_TRUE(turn_until([&] { return connections() == 2; }));
}

TEST_F(BackendLease, IsRefusedAtOnceWhileTheServerIsDown)
{
    start();
    server().kill();
    ASSERT_TRUE(turn_until([&] {
        outcome refused;
        submit(refused, batch::of("PING"));
        if (!refused.over())
            backend->cancel(*refused.handle);
        return refused.over();
    }));
    holder one;
    const auto refused = backend->acquire(one, never);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::backend_unavailable);
}

TEST_F(BackendLease, TellsWhoWaitsThatTheServerGrantsNoMore)
{
    start();
    server().cli({"config", "set", "maxclients", "2"});
    holder one;
    acquire(one);
    ASSERT_TRUE(one.failure);
    EXPECT_EQ(one.failure->code, errc::backend_refused);
}

}   // namespace
}   // namespace rediserve::redis
