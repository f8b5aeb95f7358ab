// The cluster that other tests stand on: whether it does what it says.
#include "support/redis_cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace rediserve::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ClusterFixture : public testing::Test
{
public:
    static void SetUpTestSuite()
    {
        redis_cluster::options how;
        how.replicas = 1;
        how.password = "secret";
        cluster = std::make_unique<redis_cluster>(how);
    }
    static void TearDownTestSuite() { cluster.reset(); }

protected:
    static std::string ask(std::size_t node, const std::vector<std::string>& words)
    {
        return cluster->ask(node, words);
    }
    // A key in `slot` of the shard that `node` is primary of.
    static std::string key_of(std::size_t node)
    {
        for (int i = 0;; ++i)
            if (auto key = "key" + std::to_string(i); cluster->owner(cluster->slot(key)) == node)
                return key;
    }

    static inline std::unique_ptr<redis_cluster> cluster;
};

TEST_F(ClusterFixture, EveryNodeIsWell)
{
    EXPECT_EQ(cluster->size(), 6U);
    for (std::size_t node = 0; node < cluster->size(); ++node)
        EXPECT_THAT(cluster->cli(node, {"CLUSTER", "INFO"}), HasSubstr("cluster_state:ok"));
    EXPECT_EQ(cluster->owner(0), 0U);
    EXPECT_EQ(cluster->owner(16383), 2U);
    EXPECT_EQ(cluster->slot("foo"), 12182);
}

TEST_F(ClusterFixture, FailsOver)
{
    const auto before = cluster->primary(1);
    const auto next = cluster->replica(1);
    const auto key = key_of(before);
    cluster->fail_over(1);
    EXPECT_EQ(cluster->primary(1), next);
    EXPECT_EQ(cluster->owner(cluster->slot(key)), next);
    EXPECT_EQ(ask(next, {"SET", key, "1"}), "OK");
    EXPECT_THAT(ask(before, {"GET", key}), StartsWith("MOVED"));
}

TEST_F(ClusterFixture, SurvivesItsPrimary)
{
    const auto killed = cluster->primary(0);
    const auto next = cluster->replica(0);
    cluster->kill(killed);
    EXPECT_TRUE(await([&] { return ask(next, {"ROLE"}).starts_with("master"); }, std::chrono::seconds(60)));
    cluster->restart(killed);
    cluster->await_healthy();
    EXPECT_EQ(cluster->primary(0), next);
    EXPECT_EQ(cluster->replica(0), killed);
}

TEST_F(ClusterFixture, MovesASlot)
{
    const auto from = cluster->primary(2);
    const auto to = cluster->primary(0);
    const auto tag = key_of(from);
    const auto slot = cluster->slot(tag);
    const std::string one = "{" + tag + "}1";
    const std::string two = "{" + tag + "}2";
    for (const auto& key : {one, two})
        ASSERT_EQ(ask(from, {"SET", key, "value"}), "OK");

    cluster->begin_migration(slot, to);
    cluster->move_key(one);
    EXPECT_THAT(ask(from, {"GET", one}), StartsWith("ASK " + std::to_string(slot)));
    EXPECT_EQ(ask(from, {"GET", two}), "value");
    EXPECT_THAT(ask(from, {"MGET", one, two}), StartsWith("TRYAGAIN"));
    cluster->cancel_migration(slot);
    EXPECT_EQ(ask(from, {"MGET", one, two}), "value\nvalue");

    cluster->move_slot(slot, to);
    EXPECT_EQ(cluster->owner(slot), to);
    EXPECT_EQ(ask(to, {"MGET", one, two}), "value\nvalue");
    cluster->move_slot(slot, from);
    EXPECT_EQ(ask(from, {"DEL", one, two}), "2");
}

TEST_F(ClusterFixture, NodesComeAndGo)
{
    const auto added = cluster->add_node();
    cluster->move_slot(7, added);
    EXPECT_EQ(cluster->owner(7), added);
    EXPECT_THAT(cluster->url(), HasSubstr(std::to_string(cluster->port(added))));
    cluster->remove_node(added);
    EXPECT_NE(cluster->owner(7), added);
    EXPECT_THAT(ask(cluster->primary(1), {"CLUSTER", "NODES"}), testing::Not(HasSubstr(cluster->id(added))));
}

TEST_F(ClusterFixture, AFrozenNodeIsLeftAlone)
{
    const auto frozen = cluster->replica(2);
    cluster->freeze(frozen);
    cluster->await_healthy();
    cluster->thaw(frozen);
    cluster->await_healthy();
    EXPECT_EQ(cluster->replica(2), frozen);
}

TEST(ClusterOverTls, IsWellAndMovesSlots)
{
    redis_cluster::options how;
    how.tls = true;
    how.arguments = {"--cluster-announce-hostname", "localhost", "--cluster-preferred-endpoint-type", "hostname"};
    redis_cluster cluster(how);
    EXPECT_THAT(cluster.url(), StartsWith("rediss-cluster://127.0.0.1:"));
    EXPECT_THAT(cluster.cli(0, {"CLUSTER", "SLOTS"}), HasSubstr("localhost\n" + std::to_string(cluster.port(2))));
    ASSERT_EQ(cluster.ask(0, {"SET", "{a}key", "1"}).substr(0, 5), "MOVED") << "it is in another shard";
    const auto slot = cluster.slot("{a}key");
    ASSERT_EQ(cluster.ask(cluster.owner(slot), {"SET", "{a}key", "1"}), "OK");
    cluster.move_slot(slot, 0);
    EXPECT_EQ(cluster.ask(0, {"GET", "{a}key"}), "1");
}

}   // namespace
}   // namespace rediserve::test
