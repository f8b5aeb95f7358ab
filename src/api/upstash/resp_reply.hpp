// Replies of Redis in its own form (Redis serialization protocol specification, RESP2).
#pragma once

#include "rediserve/base/buffer.hpp"
#include "rediserve/redis/reply.hpp"

#include <string_view>

namespace rediserve::api::upstash {

// As Redis sent it.
void append_resp(buffer& to, const redis::reply_view& reply);

// An error that the gateway found. Line ends in `text`, which the form cannot hold, become blanks.
void append_resp_error(buffer& to, std::string_view text);

}   // namespace rediserve::api::upstash
