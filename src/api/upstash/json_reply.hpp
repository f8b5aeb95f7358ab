// Replies of Redis as JSON: `{"result":…}`, `{"error":"…"}`.
#pragma once

#include "api/json_writer.hpp"
#include "rediserve/base/buffer.hpp"
#include "rediserve/redis/reply.hpp"

#include <string_view>

namespace rediserve::api::upstash {

// The object for one command's reply. As text, bytes that are no UTF-8 become U+FFFD. As base64, every string is encoded
// but a status OK that is the whole result: clients decode the strings within an array without looking at them.
void append_result(buffer& to, const redis::reply_view& reply, encoding as);

// The object for an error, whoever found it.
void append_error(buffer& to, std::string_view text);

}   // namespace rediserve::api::upstash
