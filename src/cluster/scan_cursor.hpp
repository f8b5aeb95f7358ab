// SCAN over all primaries of a cluster with cursors that need no memory here. No I/O.
//
// A cursor is a number of 64 bits, as Redis' own are:
//
//     fingerprint of who owns what: 20 bits | which visit: as many bits as their number needs | the node's own cursor: the rest
//
// 0 is the beginning and the end. When owners have changed since it was given, its fingerprint is another one and the scan begins
// anew: names may come twice, none is missed. Every node is visited once, in the order of ids; a node to which slots move from one
// that is visited later is visited again at the end, as keys may have come to it behind the scan's back.
//
// The node's own cursor is below the size of its hash table (Redis 7), or of the largest of a slot, with the slot in its low 14
// bits (Redis 8, Valkey 8). With three nodes there is room for 42 bits of it, with a thousand for 34.
#pragma once

#include "cluster/migrations.hpp"
#include "cluster/slot_map.hpp"
#include "rediserve/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace rediserve::cluster {

// Where a scan is.
struct scan_position
{
    std::size_t visit = 0;
    std::uint64_t cursor = 0;   // the node's own

    bool operator==(const scan_position&) const = default;
};

// A cursor as it is written. nullopt: it is none, as Redis will say.
std::optional<std::uint64_t> read_cursor(std::string_view digits) noexcept;

// How a scan goes over a cluster as it is now.
class scan_plan
{
public:
    // `open`: migrations that are under way; in any order, each may be told twice. `epoch`: the greatest of the primaries', by
    // which slots are noticed that went and came back.
    explicit scan_plan(const slot_map& over, std::span<const migration> open = {}, std::uint64_t epoch = 0);

    // Which nodes are visited, in their order: indices into slot_map::nodes(). None where nobody serves anything; what is
    // below is for others.
    std::span<const std::size_t> visits() const noexcept { return visits_; }

    // Where to go on with the cursor of a client: at the beginning where it is 0, or was given when owners were others.
    // errc::bad_request: no scan has given it.
    result<scan_position> read(std::uint64_t cursor) const;
    // The cursor to give to the client when the node visited at `at` has answered with its own cursor `next`; 0: this was the
    // end. errc::backend_protocol: the node's cursor does not fit.
    result<std::uint64_t> after(const scan_position& at, std::uint64_t next) const;

    // Of who owns what.
    std::uint64_t fingerprint() const noexcept { return fingerprint_; }
    // A cursor of this plan that is at the beginning.
    std::uint64_t beginning() const noexcept;

private:
    result<std::uint64_t> write(const scan_position& at) const;

    std::vector<std::size_t> visits_;
    unsigned cursor_bits_ = 0;
    std::uint64_t fingerprint_ = 0;   // never 0
};

}   // namespace rediserve::cluster
