// Points in time as people write them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace rediserve::config {

// "2027-01-01T00:00:00Z", "2027-01-01T02:00:00+02:00" (RFC 3339, without fractions of a second); nullopt when it is none.
std::optional<std::chrono::system_clock::time_point> parse_timestamp(std::string_view text) noexcept;

}   // namespace rediserve::config
