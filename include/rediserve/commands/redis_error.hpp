// What an error reply of Redis means to whoever asked.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/redis/reply.hpp"

#include <string_view>

namespace rediserve::commands {

// The catalogue's error for an `-ERR` of Redis; the detail is Redis' own text. errc::wrong_type for WRONGTYPE,
// redis_not_permitted for NOPERM, redis_not_writable for the states that pass by themselves or by an operator's hand
// (LOADING, READONLY, OOM …), redis_error for all others. Of what was refused in such a state it says that it was not run,
// scripts excepted.
error redis_failure(std::string_view text);

// The same for the reply, and errc::reply_too_large for one that is_oversized().
error redis_failure(const redis::reply_view& reply);

}   // namespace rediserve::commands
