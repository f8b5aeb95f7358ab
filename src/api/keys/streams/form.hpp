// The events of a stream, as text/event-stream has them.
#pragma once

#include "api/keys/streams/history.hpp"
#include "rediserve/base/buffer.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/redis/reply.hpp"

#include <span>
#include <string>
#include <string_view>

namespace rediserve::api::streams {

// The beginning of a stream: when to come back, and from where.
void append_open(buffer& to, stream_id at);
// Entries between `at` and the first one that is there are gone.
void append_reset(buffer& to, stream_id at, const history& now);
// One entry of XRANGE: its id, and its fields as an object. Of them only `wanted`, unless that is empty; an entry with none of
// these is nothing.
void append_entry(buffer& to, const redis::reply_view& entry, std::span<const std::string> wanted);
void append_keepalive(buffer& to);
// The last event: the gateway goes, or what has gone wrong.
void append_close(buffer& to);
void append_error(buffer& to, const error& why);

}   // namespace rediserve::api::streams
