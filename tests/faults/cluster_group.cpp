#include "faults/cluster_group.hpp"

#include <algorithm>
#include <sstream>

namespace rediserve::test {

cluster_group::cluster_group()
    : cluster_({.primaries = 3, .replicas = 1, .node_timeout = std::chrono::milliseconds(1000)})
{}

std::optional<std::string> cluster_group::read(const std::string& key)
{
    const std::size_t owner = cluster_.owner(cluster_.slot(key));
    if (cluster_.ask(owner, {"EXISTS", key}) == "0")
        return std::nullopt;
    return cluster_.ask(owner, {"GET", key});
}

std::vector<std::uint16_t> cluster_group::slots_in_use(std::size_t node, std::size_t most) const
{
    std::vector<std::uint16_t> all;
    std::istringstream keys(cluster_.cli(node, {"keys", "*"}));
    for (std::string key; all.size() < most && std::getline(keys, key);)
        if (const auto slot = cluster_.slot(key); std::ranges::find(all, slot) == all.end())
            all.push_back(slot);
    return all;
}

}   // namespace rediserve::test
