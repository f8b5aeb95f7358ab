// Which node serves which slot, as a cluster said it once. Immutable. No I/O.
#pragma once

#include "cluster/slots.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/redis/node_names.hpp"
#include "rediserve/redis/params.hpp"
#include "rediserve/redis/reply.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace rediserve::cluster {

struct node
{
    redis::place at;   // where it can be reached
    std::string id;    // its own for as long as it lives; of Redis 3, which does not tell it: "host:port"

    bool operator==(const node&) const = default;
};

// Nodes with the same data: indices into slot_map::nodes().
struct shard
{
    std::size_t primary = 0;
    std::vector<std::size_t> replicas;   // those that are up
};

class slot_map
{
public:
    // Serves nothing.
    slot_map();

    // From the reply of CLUSTER SLOTS, which `asked` has given: it is what a node without an address of its own means by
    // itself. It names the port that fits the kind of connection it was asked on. errc::backend_protocol: it has another
    // shape. The slots of a primary whose address the cluster does not know ("?") are served by nobody; replicas that
    // cannot be reached are left out.
    static result<slot_map> parse(
        const redis::reply_view& slots, const redis::place& asked, const redis::node_names& names
    );

    // nullptr: nobody serves it.
    const shard* shard_of(std::uint16_t slot) const noexcept;
    const node* primary_of(std::uint16_t slot) const noexcept;
    // Whether every slot is served.
    bool complete() const noexcept { return served_ == slot_count; }
    std::size_t served() const noexcept { return served_; }

    // Primaries that serve something, and replicas of these. Each once.
    std::span<const node> nodes() const noexcept { return nodes_; }
    std::span<const shard> shards() const noexcept { return shards_; }
    const node* find(const redis::place& at) const noexcept;   // nullptr: none is there

    // Whether each slot has the same primary in both, at the same place.
    bool same_owners(const slot_map& other) const noexcept;

private:
    friend class slot_map_reader;
    static constexpr std::uint16_t nobody = 0xFFFF;

    std::vector<node> nodes_;
    std::vector<shard> shards_;
    std::vector<std::uint16_t> owners_;   // of each slot: index into shards_
    std::size_t served_ = 0;
};

// Which nodes another map has no more, and has besides. A node that has moved to another place has left and come.
struct node_changes
{
    std::vector<node> left;
    std::vector<node> came;
};
node_changes compare(const slot_map& before, const slot_map& after);

}   // namespace rediserve::cluster
