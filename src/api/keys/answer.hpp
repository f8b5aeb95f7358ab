// The documents that say what a key holds. They are left open, for the caller to add to and to close.
#pragma once

#include "api/json_writer.hpp"
#include "api/keys/kind.hpp"
#include "api/keys/read_request.hpp"
#include "api/keys/scripts.hpp"
#include "rediserve/base/buffer.hpp"
#include "rediserve/redis/reply.hpp"

#include <span>
#include <string>
#include <string_view>

namespace rediserve::api::keys {

// `{"key":…,"value":…[,"encoding":"base64"]`
void append_string_answer(buffer& to, std::string_view key, std::string_view value);

// `{"key":…,"type":…,"value":…[,"encoding":"base64"]`. `value` is what the command that reads the whole of a `type`
// answered; of a reply of another shape, what can be understood is written.
void append_collection_answer(buffer& to, std::string_view key, kind type, const redis::reply_view& value);

// The value alone, as it stands there behind `"value":`: the whole of a `type`, or some of its parts.
void append_value(buffer& to, kind type, const redis::reply_view& value, encoding as);
// One score, and the fields of one entry.
void append_score(buffer& to, std::string_view text);
void append_fields(buffer& to, const redis::reply_view& of, encoding as);
// `{"name":"value",…}[,"encoding":"base64"]`: what each of `names` is, null where there is none.
void append_named(buffer& to, std::span<const std::string> names, const redis::reply_view& values);
// base64 if one of the strings in `value` that are the user's is not UTF-8.
encoding encoding_of_all(kind type, const redis::reply_view& value);

// `,"type":…,"ttl":…,"size":…`, those of them that are wanted.
void append_included(buffer& to, const inclusion& wanted, const description& of);

// `"ttl":60.5`, or null for -1.
void append_ttl(buffer& to, std::int64_t milliseconds);

}   // namespace rediserve::api::keys
