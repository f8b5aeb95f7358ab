// Which call of the command API a path is.
#pragma once

#include "rediserve/redis/subscription.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <cstdint>
#include <string_view>

namespace rediserve::api::upstash {

enum class place_kind : std::uint8_t {
    document,     // POST /: one command as JSON
    pipeline,     // /pipeline
    multi_exec,   // /multi-exec
    events,       // /subscribe/… and its kin, /monitor
    path,         // /get/k: a command in the path
};

struct place
{
    place_kind is = place_kind::path;
    telemetry::route route = telemetry::route::command;
    redis::subscription_kind kind = redis::subscription_kind::channel;   // of events
    std::string_view name;                                               // as it stands in a path
};

// Of a path as sent, before the question mark. Every path is one of them.
const place& place_of(std::string_view path) noexcept;

}   // namespace rediserve::api::upstash
