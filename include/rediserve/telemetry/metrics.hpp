// Counters. Each shard counts in cells of its own that only its thread writes (relaxed, no lock, no read-modify-write
// instruction); a scrape reads the cells of all shards and adds them up.
#pragma once

#include "rediserve/base/error.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rediserve::telemetry {

// A number with one writing thread and any number of reading ones.
class cell
{
public:
    void add(std::int64_t n) noexcept
    {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    void set(std::int64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
    std::int64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

// Durations in buckets from 100 µs to 10 s.
class histogram
{
public:
    static constexpr std::array<std::int64_t, 12> bounds_us = {
        100, 250, 500, 1'000, 2'500, 5'000, 10'000, 50'000, 100'000, 500'000, 1'000'000, 10'000'000,
    };

    void observe(std::chrono::nanoseconds duration) noexcept;

    const std::array<cell, bounds_us.size() + 1>& buckets() const noexcept { return buckets_; }
    std::int64_t sum_ns() const noexcept { return sum_ns_.get(); }

private:
    std::array<cell, bounds_us.size() + 1> buckets_;   // not cumulative; the last one is +Inf
    cell sum_ns_;
};

// What a request was for: the bounded label of the request metrics, never a key.
enum class route : std::uint8_t {
    none,
    key,
    key_incr,
    key_append,
    key_fields,
    key_field,
    key_field_incr,
    key_items,
    key_item,
    key_members,
    key_member,
    key_scores,
    key_score,
    key_score_incr,
    key_entries,
    key_entry,
    keys,
    command,
    pipeline,
    multi_exec,
    events,
    stream,
    stream_ack,
    stream_group,
    livez,
    readyz,
    version,
    metrics,
    tickets,
    openapi,
    count_
};
std::string_view name(route of) noexcept;

// Why a request or connection was turned away before it reached Redis.
enum class rejection : std::uint8_t {
    malformed,
    uri_too_long,
    header_too_large,
    body_too_large,
    timeout,
    unauthorized,
    forbidden,
    rate_limited,
    connections,
    queue_full,
    backend_down,
    draining,
    count_
};
std::string_view name(rejection why) noexcept;
// What `why` counts as; nullopt when it is no rejection. A connection over the limit is counted where it is accepted.
std::optional<rejection> rejection_of(const error& why) noexcept;

inline constexpr std::size_t status_classes = 5;   // 1xx … 5xx

struct shard_metrics
{
    std::array<std::array<histogram, status_classes>, static_cast<std::size_t>(route::count_)> requests;
    std::array<cell, static_cast<std::size_t>(rejection::count_)> rejected;
    cell connections_open;
    cell connections_accepted;
    cell requests_in_flight;
    cell bytes_received;
    cell bytes_sent;
    std::array<cell, 2> tls_done;   // handshakes in full, and resumed
    cell tls_failed;
    cell proxy_headers_refused;

    histogram redis_commands;   // from submit to the last reply of a batch
    cell redis_links_up;
    cell redis_links_connecting;
    cell redis_leases_out;
    cell redis_leases_waiting;
    cell redis_pending;           // batches queued or awaiting a reply
    cell redis_concurrency;       // batches that may be with Redis at a time, where that is limited
    cell redis_in_flight;         // … and are
    cell redis_queued;            // batches that wait for their turn
    cell redis_dropped;           // … and were dropped before it came
    cell redis_replica_reads;     // answered by replicas, …
    cell redis_replica_behind;    // … and by the primary, as no replica had what its client has written, …
    cell redis_replica_missing;   // … or none could be asked, or did not answer
    cell redis_timeouts;
    cell redis_retries;
    cell redis_reconnects;
    cell redis_failovers;
    cell redis_late_replies;
    cell redis_subscriptions;   // names asked for upstream
    cell redis_subscribers;     // those who listen to them
    cell redis_messages;

    cell rate_reports;   // of what was taken under rates of all gateways
    cell rate_reports_failed;

    cell watchers;           // who waits for changes of keys
    cell repeats_answered;   // requests with an Idempotency-Key that had been run before
    cell repeats_refused;    // … that came with another request, or while the first one was running
    cell streams_cut;        // listeners that did not read and were cut off
    cell stream_listeners;   // of Redis streams
    cell stream_reads;       // of what they have not seen, one for all that stand at the same entry
    cell stream_resets;      // listeners that were told that entries are gone which they had not seen

    void reject(rejection why) noexcept { rejected[static_cast<std::size_t>(why)].add(1); }
    // Counts what is a rejection; other errors count nothing.
    void reject(const error& why) noexcept
    {
        if (const auto reason = rejection_of(why))
            reject(*reason);
    }
};

// Prometheus text exposition format 0.0.4 of all shards, names prefixed `rediserve_`, plus build, process and log
// counters. `version` becomes a label of rediserve_build_info.
std::string prometheus_text(std::span<const shard_metrics* const> shards, std::string_view version);

}   // namespace rediserve::telemetry
