// What a client is told about how fast it may be.
#pragma once

#include "rediserve/access/rate.hpp"
#include "rediserve/base/error.hpp"

#include <string>
#include <string_view>

namespace rediserve::access {

// Appends whole header lines: RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers). `name` is a short word.
void append_rate_fields(std::string& to, std::string_view name, const rate& within, const taken& how);

// errc::rate_limited for what was not granted: `what` there are too many of.
error too_fast(const taken& how, std::string_view what);

}   // namespace rediserve::access
