// One member of a set or a sorted set: how it is answered, and the conditions it can weigh, as it has no tag.
#pragma once

#include "api/keys/key_name.hpp"
#include "rediserve/base/buffer.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/http/message.hpp"

#include <string_view>

namespace rediserve::api::keys {

// `{"key":…,"member":…[,"encoding":"base64"]`, left open.
void append_member(buffer& to, const key_name& key, std::string_view member);

// Whether If-None-Match: * asks that there be none yet. errc::bad_request for any other condition.
result<bool> asks_for_new(const http::request& from);

// errc::bad_request where there is a condition.
result<void> refuse_conditions(const http::request& from);

}   // namespace rediserve::api::keys
