// Where a command is to be run, by its words and what the server says about it. No I/O.
#pragma once

#include "rediserve/commands/command_table.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace rediserve::cluster {

enum class way : std::uint8_t {
    slot,         // by the node that serves `slot`
    any,          // by any primary
    all_shards,   // by every primary, and the replies are joined
    all_nodes,    // the same, and by the replicas too
    split,        // its keys are in several slots: in parts, and the replies are joined
    scan,         // by one primary after the other (SCAN)
    cross_slot,   // its keys are in several slots, and it is no command that can be split
};

struct route
{
    way by = way::any;
    std::uint16_t slot = 0;
    const commands::command_info* what = nullptr;   // nullptr: the server has not told about it
    commands::response_policy joins = commands::response_policy::as_it_is;   // by which several replies become one
};

// Of a command, its name first.
route route_of(std::span<const std::string_view> words, const commands::command_table& table);

// Of several that have to run in one place: slot, any or cross_slot.
class common_route
{
public:
    void add(const route& one) noexcept;
    const route& get() const noexcept { return all_; }

private:
    route all_;
};

}   // namespace rediserve::cluster
