// Patterns of Redis.
#pragma once

#include <string_view>

namespace rediserve::access {

// Whether `text` matches, exactly as in Redis (`stringmatchlen`): `*`, `?`, `[a-z]`, `[^a-z]`, `\` before what stands for
// itself; with regard to case. Any bytes. Takes at most the product of both lengths, whatever they are.
bool matches_glob(std::string_view pattern, std::string_view text) noexcept;

}   // namespace rediserve::access
