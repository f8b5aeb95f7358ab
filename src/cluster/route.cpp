#include "cluster/route.hpp"

#include "cluster/joiner.hpp"
#include "cluster/slots.hpp"
#include "cluster/split.hpp"

#include <optional>

namespace rediserve::cluster {

namespace {

// A sharded channel has a slot as a key has, but is none.
bool is_sharded_publish(std::string_view name) noexcept
{
    return name == "spublish";
}

std::optional<route> route_by_keys(std::span<const std::string_view> words, const commands::command_info& what)
{
    const auto keys = commands::find_keys(what.keys, words);
    if (keys.places.empty())
        return std::nullopt;
    route found{way::slot, slot_of(words[keys.places.front().at]), &what};
    for (std::size_t i = 1; i < keys.places.size(); ++i)
        if (slot_of(words[keys.places[i].at]) != found.slot)
            found.by = split::possible(what.name) ? way::split : way::cross_slot;
    return found;
}

// What tells of all nodes is asked of all, unless nobody could say what their answers come to.
route route_by_policy(const commands::routing& says, const commands::command_info& what)
{
    using commands::request_policy;
    const bool nodes = says.request == request_policy::all_nodes;
    if ((!nodes && says.request != request_policy::all_shards) || !can_join(says.response, what.name))
        return {way::any, 0, &what};
    return {nodes ? way::all_nodes : way::all_shards, 0, &what, says.response};
}

}   // namespace

route route_of(std::span<const std::string_view> words, const commands::command_table& table)
{
    const commands::command_info* const what = table.resolve(words);
    if (!what)
        return {};   // whoever is asked says MOVED, or that there is no such command
    if (const auto by_keys = route_by_keys(words, *what))
        return *by_keys;
    if (is_sharded_publish(what->name) && words.size() > 1)
        return {way::slot, slot_of(words[1]), what};
    if (what->name == "scan")
        return {way::scan, 0, what};
    return route_by_policy(table.route(words), *what);
}

void common_route::add(const route& one) noexcept
{
    const bool by_keys = one.by == way::slot || one.by == way::split || one.by == way::cross_slot;
    if (!by_keys)
        return;
    if (one.by != way::slot || (all_.by == way::slot && all_.slot != one.slot))
        all_.by = way::cross_slot;
    else if (all_.by == way::any)
        all_ = one;
}

}   // namespace rediserve::cluster
