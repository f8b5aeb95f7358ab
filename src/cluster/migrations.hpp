// Slots that are on their way from one node to another.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::cluster {

struct migration
{
    std::uint16_t slot = 0;
    std::string from;   // ids of nodes
    std::string to;

    auto operator<=>(const migration&) const = default;
};

// Those that a node takes part in, from its reply to CLUSTER NODES: a node tells of its own only. nullopt: it has another shape.
std::optional<std::vector<migration>> read_migrations(std::string_view nodes);

// The configuration epoch of the node that has given this reply: it grows with each slot that comes to a node from another one
// that had the greatest, and with each fail-over. So it tells of slots that went and came back.
std::optional<std::uint64_t> read_epoch(std::string_view nodes);

}   // namespace rediserve::cluster
