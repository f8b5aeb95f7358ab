#include "rediserve/telemetry/metrics.hpp"

#include <algorithm>

namespace rediserve::telemetry {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(route::count_)> route_names = {
    "none",        "key",        "key_incr",     "key_append", "key_fields", "key_field",  "key_field_incr",
    "key_items",   "key_item",   "key_members",  "key_member", "key_scores", "key_score",  "key_score_incr",
    "key_entries", "key_entry",  "keys",         "command",    "pipeline",   "multi_exec", "events",
    "stream",      "stream_ack", "stream_group", "livez",      "readyz",     "version",    "metrics",
    "tickets",     "openapi",
};

constexpr std::array<std::string_view, static_cast<std::size_t>(rejection::count_)> rejection_names = {
    "malformed", "uri_too_long", "header_too_large", "body_too_large", "timeout",      "unauthorized",
    "forbidden", "rate_limited", "connections",      "queue_full",     "backend_down", "draining",
};

static_assert(!route_names.back().empty() && !rejection_names.back().empty(), "every value has its name");

}   // namespace

void histogram::observe(std::chrono::nanoseconds duration) noexcept
{
    // A bound belongs to its bucket (le), so 100 µs and 1 ns is in the second.
    const auto fits = [duration](std::int64_t bound) { return duration <= std::chrono::microseconds(bound); };
    const auto bucket = std::ranges::find_if(bounds_us, fits) - bounds_us.begin();
    buckets_[static_cast<std::size_t>(bucket)].add(1);
    sum_ns_.add(duration.count());
}

std::string_view name(route of) noexcept
{
    return route_names[static_cast<std::size_t>(of)];
}

std::string_view name(rejection why) noexcept
{
    return rejection_names[static_cast<std::size_t>(why)];
}

std::optional<rejection> rejection_of(const error& why) noexcept
{
    switch (row_of(why.code).code) {
    case errc::bad_request:
    case errc::expectation_failed:
    case errc::version_not_supported:
    case errc::coding_not_supported: return rejection::malformed;
    case errc::uri_too_long: return rejection::uri_too_long;
    case errc::header_too_large: return rejection::header_too_large;
    case errc::body_too_large: return rejection::body_too_large;
    case errc::request_timeout: return rejection::timeout;
    case errc::unauthorized: return rejection::unauthorized;
    case errc::forbidden: return rejection::forbidden;
    case errc::rate_limited: return rejection::rate_limited;
    case errc::backend_queue_full:
    case errc::lease_timeout: return rejection::queue_full;
    case errc::backend_unavailable: return rejection::backend_down;
    case errc::draining: return rejection::draining;
    default: return std::nullopt;
    }
}

}   // namespace rediserve::telemetry
