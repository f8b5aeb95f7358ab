// Reads from the replicas of a cluster.
#include "cluster/slots.hpp"
#include "integration/cluster_backend_fixture.hpp"

namespace rediserve::cluster {
namespace {

using namespace std::chrono_literals;
using redis::batch;

class ClusterReplicaReads : public ClusterTest
{
protected:
    std::string read(const std::string& key, redis::written& seen)
    {
        return ask(batch::of("GET", key), {.read_only = true, .seen = &seen, .at_replica = true});
    }
    std::string write(const std::string& key, std::string_view value, redis::written& seen)
    {
        return ask(batch::of("SET", key, value), {.seen = &seen});
    }
    void await_replicas()
    {
        redis::written nothing;
        for (std::size_t shard = 0; shard < 3; ++shard) {
            const auto before = metrics.redis_replica_reads.get();
            ASSERT_TRUE(turn_until([&] {
                read(key_of(shard), nothing);
                return metrics.redis_replica_reads.get() > before;
            }));
        }
    }
};

TEST_F(ClusterReplicaReads, AreAnsweredByReplicasThatHaveWhatWasWritten)
{
    join();
    await_replicas();
    redis::written seen;
    const auto before = metrics.redis_replica_reads.get();
    for (int i = 0; i < 150; ++i) {
        const auto key = key_of(static_cast<std::size_t>(i % 3), "r");
        const auto value = std::to_string(i);
        ASSERT_EQ(write(key, value, seen), "+OK");
        ASSERT_EQ(read(key, seen), value);
    }
    EXPECT_EQ(seen.points().size(), 3u);
    EXPECT_GT(metrics.redis_replica_reads.get(), before);
}

TEST_F(ClusterReplicaReads, FollowAFailOver)
{
    join();
    await_replicas();
    redis::written seen;
    const auto key = key_of(0, "f");
    ASSERT_EQ(write(key, "1", seen), "+OK");
    cluster().fail_over(0);
    for (int i = 0; i < 50; ++i) {
        const auto value = std::to_string(i);
        ASSERT_EQ(write(key, value, seen), "+OK");
        ASSERT_EQ(read(key, seen), value);
    }
    const auto before = metrics.redis_replica_reads.get();
    EXPECT_TRUE(turn_until([&] { return read(key, seen) == "49" && metrics.redis_replica_reads.get() > before; }, 70s));
}

TEST_F(ClusterReplicaReads, AreNotOfNodesThatSlotsHaveLeft)
{
    join();
    await_replicas();
    redis::written seen;
    const auto key = key_of(0, "m");
    ASSERT_EQ(write(key, "1", seen), "+OK");
    const auto from = cluster().primary(0);
    const auto slot = slot_of(key);
    cluster().move_slot(slot, cluster().primary(1));
    EXPECT_EQ(write(key, "2", seen), "+OK");
    EXPECT_EQ(read(key, seen), "2");
    redis::written nothing;
    EXPECT_EQ(read(key, nothing), "2");
    cluster().move_slot(slot, from);
}

TEST_F(ClusterReplicaReads, GoOnWhileAPrimaryIsFrozen)
{
    join();
    await_replicas();
    redis::written seen;
    const auto key = key_of(0, "z");
    ASSERT_EQ(write(key, "1", seen), "+OK");
    ASSERT_TRUE(turn_until([&] {   // it has arrived there
        const auto before = metrics.redis_replica_reads.get();
        return read(key, seen) == "1" && metrics.redis_replica_reads.get() > before;
    }));
    const auto node = cluster().primary(0);
    cluster().freeze(node);
    EXPECT_EQ(read(key, seen), "1");
    cluster().thaw(node);
    cluster().await_healthy();
}

}   // namespace
}   // namespace rediserve::cluster
