// How fast, as people write it.
#pragma once

#include "config/members.hpp"
#include "rediserve/access/params.hpp"

#include <optional>
#include <string_view>

namespace rediserve::config {

enum class amounts { numbers, bytes };

// "100/s", "6000/m", "10m/s" of bytes; nullopt: something else, or no rate that can be kept.
std::optional<access::rate> parse_rate(std::string_view text, amounts of);

// The same, or {"amount": 100, "per": "1s", "burst": 200, "global": true}; no limit when it is missing, or
// wrong, of which it complains.
access::rate read_rate(members& from, std::string_view name, amounts of);

}   // namespace rediserve::config
