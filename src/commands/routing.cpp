#include "rediserve/commands/routing.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace rediserve::commands {

namespace {

template <class Policy>
using word = std::pair<std::string_view, Policy>;

constexpr std::array<word<request_policy>, 4> request_words{{
    {"all_nodes", request_policy::all_nodes},
    {"all_shards", request_policy::all_shards},
    {"multi_shard", request_policy::multi_shard},
    {"special", request_policy::special},
}};

constexpr std::array<word<response_policy>, 8> response_words{{
    {"one_succeeded", response_policy::one_succeeded},
    {"all_succeeded", response_policy::all_succeeded},
    {"agg_logical_and", response_policy::agg_logical_and},
    {"agg_logical_or", response_policy::agg_logical_or},
    {"agg_min", response_policy::agg_min},
    {"agg_max", response_policy::agg_max},
    {"agg_sum", response_policy::agg_sum},
    {"special", response_policy::special},
}};

template <class Policy, std::size_t Size>
bool set(Policy& to, const std::array<word<Policy>, Size>& words, std::string_view said) noexcept
{
    const auto* const found = std::ranges::find(words, said, &word<Policy>::first);
    if (found == words.end())
        return false;
    to = found->second;
    return true;
}

struct known
{
    std::string_view name;
    routing where;
};

constexpr routing to_nodes(response_policy how) noexcept
{
    return {request_policy::all_nodes, how};
}

constexpr routing to_shards(response_policy how) noexcept
{
    return {request_policy::all_shards, how};
}

constexpr routing by_shard(response_policy how) noexcept
{
    return {request_policy::multi_shard, how};
}

using enum response_policy;

// As Redis 8 has it, ordered by name.
constexpr std::array<known, 47> known_commands{{
    {"acl|deluser", to_nodes(all_succeeded)},
    {"acl|save", to_nodes(all_succeeded)},
    {"acl|setuser", to_nodes(all_succeeded)},
    {"client|setinfo", to_nodes(all_succeeded)},
    {"client|setname", to_nodes(all_succeeded)},
    {"config|resetstat", to_nodes(all_succeeded)},
    {"config|rewrite", to_nodes(all_succeeded)},
    {"config|set", to_nodes(all_succeeded)},
    {"dbsize", to_shards(agg_sum)},
    {"del", by_shard(agg_sum)},
    {"exists", by_shard(agg_sum)},
    {"flushall", to_shards(all_succeeded)},
    {"flushdb", to_shards(all_succeeded)},
    {"function|delete", to_shards(all_succeeded)},
    {"function|flush", to_shards(all_succeeded)},
    {"function|kill", to_shards(one_succeeded)},
    {"function|load", to_shards(all_succeeded)},
    {"function|restore", to_shards(all_succeeded)},
    {"function|stats", to_shards(response_policy::special)},
    {"info", to_shards(response_policy::special)},
    {"keys", to_shards(as_it_is)},
    {"latency|doctor", to_nodes(response_policy::special)},
    {"latency|graph", to_nodes(response_policy::special)},
    {"latency|histogram", to_nodes(response_policy::special)},
    {"latency|history", to_nodes(response_policy::special)},
    {"latency|latest", to_nodes(response_policy::special)},
    {"latency|reset", to_nodes(agg_sum)},
    {"memory|doctor", to_shards(response_policy::special)},
    {"memory|malloc-stats", to_shards(response_policy::special)},
    {"memory|purge", to_shards(all_succeeded)},
    {"memory|stats", to_shards(response_policy::special)},
    {"mget", by_shard(as_it_is)},
    {"mset", by_shard(all_succeeded)},
    {"ping", to_shards(all_succeeded)},
    {"randomkey", to_shards(response_policy::special)},
    {"scan", {request_policy::special, response_policy::special}},
    {"script|exists", to_shards(agg_logical_and)},
    {"script|flush", to_nodes(all_succeeded)},
    {"script|kill", to_shards(one_succeeded)},
    {"script|load", to_nodes(all_succeeded)},
    {"slowlog|get", to_nodes(as_it_is)},
    {"slowlog|len", to_nodes(agg_sum)},
    {"slowlog|reset", to_nodes(all_succeeded)},
    {"touch", by_shard(agg_sum)},
    {"unlink", by_shard(agg_sum)},
    {"wait", to_shards(agg_min)},
    {"waitaof", to_shards(agg_min)},
}};

}   // namespace

bool apply_tip(routing& to, std::string_view tip) noexcept
{
    constexpr std::string_view request = "request_policy:";
    constexpr std::string_view response = "response_policy:";
    if (tip.starts_with(request))
        return set(to.request, request_words, tip.substr(request.size()));
    if (tip.starts_with(response))
        return set(to.response, response_words, tip.substr(response.size()));
    return false;
}

routing known_routing(std::string_view name) noexcept
{
    const auto* const found = std::ranges::lower_bound(known_commands, name, {}, &known::name);
    return found != known_commands.end() && found->name == name ? found->where : routing{};
}

}   // namespace rediserve::commands
