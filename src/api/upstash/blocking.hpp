// Commands that may keep their connection waiting.
#pragma once

#include "api/upstash/command_list.hpp"
#include "rediserve/commands/command_table.hpp"

#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>

namespace rediserve::api::upstash {

// `known` is the command's entry in the table, or nullptr. XREAD and XREADGROUP block only with BLOCK.
bool may_block(std::span<const std::string_view> words, const commands::command_info* known) noexcept;

// Makes command `index`, which may block, wait no longer than `most`: a longer timeout, or none at all, becomes that. One
// that is no number stays, for Redis to refuse. Returns how long the command may wait now.
std::chrono::milliseconds cap_wait(command_list& list, std::size_t index, std::chrono::milliseconds most);

}   // namespace rediserve::api::upstash
