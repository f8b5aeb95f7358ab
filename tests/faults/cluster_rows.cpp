// What can happen to a cluster.
#include "faults/cluster_group.hpp"
#include "faults/fault_row.hpp"

#include <chrono>
#include <stdexcept>

namespace rediserve::test {

namespace {

std::unique_ptr<backend_group> three_with_replicas()
{
    return std::make_unique<cluster_group>();
}

redis_cluster& cluster(scene& on)
{
    return on.servers<cluster_group>().cluster();
}

// One that comes back before it has a successor would go on as primary, and lose what it acknowledges until it is replaced
// after all.
void await_successor(scene& on, std::size_t successor)
{
    const auto is_master = [&] { return cluster(on).cli(successor, {"role"}).starts_with("master"); };
    if (!await(is_master, std::chrono::seconds(60)))
        throw std::runtime_error("no replica takes over");
}

// What a primary had acknowledged and not given to its replica yet is lost with it, whoever had asked.
void kill_primary(scene& on)
{
    const std::size_t node = cluster(on).primary(0);
    const std::size_t successor = cluster(on).replica(0);
    cluster(on).kill(node);
    on.clients().forget();
    on.hold();
    await_successor(on, successor);
    cluster(on).restart(node);
    cluster(on).await_healthy();
}

// And what it answers when it goes on, before it knows that it is none any more.
void freeze_primary(scene& on)
{
    const std::size_t node = cluster(on).primary(0);
    const std::size_t successor = cluster(on).replica(0);
    cluster(on).freeze(node);
    on.hold();
    await_successor(on, successor);
    cluster(on).thaw(node);
    on.clients().forget();
    cluster(on).await_healthy();
}

void fail_over(scene& on)
{
    for (std::size_t shard = 0; shard < 3; ++shard)
        cluster(on).fail_over(shard);
    on.hold();
}

void move_slots(scene& on)
{
    const std::size_t from = cluster(on).primary(0);
    const std::size_t to = cluster(on).primary(1);
    const auto slots = on.servers<cluster_group>().slots_in_use(from, 10);
    for (const std::uint16_t slot : slots)
        cluster(on).move_slot(slot, to);
    on.hold();
    for (const std::uint16_t slot : slots)
        cluster(on).move_slot(slot, from);
}

void add_and_remove(scene& on)
{
    const std::size_t from = cluster(on).primary(2);
    const auto slots = on.servers<cluster_group>().slots_in_use(from, 10);
    const std::size_t added = cluster(on).add_node();
    for (const std::uint16_t slot : slots)
        cluster(on).move_slot(slot, added);
    on.hold();
    for (const std::uint16_t slot : slots)
        cluster(on).move_slot(slot, from);
    on.hold();   // nobody asks it for these any more
    cluster(on).remove_node(added);
}

}   // namespace

const std::vector<fault_row>& cluster_rows()
{
    static const std::vector<fault_row> rows = {
        {"cluster_primary_killed", "a primary of a cluster killed", "redis_unavailable", three_with_replicas,
         kill_primary},
        {"cluster_primary_frozen", "a primary of a cluster frozen", "redis_timeout", three_with_replicas,
         freeze_primary},
        {"cluster_fail_over", "planned fail-over of all primaries", unnoticed, three_with_replicas, fail_over},
        {"cluster_slots_moved", "slots of the keys in use move", unnoticed, three_with_replicas, move_slots},
        {"cluster_node_added", "a node comes, gets slots, and goes", unnoticed, three_with_replicas, add_and_remove},
    };
    return rows;
}

}   // namespace rediserve::test
