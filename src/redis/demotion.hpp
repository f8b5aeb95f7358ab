// How a server tells that it is no master (any more), and what that says about a batch. No I/O.
#pragma once

#include "rediserve/redis/command.hpp"
#include "rediserve/redis/reply.hpp"

namespace rediserve::redis {

// READONLY, MASTERDOWN, or EXECABORT for the sake of either.
bool tells_demotion(const reply_view& reply) noexcept;

// Whether nothing of `commands` has run when one of them was answered so: a command that is no script, or a transaction.
bool is_undone_by_demotion(const batch& commands) noexcept;

}   // namespace rediserve::redis
