// Nodes that are lost.
#include "integration/cluster_backend_fixture.hpp"
#include "integration/holder.hpp"
#include "integration/listener.hpp"

namespace rediserve::cluster {
namespace {

using namespace std::chrono_literals;
using redis::batch;
using redis::outcome;

class ClusterFaults : public ClusterTest
{
protected:
    void TearDown() override
    {
        for (const std::size_t node : killed)
            cluster().restart(node);
        cluster().await_healthy();
    }
    void kill(std::size_t node)
    {
        cluster().kill(node);
        killed.push_back(node);
    }
    std::vector<std::size_t> killed;
};

TEST_F(ClusterFaults, OfSomeSeedsDoNotMatter)
{
    const auto port = std::to_string(cluster().port(1));
    join({}, "redis-cluster://127.0.0.1:1,127.0.0.1:2,localhost:" + port);
    EXPECT_EQ(ask(batch::of("SET", key_of(0), "1")), "+OK");
    EXPECT_EQ(ask(batch::of("SET", key_of(2), "1")), "+OK");
}

TEST_F(ClusterFaults, OfAllSeedsAreTold)
{
    begin_to_join({}, "redis-cluster://127.0.0.1:1,127.0.0.1:2");
    EXPECT_EQ(ask(batch::of("GET", "k")), "400 no");
    EXPECT_NE(backend->health().why.find("127.0.0.1:"), std::string::npos) << backend->health().why;
}

TEST_F(ClusterFaults, OfAPrimaryInterruptItsKeysOnly)
{
    join();
    const auto lost = key_of(0, "n");
    EXPECT_EQ(ask(batch::of("INCR", lost)), ":1");
    cluster().cli(cluster().primary(0), {"wait", "1", "1000"});
    kill(cluster().primary(0));
    outcome waits;
    submit(waits, batch::of("INCR", lost));
    for (int i = 0; i < 50; ++i) {
        const auto others = ask(batch::of("SET", key_of(1), i), {.until = std::chrono::steady_clock::now() + 1s});
        EXPECT_TRUE(others == "+OK" || others == "400 no") << others;   // CLUSTERDOWN while nodes vote
    }
    ASSERT_TRUE(turn_until([&] { return waits.over(); }));
    if (waits.text() == ":2")
        EXPECT_EQ(ask(batch::of("GET", lost)), "2");
    else
        EXPECT_TRUE(waits.text() == "401 maybe" || waits.text() == "400 no") << waits.text();
    ASSERT_TRUE(turn_until([&] { return ask(batch::of("SET", lost, "9")) == "+OK"; }, 20s));
}

TEST_F(ClusterFaults, AreNotThatAPrimaryHasJustBecomeAReplica)
{
    join();
    for (std::size_t shard = 0; shard < 3; ++shard) {
        EXPECT_EQ(ask(batch::of("SET", key_of(shard), "1")), "+OK");
        cluster().fail_over(shard);
        EXPECT_EQ(ask(batch::of("FLUSHALL")), "+OK");
        EXPECT_EQ(ask(batch::of("DBSIZE")), ":0");
    }
}

TEST_F(ClusterFaults, OfANodeLeaveOthersToAnswerWhereOneAnswerIsEnough)
{
    join();
    const auto in = [](std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; };
    const std::vector<std::size_t> primaries = {cluster().primary(0), cluster().primary(1), cluster().primary(2)};
    for (const std::size_t node : primaries) {
        EXPECT_EQ(ask(batch::of("PING"), {.any_answer = true, .until = in(5s)}), "+PONG");
        cluster().freeze(node);
        EXPECT_EQ(ask(batch::of("PING"), {.until = in(100ms)}), "402 maybe");
    }
    EXPECT_EQ(ask(batch::of("PING"), {.any_answer = true, .until = in(100ms)}), "402 maybe");
    for (const std::size_t node : primaries)
        cluster().thaw(node);
    cluster().await_healthy();
}

TEST_F(ClusterFaults, OfAPipelineFailItsPartOnly)
{
    join();
    const auto lost = key_of(1);
    const auto kept = key_of(2);
    ask(batch::of("SET", lost, "1"));
    const std::size_t frozen = cluster().primary(1);
    cluster().freeze(frozen);
    outcome got;
    batch pipeline;
    pipeline.add("SET", kept, "1").add("INCR", lost).add("SET", kept, "2");
    submit(got, std::move(pipeline), {.one_by_one = true, .until = std::chrono::steady_clock::now() + 300ms});
    ASSERT_TRUE(turn_until([&] { return got.over(); }));
    cluster().thaw(frozen);
    EXPECT_EQ(got.text(), "+OK, 402 maybe, +OK");
}

TEST_F(ClusterFaults, OfAPrimaryMoveItsListeners)
{
    join();
    redis::listener everywhere;
    redis::listener sharded;
    const auto channel = key_of(0, "c");
    everywhere.hold = backend->subscribe(redis::subscription_kind::channel, "news", everywhere).value();
    sharded.hold = backend->subscribe(redis::subscription_kind::shard_channel, channel, sharded).value();
    ASSERT_TRUE(turn_until([&] { return everywhere.subscribed == 1 && sharded.subscribed == 1; }));
    ask(batch::of("PUBLISH", "news", "1"));
    ask(batch::of("SPUBLISH", channel, "1"));
    ASSERT_TRUE(turn_until([&] { return everywhere.messages.size() == 1 && sharded.messages.size() == 1; }));
    kill(cluster().primary(0));
    ASSERT_TRUE(turn_until([&] { return sharded.gaps > 0; }, 20s));
    ASSERT_TRUE(turn_until(
        [&] {
            ask(batch::of("PUBLISH", "news", "2"));
            ask(batch::of("SPUBLISH", channel, "2"));
            return everywhere.messages.size() > 1 && sharded.messages.size() > 1;
        },
        20s
    ));
    EXPECT_FALSE(everywhere.failure || sharded.failure);
}

TEST_F(ClusterFaults, AreNotNeededForAFailOverThatLosesNothing)
{
    join();
    const auto key = key_of(0, "n");
    int acknowledged = 0;
    int maybe = 0;
    for (int i = 0; i < 200; ++i) {
        if (i == 50)
            cluster().fail_over(0);
        const auto got = ask(batch::of("INCR", key));
        acknowledged += got.starts_with(":");
        maybe += got.ends_with("maybe");
    }
    const int count = std::stoi(ask(batch::of("GET", key)));
    EXPECT_GE(count, acknowledged);
    EXPECT_LE(count, acknowledged + maybe);
    EXPECT_GE(acknowledged, 190);
}

// ---- leases --------------------------------------------------------------------------------------------------------

class ClusterLease : public ClusterTest
{
protected:
    void SetUp() override
    {
        ClusterTest::SetUp();
        join();
        ASSERT_TRUE(backend->acquire(got, never));
        ASSERT_TRUE(turn_until([&] { return got.over(); }));
    }
    void send(outcome& to, batch&& commands, std::chrono::milliseconds deadline = 5s)
    {
        to.expected = commands.size();
        const auto sent = got.held.submit(std::move(commands), {}, deadline, to);
        if (!sent)
            to.failure = sent.error();
    }
    std::string ask_on(batch&& commands)
    {
        outcome to;
        send(to, std::move(commands));
        EXPECT_TRUE(turn_until([&] { return to.over(); }));
        return to.text();
    }
    redis::holder got;
};

TEST_F(ClusterLease, BlocksWhereTheKeyIs)
{
    for (std::size_t shard = 0; shard < 3; ++shard) {
        const auto key = key_of(shard, "list");
        outcome popped;
        send(popped, batch::of("BLPOP", key, "5"));
        EXPECT_EQ(ask(batch::of("RPUSH", key, "x")), ":1");
        ASSERT_TRUE(turn_until([&] { return popped.over(); }));
        EXPECT_EQ(popped.text(), "[" + key + " x]");
    }
    EXPECT_EQ(ask_on(batch::of("BLPOP", key_of(0), key_of(1), "5")), "310 no");
}

TEST_F(ClusterLease, RunsOneAfterTheOtherAcrossNodes)
{
    batch several;
    several.add("SET", key_of(0), "1").add("SET", key_of(1), "2").add("PING").add("GET", key_of(0));
    EXPECT_EQ(ask_on(std::move(several)), "+OK, +OK, +PONG, 1");
}

TEST_F(ClusterLease, WatchesAndTransacts)
{
    EXPECT_EQ(ask_on(batch::of("WATCH", "{w}k")), "+OK");
    EXPECT_EQ(ask_on(batch::of("MULTI")), "+OK");
    EXPECT_EQ(ask_on(batch::of("SET", "{w}k", "mine")), "+QUEUED");
    ask(batch::of("SET", "{w}k", "theirs"));
    EXPECT_EQ(ask_on(batch::of("EXEC")), "(nil)");
}

TEST_F(ClusterLease, FollowsASlotWhileItBlocks)
{
    const std::uint16_t slot = cluster().slot("{b}l");
    const std::size_t from = cluster().owner(slot);
    const std::size_t to = cluster().primary(from == cluster().primary(0) ? 1 : 0);
    outcome popped;
    send(popped, batch::of("BLPOP", "{b}l", "20"), 20s);
    ASSERT_TRUE(turn_until([&] {
        return cluster().cli(from, {"client", "list"}).find("cmd=blpop") != std::string::npos;
    }));
    cluster().move_slot(slot, to);
    EXPECT_EQ(ask(batch::of("RPUSH", "{b}l", "x")), ":1");
    EXPECT_TRUE(turn_until([&] { return popped.over(); }));
    EXPECT_EQ(popped.text(), "[{b}l x]");
    cluster().move_slot(slot, from);
}

TEST_F(ClusterLease, GoesOnBlockingWhereAPrimaryHasTakenOver)
{
    const auto key = key_of(0, "list");
    outcome popped;
    send(popped, batch::of("BLPOP", key, "20"), 20s);
    const std::size_t before = cluster().primary(0);
    ASSERT_TRUE(turn_until([&] {
        return cluster().ask(before, {"CLIENT", "LIST"}).find("cmd=blpop") != std::string::npos;
    }));
    cluster().fail_over(0);
    EXPECT_FALSE(turn_until([&] { return popped.over(); }, 300ms)) << popped.text();
    EXPECT_EQ(ask(batch::of("RPUSH", key, "x")), ":1");
    ASSERT_TRUE(turn_until([&] { return popped.over(); }));
    EXPECT_EQ(popped.text(), "[" + key + " x]");
}

TEST_F(ClusterLease, IsReturnedWhateverIsUnderWay)
{
    outcome never_told;
    send(never_told, batch::of("BLPOP", key_of(0), "20"), 20s);
    turn_until([] { return false; }, 50ms);
    got.held.release();
    EXPECT_TRUE(turn_until([&] { return metrics.redis_leases_out.get() == 0; }));
    EXPECT_FALSE(never_told.over());
}

}   // namespace
}   // namespace rediserve::cluster
