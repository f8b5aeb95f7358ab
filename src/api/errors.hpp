// Errors on their way to the client.
#pragma once

#include "rediserve/api/dialect.hpp"
#include "rediserve/base/buffer.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/commands/executor.hpp"

#include <cstdint>

namespace rediserve::api {

// Begins an answer with the status of the catalogue, Retry-After and WWW-Authenticate where they are due.
void begin_error(http::response& answer, const error& why);

// Whether what was asked for has run. Of a failure of ours or of Redis (5xx) the answer is never left out: where nobody
// who saw it can say, it may have.
executed what_ran(const error& why) noexcept;

// Whether time, or an operator's hand, may cure it: a server that is away for a moment is no reason to send away who listens.
bool may_pass(const error& why) noexcept;

// What an error's body says behind its text: `,"code":"…"`, and what_ran() unless that is unsaid.
void append_error_members(buffer& to, const error& why);

// Counts and renders.
void fail(const call& of, const error& why);

// Renders what went wrong with a command, here or in Redis. False: nothing did, and there is a reply to render.
bool failed(const call& of, const commands::reply_or_error& got);

// 416 for a value of `size` bytes.
void render_range_not_satisfiable(http::exchange& of, std::int64_t size);

}   // namespace rediserve::api
