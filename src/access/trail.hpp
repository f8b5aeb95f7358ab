// What the audit log is told of decisions.
#pragma once

#include "rediserve/access/gate.hpp"

#include <span>
#include <string_view>

namespace rediserve::access {

// Tells of one command, name first, if such decisions are to be told. `words` need not be all of a batch.
void leave_trail(
    const decision& made, std::span<const std::string_view> words, const commands::command_table& commands,
    const principal& by, const asker& asked
);

// Tells that it was refused something else, if refusals are to be told.
void leave_trail(const error& why, const principal& by, const asker& asked);

}   // namespace rediserve::access
