// What is published, as server-sent events in the frames that the clients of this dialect take apart: lines that begin
// with `data: `, with commas between their parts, ended by an empty line. They have no escapes, so nothing of what is
// published may put a line end into them.
#pragma once

#include "rediserve/base/buffer.hpp"
#include "rediserve/redis/subscription.hpp"

#include <cstdint>
#include <string_view>

namespace rediserve::api::upstash {

// `data: subscribe,<name>,<count>`; of MONITOR `data: "OK"`.
void append_subscribed(buffer& to, redis::subscription_kind kind, std::string_view name, std::int64_t count);

// `data: message,<channel>,<payload>`, `data: pmessage,<name>,<channel>,<payload>`; of MONITOR the bare payload.
//
// A payload with line ends becomes JSON that has none: these are dropped from one that is JSON already, where they mean
// nothing, and any other becomes a JSON string, which the clients turn back. In a channel's name they become `\r` and `\n`.
// Bytes that are no UTF-8 become U+FFFD.
void append_message(
    buffer& to, redis::subscription_kind kind, std::string_view name, std::string_view channel, std::string_view payload
);

// Something that clients ignore, to see whether they are still there.
void append_keepalive(buffer& to);

// For those who listen to more than `data: `: messages may have been lost, no more will come.
void append_gap(buffer& to);
void append_close(buffer& to);

}   // namespace rediserve::api::upstash
