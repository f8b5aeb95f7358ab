// Where a cluster's client is to send a command, and what to make of several replies to it (Redis documentation, "Command
// tips"; of Redis 7 and later).
#pragma once

#include <cstdint>
#include <string_view>

namespace rediserve::commands {

enum class request_policy : std::uint8_t {
    by_keys,       // nothing is said: where its keys are; without any, to any node
    all_nodes,     // replicas too
    all_shards,    // to all primaries
    multi_shard,   // to every shard with the keys that are there
    special,
};

enum class response_policy : std::uint8_t {
    as_it_is,   // nothing is said
    one_succeeded,
    all_succeeded,
    agg_logical_and,
    agg_logical_or,
    agg_min,
    agg_max,
    agg_sum,
    special,
};

struct routing
{
    request_policy request = request_policy::by_keys;
    response_policy response = response_policy::as_it_is;

    bool operator==(const routing&) const = default;
};

// Takes one tip into account: "request_policy:all_shards". False: it is about something else, or none that is known.
bool apply_tip(routing& to, std::string_view tip) noexcept;

// What Redis 7 says about its command `name` ("script|load", in lower case): for servers that give no tips.
routing known_routing(std::string_view name) noexcept;

}   // namespace rediserve::commands
