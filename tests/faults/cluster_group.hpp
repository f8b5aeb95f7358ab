// A cluster behind the gateway: three primaries with a replica each.
#pragma once

#include "faults/scene.hpp"
#include "support/redis_cluster.hpp"

namespace rediserve::test {

class cluster_group : public backend_group
{
public:
    cluster_group();

    // The first seed is dead.
    std::string url() const override { return "redis-cluster://127.0.0.1:1," + cluster_.seeds(); }
    std::optional<std::string> read(const std::string& key) override;
    void publish(const std::string& channel, const std::string& message) override
    {
        cluster_.ask(cluster_.primary(1), {"PUBLISH", channel, message});
    }

    redis_cluster& cluster() { return cluster_; }
    // Slots of some of the keys that this node has.
    std::vector<std::uint16_t> slots_in_use(std::size_t node, std::size_t most) const;

private:
    redis_cluster cluster_;
};

}   // namespace rediserve::test
