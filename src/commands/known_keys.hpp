// Commands whose keys their specifications do not tell, or not reliably.
#pragma once

#include "rediserve/commands/key_spec.hpp"

#include <string_view>

namespace rediserve::commands {

// For the command `name`, in lower case, which is read in this way by Redis itself; nullptr: its specifications do.
key_reader reader_of(std::string_view name) noexcept;
// For servers that have no specifications (before Redis 7).
key_reader reader_without_specs(std::string_view name) noexcept;

}   // namespace rediserve::commands
