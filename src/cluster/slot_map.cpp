#include "cluster/slot_map.hpp"

#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace rediserve::cluster {

namespace {

// Elements of an entry, by position: a range of slots, its primary, its replicas.
constexpr std::size_t first_at = 0;
constexpr std::size_t last_at = 1;
constexpr std::size_t primary_at = 2;
// Elements of a node.
constexpr std::size_t endpoint_at = 0;
constexpr std::size_t port_at = 1;
constexpr std::size_t id_at = 2;         // since Redis 4
constexpr std::size_t metadata_at = 3;   // since Redis 7

constexpr std::string_view unknown_endpoint = "?";

error nonsense(std::string_view what)
{
    return {errc::backend_protocol, "CLUSTER SLOTS: " + std::string(what)};
}

// Where a node that is announced without an address says that it is besides: its IP address before its name.
std::string_view other_endpoint(const redis::reply_view& metadata) noexcept
{
    for (const std::string_view wanted : {"ip", "hostname"})
        for (std::size_t i = 0; i + 1 < metadata.size(); i += 2)
            if (metadata[i].text() == wanted && !metadata[i + 1].text().empty())
                return metadata[i + 1].text();
    return {};
}

// As it is announced. Empty: the cluster does not know it.
std::string_view host_of(const redis::reply_view& of, const redis::place& asked) noexcept
{
    const redis::reply_view endpoint = of[endpoint_at];
    if (endpoint.is_nil() || endpoint.text().empty())
        return asked.host;
    if (endpoint.text() != unknown_endpoint)
        return endpoint.text();
    return of.size() > metadata_at ? other_endpoint(of[metadata_at]) : std::string_view();
}

bool is_node(const redis::reply_view& what) noexcept
{
    if (what.size() <= port_at || !what[port_at].is_integer())
        return false;
    const redis::reply_view endpoint = what[endpoint_at];
    const auto port = what[port_at].integer();
    return (endpoint.is_nil() || endpoint.is_string()) && port >= 0
        && port <= std::numeric_limits<std::uint16_t>::max();
}

bool is_slot(const redis::reply_view& what) noexcept
{
    return what.is_integer() && what.integer() >= 0 && static_cast<std::uint64_t>(what.integer()) < slot_count;
}

bool is_entry(const redis::reply_view& what) noexcept
{
    if (what.size() <= primary_at || !is_slot(what[first_at]) || !is_slot(what[last_at]))
        return false;
    if (what[first_at].integer() > what[last_at].integer())
        return false;
    for (std::size_t i = primary_at; i < what.size(); ++i)
        if (!is_node(what[i]))
            return false;
    return true;
}

std::string written(const redis::place& at)
{
    return at.host + ':' + std::to_string(at.port);
}

}   // namespace

// Makes a map of the entries of a reply.
class slot_map_reader
{
public:
    slot_map_reader(const redis::place& asked, const redis::node_names& names) : asked_(asked), names_(names) {}

    // What is wrong with it, or nothing.
    std::optional<error> take(const redis::reply_view& entry)
    {
        if (!is_entry(entry))
            return nonsense("an entry has another form");
        const auto first = static_cast<std::size_t>(entry[first_at].integer());
        const auto last = static_cast<std::size_t>(entry[last_at].integer());
        if (std::any_of(owner(first), owner(last + 1), [](std::uint16_t one) { return one != slot_map::nobody; }))
            return nonsense("a slot is listed twice");
        if (host_of(entry[primary_at], asked_).empty())
            return std::nullopt;
        if (entry[primary_at][port_at].integer() == 0)
            return nonsense("a node has no port for this kind of connection (is TLS needed, or not to be used?)");
        const auto owners = shard_in(entry);
        if (!owners)
            return owners.error();
        std::fill(owner(first), owner(last + 1), static_cast<std::uint16_t>(*owners));
        made_.served_ += last - first + 1;
        return std::nullopt;
    }
    slot_map finish() && { return std::move(made_); }

private:
    std::vector<std::uint16_t>::iterator owner(std::size_t slot)
    {
        return made_.owners_.begin() + static_cast<std::ptrdiff_t>(slot);
    }

    // The shard of an entry's primary. All its entries list the same replicas.
    result<std::size_t> shard_in(const redis::reply_view& entry)
    {
        const auto primary = node_in(entry[primary_at]);
        if (!primary)
            return primary.error();
        const auto known = std::ranges::find(made_.shards_, *primary, &shard::primary);
        if (known != made_.shards_.end())
            return static_cast<std::size_t>(known - made_.shards_.begin());
        shard one{*primary, {}};
        for (std::size_t i = primary_at + 1; i < entry.size(); ++i) {
            if (host_of(entry[i], asked_).empty() || entry[i][port_at].integer() == 0)
                continue;
            const auto replica = node_in(entry[i]);
            if (!replica)
                return replica.error();
            one.replicas.push_back(*replica);
        }
        made_.shards_.push_back(std::move(one));
        return made_.shards_.size() - 1;
    }

    result<std::size_t> node_in(const redis::reply_view& from)
    {
        const redis::place announced{
            std::string(host_of(from, asked_)), static_cast<std::uint16_t>(from[port_at].integer())};
        node one{names_.reachable(announced), {}};
        one.id = from.size() > id_at ? std::string(from[id_at].text()) : written(announced);
        if (one.id.empty())
            return nonsense("a node has no id");
        const auto [found, is_new] = numbers_.emplace(written(one.at), made_.nodes_.size());
        if (is_new)
            made_.nodes_.push_back(std::move(one));
        else if (made_.nodes_[found->second].id != one.id)
            return nonsense("two nodes are at " + found->first);
        return found->second;
    }

    const redis::place& asked_;
    const redis::node_names& names_;
    slot_map made_;
    std::unordered_map<std::string, std::size_t> numbers_;   // of nodes, by where they are
};

slot_map::slot_map() : owners_(slot_count, nobody) {}

result<slot_map> slot_map::parse(
    const redis::reply_view& slots, const redis::place& asked, const redis::node_names& names
)
{
    if (!slots.is_array())
        return nonsense(slots.is_error() ? slots.text() : "the reply has another form");
    slot_map_reader reader(asked, names);
    for (std::size_t i = 0; i < slots.size(); ++i)
        if (auto why = reader.take(slots[i]))
            return *std::move(why);
    return std::move(reader).finish();
}

const shard* slot_map::shard_of(std::uint16_t slot) const noexcept
{
    const std::uint16_t owner = owners_[slot];
    return owner == nobody ? nullptr : &shards_[owner];
}

const node* slot_map::primary_of(std::uint16_t slot) const noexcept
{
    const shard* const owner = shard_of(slot);
    return owner ? &nodes_[owner->primary] : nullptr;
}

const node* slot_map::find(const redis::place& at) const noexcept
{
    const auto found = std::ranges::find(nodes_, at, &node::at);
    return found == nodes_.end() ? nullptr : &*found;
}

bool slot_map::same_owners(const slot_map& other) const noexcept
{
    if (served_ != other.served_)
        return false;
    const node* before = nullptr;
    const node* other_before = nullptr;
    for (std::size_t slot = 0; slot < slot_count; ++slot) {
        const node* const mine = primary_of(static_cast<std::uint16_t>(slot));
        const node* const its = other.primary_of(static_cast<std::uint16_t>(slot));
        if (mine == before && its == other_before)
            continue;   // most slots: nothing new to compare
        if (!mine != !its || (mine && *mine != *its))
            return false;
        before = mine;
        other_before = its;
    }
    return true;
}

node_changes compare(const slot_map& before, const slot_map& after)
{
    const auto missing_in = [](std::span<const node> all, std::span<const node> other) {
        std::vector<node> missing;
        std::ranges::copy_if(all, std::back_inserter(missing), [&](const node& one) {
            return std::ranges::find(other, one) == other.end();
        });
        return missing;
    };
    return {missing_in(before.nodes(), after.nodes()), missing_in(after.nodes(), before.nodes())};
}

}   // namespace rediserve::cluster
