// What of a batch goes where.
#include "cluster/dispatch.hpp"
#include "cluster/reasons.hpp"
#include "cluster/router.hpp"

#include <utility>

namespace rediserve::cluster {

// Takes `commands` where it succeeds.
result<void> dispatch::plan(redis::batch& commands)
{
    std::vector<route>& routes = home_.routes();
    routes.clear();
    for (std::size_t index = 0; index < count_; ++index) {
        routes.push_back(route_of(home_.words_of(commands, index), home_.table()));
        if (routes.back().by == way::cross_slot)
            return cross_slot();
    }
    whole_ = redis::is_transaction(commands);
    if (whole_)
        return plan_together(routes, commands);
    if (node_link* const only = one_node_for(routes))
        return send_first(*only, commands);
    plan_apart(routes, commands);
    return {};
}

result<void> dispatch::plan_together(std::span<const route> routes, redis::batch& commands)
{
    common_route all;
    for (const route& each : routes)
        all.add(each);
    if (all.get().by == way::cross_slot)
        return cross_slot();
    if (node_link* const to = node_of(all.get()))
        return send_first(*to, commands);
    park({std::move(commands), {}}, not_served(), true);
    return {};
}

// nullptr: there are several, or none.
node_link* dispatch::one_node_for(std::span<const route> routes)
{
    node_link* only = nullptr;
    bool anywhere = false;
    for (const route& each : routes) {
        if (each.by == way::any) {
            anywhere = true;
            continue;
        }
        node_link* const to = each.by == way::slot ? home_.owner_of(each.slot) : nullptr;
        if (!to || (only && to != only))
            return nullptr;
        only = to;
    }
    return only || !anywhere ? only : &home_.any(options_.affinity);
}

void dispatch::plan_apart(std::span<const route> routes, const redis::batch& commands)
{
    load all;
    states_.resize(count_);
    for (std::size_t index = 0; index < count_; ++index) {
        const route& by = routes[index];
        const auto command = static_cast<std::uint32_t>(index);
        switch (by.by) {
        case way::all_nodes:
        case way::all_shards: plan_everywhere(index, by, commands, all); break;
        case way::split: plan_split(index, commands, all); break;
        case way::scan: plan_scan(index, commands, all); break;
        default:
            all.commands.append(commands, index);
            all.targets.push_back({command, 0, by.by == way::slot ? by.slot : target::anywhere, nullptr});
        }
    }
    spread(std::move(all));
}

void dispatch::plan_everywhere(std::size_t index, const route& by, const redis::batch& from, load& to)
{
    command_state& state = states_[index];
    state.joined = by.what->name;
    state.joins = by.joins;
    const auto command = static_cast<std::uint32_t>(index);
    std::uint32_t part = 0;
    for (const std::uint16_t slot : home_.shards()) {
        to.commands.append(from, index);
        to.targets.push_back({command, part++, slot, nullptr});
    }
    if (by.by == way::all_nodes)
        for (node_link* const replica : home_.replicas()) {
            to.commands.append(from, index);
            to.targets.push_back({command, part++, target::anywhere, replica});
        }
    state.missing = part;
    state.parts.resize(part);
}

void dispatch::plan_split(std::size_t index, const redis::batch& from, load& to)
{
    command_state& state = states_[index];
    const auto words = home_.words_of(from, index);
    state.split = split::of(words);
    const auto parts = state.split->parts();
    for (std::uint32_t part = 0; part < parts.size(); ++part) {
        state.split->add(parts[part], words, to.commands);
        to.targets.push_back({static_cast<std::uint32_t>(index), part, parts[part].slot, nullptr});
    }
    state.missing = parts.size();
    state.parts.resize(parts.size());
}

node_link* dispatch::node_of(const route& by)
{
    return by.by == way::slot ? home_.owner_of(by.slot) : &home_.any(options_.affinity);
}

node_link* dispatch::node_for(const load& what, std::size_t index)
{
    const target one = what.of(index);
    if (one.only)
        return one.only;
    if (one.slot == target::anywhere)
        return &home_.any(options_.affinity);
    if (one.slot >= 0)
        return home_.owner_of(static_cast<std::uint16_t>(one.slot));
    if (!whole_)
        return node_of(route_of(home_.words_of(what.commands, index), home_.table()));
    common_route all;
    for (std::size_t each = 0; each < what.commands.size(); ++each)
        all.add(route_of(home_.words_of(what.commands, each), home_.table()));
    return node_of(all.get());
}

}   // namespace rediserve::cluster
