// What came back, looked at before it is rendered. Each check answers the request itself when the reply is not what was
// asked for, and says false then: Redis' own error, 404 for a key that is not there, 502 for a reply that makes no sense.
#pragma once

#include "rediserve/api/dialect.hpp"
#include "rediserve/commands/executor.hpp"

#include <cstddef>

namespace rediserve::api::keys {

void fail_not_found(const call& of);
void fail_precondition(const call& of);
void fail_unexpected(const call& of);

// Whether MULTI … EXEC may be sent, which is to be asked before the first suspension. Answers with Redis' own error if not.
bool may_transact(const call& of);

// A string; nil is a missing key.
bool got_string(const call& of, const commands::reply_or_error& got);
bool got_integer(const call& of, const commands::reply_or_error& got);
// An array of `size` elements.
bool got_array(const call& of, const commands::reply_or_error& got, std::size_t size);
// EXEC's array: `size` elements, and none of them an error.
bool got_transaction(const call& of, const commands::reply_or_error& got, std::size_t size);

}   // namespace rediserve::api::keys
