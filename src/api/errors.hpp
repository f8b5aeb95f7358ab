// Errors on their way to the client.
#pragma once

#include "rediserve/api/dialect.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/commands/executor.hpp"

#include <cstdint>
#include <string_view>

namespace rediserve::api {

// What a 401 asks for (RFC 6750, 3).
inline constexpr std::string_view challenge = "Bearer realm=\"rediserve\"";

// Counts and renders.
void fail(const call& of, const error& why);

// Renders what went wrong with a command, here or in Redis. False: nothing did, and there is a reply to render.
bool failed(const call& of, const commands::reply_or_error& got);

// 416 for a value of `size` bytes.
void render_range_not_satisfiable(http::exchange& of, std::int64_t size);

}   // namespace rediserve::api
