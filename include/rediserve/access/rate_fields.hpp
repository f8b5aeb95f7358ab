// What a client is told about how fast it may be.
#pragma once

#include "rediserve/access/rate.hpp"
#include "rediserve/base/error.hpp"

#include <string>
#include <string_view>

namespace rediserve::access {

// The header lines about one rate, RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers), in two parts: what
// is always the same, and what is left. `name` is a short word.
std::string begin_rate_fields(std::string_view name, const rate& within);
std::string end_rate_fields(const taken& how);

// errc::rate_limited for what was not granted: `what` there are too many of.
error too_fast(const taken& how, std::string_view what);

}   // namespace rediserve::access
