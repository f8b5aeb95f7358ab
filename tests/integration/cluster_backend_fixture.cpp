#include "integration/cluster_backend_fixture.hpp"

#include "rediserve/cluster/cluster.hpp"
#include "rediserve/redis/address.hpp"

namespace rediserve::cluster {

namespace {

// Waits for the reply of COMMAND.
class learning final : public redis::reply_sink
{
public:
    std::shared_ptr<const commands::command_table> table;
    bool over = false;

    void on_reply(const redis::reply_view& reply, std::size_t) noexcept override
    {
        table = commands::command_table::parse(reply);
        over = true;
    }
    void on_failure(error) noexcept override { over = true; }
};

}   // namespace

test::redis_cluster::options ClusterTest::how()
{
    return {.primaries = 3, .replicas = 1, .node_timeout = std::chrono::milliseconds(1000)};
}

void ClusterTest::SetUp()
{
    cluster().await_healthy();
    for (std::size_t shard = 0; shard < 3; ++shard)
        cluster().cli(cluster().primary(shard), {"flushall"});
}

void ClusterTest::begin_to_join(redis::params settings, const std::string& url)
{
    settings.address = redis::parse_address(url).value();
    backend = make_cluster(context, settings, metrics, table_);
    backend->start();
}

void ClusterTest::join(redis::params settings, const std::string& url)
{
    begin_to_join(std::move(settings), url);
    ASSERT_TRUE(turn_until_up());
    learn_commands();
}

void ClusterTest::learn_commands()
{
    learning asked;
    ASSERT_TRUE(backend->submit(redis::batch::of("COMMAND"), {}, asked));
    ASSERT_TRUE(turn_until([&] { return asked.over; }));
    ASSERT_TRUE(asked.table);
    table_ = asked.table;
}

// Slots are given out in order, so the number of a slot tells its shard.
std::string ClusterTest::key_of(std::size_t shard, std::string_view name)
{
    for (int i = 0;; ++i) {
        std::string key = std::string(name) + std::to_string(i);
        if (cluster().owner(cluster().slot(key)) == cluster().primary(shard))
            return key;
    }
}

}   // namespace rediserve::cluster
