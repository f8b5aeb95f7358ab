// What a read-only token may do.
#pragma once

#include "rediserve/commands/command_table.hpp"

#include <span>
#include <string>
#include <string_view>

namespace rediserve::api::upstash {

// Reading, but for what searches the whole database: SCAN, KEYS and what Redis calls dangerous.
bool may_run_read_only(std::span<const std::string_view> words, const commands::command_info* known) noexcept;

// What Redis says of a command that a user may not run.
std::string no_permission(std::span<const std::string_view> words);

}   // namespace rediserve::api::upstash
