// Replies of a connection that speaks RESP3 with their types (docs/typed-replies.md).
#pragma once

#include "api/upstash/typed_writer.hpp"
#include "rediserve/base/buffer.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/redis/reply.hpp"

#include <string_view>

namespace rediserve::api::upstash {

// {"result":…}, or {"error":"…"}; with a member "attributes" behind it where there are some.
void append_typed_result(buffer& to, const redis::reply_view& reply, notation in);

// {"error":"…"}
void append_typed_error(buffer& to, std::string_view text, notation in);
// … with `code`, and with `executed` where that is known.
void append_typed_error(buffer& to, std::string_view text, const error& why, notation in);

}   // namespace rediserve::api::upstash
