#include "integration/cluster_backend_fixture.hpp"

#include <set>

namespace rediserve::cluster {
namespace {

using redis::batch;
using redis::outcome;

class ClusterCommands : public ClusterTest
{
protected:
    void SetUp() override
    {
        ClusterTest::SetUp();
        join();
    }
};

TEST_F(ClusterCommands, RunWhereTheirKeysAre)
{
    for (std::size_t shard = 0; shard < 3; ++shard) {
        const auto key = key_of(shard);
        EXPECT_EQ(ask(batch::of("SET", key, "v" + std::to_string(shard))), "+OK");
        EXPECT_EQ(cluster().cli(cluster().primary(shard), {"get", key}), "v" + std::to_string(shard));
        EXPECT_EQ(ask(batch::of("GET", key)), "v" + std::to_string(shard));
    }
    EXPECT_EQ(ask(batch::of("EVAL", "return redis.call('incr', KEYS[1])", "1", key_of(1, "n"))), ":1");
    EXPECT_EQ(ask(batch::of("NOSUCH", "x")).substr(0, 20), "-ERR unknown command");
}

TEST_F(ClusterCommands, OfAPipelineRunOnAllNodesAndAreAnsweredInOrder)
{
    batch sets;
    batch gets;
    std::string expected;
    for (int i = 0; i < 300; ++i) {
        sets.add("SET", "p" + std::to_string(i), i);
        gets.add("GET", "p" + std::to_string(i));
        expected += (i == 0 ? "" : ", ") + std::to_string(i);
    }
    ask(std::move(sets));
    EXPECT_EQ(ask(std::move(gets)), expected);
}

TEST_F(ClusterCommands, OnSeveralKeysAreSplitAndJoined)
{
    const auto a = key_of(0);
    const auto b = key_of(1);
    const auto c = key_of(2);
    EXPECT_EQ(ask(batch::of("MSET", c, "3", a, "1", b, "2")), "+OK");
    EXPECT_EQ(ask(batch::of("MGET", b, "none", a, b, c)), "[2 (nil) 1 2 3]");
    EXPECT_EQ(ask(batch::of("EXISTS", a, b, c, a)), ":4");
    EXPECT_EQ(ask(batch::of("TOUCH", a, b, "none")), ":2");
    EXPECT_EQ(ask(batch::of("UNLINK", a, "none")), ":1");
    EXPECT_EQ(ask(batch::of("DEL", a, b, c)), ":2");
}

TEST_F(ClusterCommands, ThatCannotBeSplitAreRefusedBeforeAnythingRuns)
{
    const auto a = key_of(0);
    const auto b = key_of(1);
    EXPECT_EQ(ask(batch::of("MSETNX", a, "1", b, "2")), "310 no");
    EXPECT_EQ(ask(batch::of("SINTERSTORE", a, b)), "310 no");
    batch transaction;
    transaction.add("MULTI").add("SET", a, "1").add("SET", b, "2").add("EXEC");
    EXPECT_EQ(ask(std::move(transaction)), "310 no");
    batch pipeline;
    pipeline.add("SET", a, "1").add("MSETNX", a, "1", b, "2");
    EXPECT_EQ(ask(std::move(pipeline)), "310 no");
    EXPECT_EQ(ask(batch::of("EXISTS", a, b)), ":0");
}

TEST_F(ClusterCommands, OfATransactionRunTogether)
{
    batch transaction;
    transaction.add("MULTI").add("SET", "{t}a", "1").add("INCR", "{t}n").add("EXEC");
    EXPECT_EQ(ask(std::move(transaction)), "+OK, +QUEUED, +QUEUED, [+OK :1]");
}

TEST_F(ClusterCommands, WithoutKeysGoToOneNodeOrToAll)
{
    for (std::size_t shard = 0; shard < 3; ++shard)
        ask(batch::of("SET", key_of(shard), "x"));
    EXPECT_EQ(ask(batch::of("PING")), "+PONG");
    EXPECT_EQ(ask(batch::of("ECHO", "x")), "x");
    EXPECT_EQ(ask(batch::of("DBSIZE")), ":3");
    EXPECT_EQ(ask(batch::of("INFO", "cluster")), "# Cluster\r\ncluster_enabled:1\r\n");
    outcome keys;
    submit(keys, batch::of("KEYS", "*"));
    ASSERT_TRUE(turn_until([&] { return keys.over(); }));
    for (std::size_t shard = 0; shard < 3; ++shard)
        EXPECT_NE(keys.text().find(key_of(shard)), std::string::npos) << keys.text();
    const auto digest = ask(batch::of("SCRIPT", "LOAD", "return 7"));
    EXPECT_EQ(digest.size(), 40u);
    for (std::size_t shard = 0; shard < 3; ++shard)
        EXPECT_EQ(ask(batch::of("EVALSHA", digest, "1", key_of(shard))), ":7");
    EXPECT_EQ(ask(batch::of("SCRIPT", "EXISTS", digest, std::string(40, '0'))), "[:1 :0]");
    EXPECT_EQ(ask(batch::of("FLUSHALL")), "+OK");
    EXPECT_EQ(ask(batch::of("DBSIZE")), ":0");
}

TEST_F(ClusterCommands, OfAPipelineRunInOrderWithThoseForAllNodes)
{
    const auto a = key_of(0);
    const auto b = key_of(1);
    batch pipeline;
    pipeline.add("SET", a, "1").add("SET", b, "1").add("FLUSHALL").add("SET", b, "2").add("MGET", a, b).add("DBSIZE");
    EXPECT_EQ(ask(std::move(pipeline)), "+OK, +OK, +OK, +OK, [(nil) 2], :1");
}

TEST_F(ClusterCommands, OfOtherUsersRunOnConnectionsOfTheirs)
{
    for (std::size_t shard = 0; shard < 3; ++shard)
        cluster().cli(cluster().primary(shard), {"acl", "setuser", "ann", "on", ">word", "+@all", "-flushall", "~*"});
    auto ann = backend->as({"ann", "word"});
    auto unknown = backend->as({"ann", "wrong"});
    ASSERT_TRUE(ann && unknown);
    outcome who;
    outcome refused;
    outcome several;
    outcome wrong;
    ASSERT_TRUE((*ann)->submit(batch::of("ACL", "WHOAMI"), {}, who));
    ASSERT_TRUE((*ann)->submit(batch::of("FLUSHALL"), {}, refused));
    ASSERT_TRUE((*ann)->submit(batch::of("MSET", key_of(0), "1", key_of(1), "2", key_of(2), "3"), {}, several));
    ASSERT_TRUE((*unknown)->submit(batch::of("GET", key_of(1)), {}, wrong));
    ASSERT_TRUE(turn_until([&] { return who.over() && refused.over() && several.over() && wrong.over(); }));
    EXPECT_EQ(who.text(), "ann");
    EXPECT_EQ(refused.text().substr(0, 7), "-NOPERM");
    EXPECT_EQ(several.text(), "+OK");
    EXPECT_EQ(wrong.text(), "200 no");
}

}   // namespace
}   // namespace rediserve::cluster
