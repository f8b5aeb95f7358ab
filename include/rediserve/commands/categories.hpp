// The categories that Redis sorts its commands into (Redis documentation, "ACL"), as sets of bits.
#pragma once

#include <cstdint>
#include <string_view>

namespace rediserve::commands {

using category_set = std::uint64_t;   // one bit for each category

// The category `name`, without its @, in any case: of Redis 7, and those of the modules in Redis 8. 0: there is none.
category_set category_of(std::string_view name) noexcept;

}   // namespace rediserve::commands
