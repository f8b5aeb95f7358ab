#include "rediserve/telemetry/audit.hpp"
#include "rediserve/telemetry/log.hpp"
#include "rediserve/telemetry/metrics.hpp"
#include "telemetry/process_figures.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>
#include <utility>
#include <vector>

namespace rediserve::telemetry {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using shards = std::span<const shard_metrics* const>;
using labels = std::vector<ClientMetric::Label>;

// A figure that is the sum of one cell of every shard.
struct summed_cell
{
    cell shard_metrics::*from;
    const char* family;
    MetricType type;
    const char* help;
    labels with;
};

// Neighbours of one family are its series.
const std::array summed = {
    summed_cell{
        &shard_metrics::requests_in_flight,
        "http_requests_in_flight",
        MetricType::Gauge,
        "Requests whose head has arrived and whose answer has not been handed to the kernel.",
        {}},
    summed_cell{
        &shard_metrics::connections_open, "http_connections_open", MetricType::Gauge, "Open HTTP connections.", {}},
    summed_cell{
        &shard_metrics::connections_accepted,
        "http_connections_accepted_total",
        MetricType::Counter,
        "HTTP connections accepted.",
        {}},
    summed_cell{
        &shard_metrics::bytes_received,
        "http_received_bytes_total",
        MetricType::Counter,
        "Bytes received from HTTP clients.",
        {}},
    summed_cell{
        &shard_metrics::bytes_sent, "http_sent_bytes_total", MetricType::Counter, "Bytes sent to HTTP clients.", {}},
    summed_cell{
        &shard_metrics::proxy_headers_refused,
        "http_proxy_headers_refused_total",
        MetricType::Counter,
        "Connections closed because their PROXY protocol header was malformed, late or not trusted.",
        {}},
    summed_cell{
        &shard_metrics::redis_links_up,
        "redis_links",
        MetricType::Gauge,
        "Connections to Redis by state.",
        {{"state", "up"}}},
    summed_cell{
        &shard_metrics::redis_links_connecting,
        "redis_links",
        MetricType::Gauge,
        "Connections to Redis by state.",
        {{"state", "connecting"}}},
    summed_cell{
        &shard_metrics::redis_leases_out,
        "redis_leases",
        MetricType::Gauge,
        "Exclusive connections to Redis: lent out, and waited for.",
        {{"state", "out"}}},
    summed_cell{
        &shard_metrics::redis_leases_waiting,
        "redis_leases",
        MetricType::Gauge,
        "Exclusive connections to Redis: lent out, and waited for.",
        {{"state", "waiting"}}},
    summed_cell{
        &shard_metrics::redis_pending,
        "redis_pending",
        MetricType::Gauge,
        "Batches of commands queued or awaiting a reply.",
        {}},
    summed_cell{
        &shard_metrics::redis_concurrency,
        "redis_concurrency_limit",
        MetricType::Gauge,
        "Batches of commands that may be with Redis at a time, all threads together; 0 when any number may.",
        {}},
    summed_cell{
        &shard_metrics::redis_in_flight,
        "redis_in_flight",
        MetricType::Gauge,
        "Batches of commands that are with Redis or on a connection to it.",
        {}},
    summed_cell{
        &shard_metrics::redis_queued,
        "redis_queued",
        MetricType::Gauge,
        "Batches of commands that wait for their turn, as more are with Redis than it answers without delay.",
        {}},
    summed_cell{
        &shard_metrics::redis_dropped,
        "redis_dropped_total",
        MetricType::Counter,
        "Batches of commands that never reached Redis: their client had gone, or its time was over, before their turn.",
        {}},
    summed_cell{
        &shard_metrics::redis_replica_reads,
        "redis_replica_reads_total",
        MetricType::Counter,
        "Batches that a replica was to answer, by what came of it.",
        {{"outcome", "replica"}}},
    summed_cell{
        &shard_metrics::redis_replica_behind,
        "redis_replica_reads_total",
        MetricType::Counter,
        "Batches that a replica was to answer, by what came of it.",
        {{"outcome", "behind"}}},
    summed_cell{
        &shard_metrics::redis_replica_missing,
        "redis_replica_reads_total",
        MetricType::Counter,
        "Batches that a replica was to answer, by what came of it.",
        {{"outcome", "missing"}}},
    summed_cell{
        &shard_metrics::redis_timeouts,
        "redis_timeouts_total",
        MetricType::Counter,
        "Batches that got no reply before their deadline.",
        {}},
    summed_cell{
        &shard_metrics::redis_retries,
        "redis_retries_total",
        MetricType::Counter,
        "Read-only batches run once more after their connection was lost.",
        {}},
    summed_cell{
        &shard_metrics::redis_reconnects,
        "redis_reconnects_total",
        MetricType::Counter,
        "Connections to Redis established again after a loss.",
        {}},
    summed_cell{
        &shard_metrics::redis_failovers,
        "redis_failovers_total",
        MetricType::Counter,
        "Masters of Sentinel groups that were followed to another server, once per shard.",
        {}},
    summed_cell{
        &shard_metrics::redis_late_replies,
        "redis_late_replies_total",
        MetricType::Counter,
        "Replies that came after whoever asked had gone, and were dropped.",
        {}},
    summed_cell{&shard_metrics::watchers, "watchers", MetricType::Gauge, "Requests that wait for changes of keys.", {}},
    summed_cell{
        &shard_metrics::repeats_answered,
        "repeats_answered_total",
        MetricType::Counter,
        "Requests whose Idempotency-Key was known, and that were given the first answer again.",
        {}},
    summed_cell{
        &shard_metrics::repeats_refused,
        "repeats_refused_total",
        MetricType::Counter,
        "Requests whose Idempotency-Key had come with another request, or while the first one was running.",
        {}},
    summed_cell{
        &shard_metrics::streams_cut,
        "streams_cut_total",
        MetricType::Counter,
        "Streams of events that were cut off because their client did not read.",
        {}},
    summed_cell{
        &shard_metrics::stream_listeners,
        "stream_listeners",
        MetricType::Gauge,
        "Clients that follow a Redis stream (GET /streams).",
        {}},
    summed_cell{
        &shard_metrics::stream_reads,
        "stream_reads_total",
        MetricType::Counter,
        "Reads of Redis streams for those who follow them.",
        {}},
    summed_cell{
        &shard_metrics::stream_resets,
        "stream_resets_total",
        MetricType::Counter,
        "Followers that were told that entries are gone which they had not seen.",
        {}},
    summed_cell{
        &shard_metrics::redis_subscriptions,
        "redis_subscriptions",
        MetricType::Gauge,
        "Channels and patterns that the gateway subscribes to, MONITOR included.",
        {}},
    summed_cell{
        &shard_metrics::redis_subscribers,
        "redis_subscribers",
        MetricType::Gauge,
        "Listeners that share those subscriptions.",
        {}},
    summed_cell{
        &shard_metrics::redis_messages,
        "redis_messages_total",
        MetricType::Counter,
        "Published messages and lines of MONITOR received from Redis.",
        {}},
    summed_cell{
        &shard_metrics::rate_reports,
        "rate_reports_total",
        MetricType::Counter,
        "Reports to Redis of what was taken under rates of all gateways together, by result.",
        {{"result", "ok"}}},
    summed_cell{
        &shard_metrics::rate_reports_failed,
        "rate_reports_total",
        MetricType::Counter,
        "Reports to Redis of what was taken under rates of all gateways together, by result.",
        {{"result", "failed"}}},
};

MetricFamily& family(std::vector<MetricFamily>& all, const std::string& name, MetricType type, const char* help)
{
    const std::string full = "rediserve_" + name;
    if (all.empty() || all.back().name != full)
        all.push_back({full, help, type, {}});
    return all.back();
}

ClientMetric& series(MetricFamily& of, labels with)
{
    ClientMetric& added = of.metric.emplace_back();
    added.label = std::move(with);
    return added;
}

void add_value(MetricFamily& to, labels with, double value)
{
    ClientMetric& added = series(to, std::move(with));
    added.counter.value = value;   // the serializer reads the one of the family's type
    added.gauge.value = value;
}

void add_single(std::vector<MetricFamily>& all, const char* name, MetricType type, const char* help, double value)
{
    add_value(family(all, name, type, help), {}, value);
}

// Adds the histograms that `pick` finds in each shard up into one series; none when nothing was ever observed.
template <class Pick>
void add_histogram(MetricFamily& to, labels with, shards from, bool even_if_empty, Pick pick)
{
    std::array<std::int64_t, histogram::bounds_us.size() + 1> counts{};
    std::int64_t sum_ns = 0;
    for (const shard_metrics* const shard : from) {
        const histogram& one = pick(*shard);
        for (std::size_t i = 0; i < counts.size(); ++i)
            counts[i] += one.buckets()[i].get();
        sum_ns += one.sum_ns();
    }

    ClientMetric::Histogram total;
    total.sample_sum = static_cast<double>(sum_ns) / 1e9;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        total.sample_count += static_cast<std::uint64_t>(counts[i]);
        const double bound = i < histogram::bounds_us.size() ? static_cast<double>(histogram::bounds_us[i]) / 1e6
                                                             : std::numeric_limits<double>::infinity();
        total.bucket.push_back({total.sample_count, bound});
    }
    if (total.sample_count > 0 || even_if_empty)
        series(to, std::move(with)).histogram = std::move(total);
}

void add_requests(std::vector<MetricFamily>& all, shards from)
{
    MetricFamily& requests = family(
        all, "http_request_duration_seconds", MetricType::Histogram,
        "Time from a request's head to its whole answer, by route and class of status."
    );
    for (std::size_t of_route = 0; of_route < static_cast<std::size_t>(route::count_); ++of_route) {
        for (std::size_t of_status = 0; of_status < status_classes; ++of_status) {
            labels with{
                {"route", std::string(name(static_cast<route>(of_route)))},
                {"status", std::to_string(of_status + 1) + "xx"}};
            const auto pick = [=](const shard_metrics& in) -> const histogram& {
                return in.requests[of_route][of_status];
            };
            add_histogram(requests, std::move(with), from, false, pick);
        }
    }
}

void add_rejections(std::vector<MetricFamily>& all, shards from)
{
    MetricFamily& rejected = family(
        all, "http_rejected_total", MetricType::Counter,
        "Requests and connections turned away before they reached Redis, by reason."
    );
    for (std::size_t reason = 0; reason < static_cast<std::size_t>(rejection::count_); ++reason) {
        std::int64_t total = 0;
        for (const shard_metrics* const shard : from)
            total += shard->rejected[reason].get();
        add_value(
            rejected, {{"reason", std::string(name(static_cast<rejection>(reason)))}}, static_cast<double>(total)
        );
    }
}

void add_handshakes(std::vector<MetricFamily>& all, shards from)
{
    std::array<std::int64_t, 3> totals{};
    for (const shard_metrics* const shard : from) {
        totals[0] += shard->tls_done[0].get();
        totals[1] += shard->tls_done[1].get();
        totals[2] += shard->tls_failed.get();
    }
    MetricFamily& handshakes = family(
        all, "http_tls_handshakes_total", MetricType::Counter,
        "TLS handshakes of clients: in full, of a session resumed, and failed or given up."
    );
    constexpr std::array results = {"full", "resumed", "failed"};
    for (std::size_t which = 0; which < totals.size(); ++which)
        add_value(handshakes, {{"result", results[which]}}, static_cast<double>(totals[which]));
}

void add_cells(std::vector<MetricFamily>& all, shards from)
{
    for (const summed_cell& one : summed) {
        std::int64_t total = 0;
        for (const shard_metrics* const shard : from)
            total += (shard->*one.from).get();
        add_value(family(all, one.family, one.type, one.help), one.with, static_cast<double>(total));
    }
}

void add_redis_commands(std::vector<MetricFamily>& all, shards from)
{
    MetricFamily& commands = family(
        all, "redis_command_duration_seconds", MetricType::Histogram,
        "Time from handing commands to the backend to their last reply."
    );
    const auto pick = [](const shard_metrics& in) -> const histogram& { return in.redis_commands; };
    add_histogram(commands, {}, from, true, pick);
}

void add_process(std::vector<MetricFamily>& all, std::string_view version)
{
    const process_figures figures = read_process_figures();
    add_single(
        all, "log_lines_dropped_total", MetricType::Counter,
        "Lines of the log dropped because nobody took them in time.", static_cast<double>(dropped_lines())
    );
    add_single(
        all, "audit_dropped_total", MetricType::Counter,
        "Lines of the audit log dropped because they could not be written in time, or at all.",
        static_cast<double>(dropped_audit_lines())
    );
    add_single(
        all, "process_cpu_seconds_total", MetricType::Counter, "Processor time used, user and system, in seconds.",
        figures.cpu_seconds
    );
    add_single(
        all, "process_resident_memory_bytes", MetricType::Gauge, "Resident memory in bytes.", figures.resident_bytes
    );
    add_single(all, "process_open_fds", MetricType::Gauge, "Open file descriptors.", figures.open_descriptors);
    add_single(
        all, "process_start_time_seconds", MetricType::Gauge, "When the process started, in seconds since 1970.",
        figures.start_time_seconds
    );
    add_value(
        family(all, "build_info", MetricType::Gauge, "Always 1; the version is in the label."),
        {{"version", std::string(version)}}, 1
    );
}

}   // namespace

std::string prometheus_text(shards from, std::string_view version)
{
    std::vector<MetricFamily> all;
    add_requests(all, from);
    add_rejections(all, from);
    add_handshakes(all, from);
    add_cells(all, from);
    add_redis_commands(all, from);
    add_process(all, version);

    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, all);
    return std::move(text).str();
}

}   // namespace rediserve::telemetry
