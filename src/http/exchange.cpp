#include "http/exchange.hpp"

#include "http/connections.hpp"
#include "rediserve/telemetry/access_log.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rediserve::http {

namespace {

constexpr std::size_t longest_client_id = 128;
constexpr std::size_t largest_kept_spill = 16 * 1024;

bool is_id(std::string_view text) noexcept
{
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
            || c == '.' || c == ':' || c == '=' || c == '/' || c == '+';
    };
    return !text.empty() && text.size() <= longest_client_id && std::ranges::all_of(text, allowed);
}

// W3C Trace Context, version 00: 00-<32 hex>-<16 hex>-<2 hex>, ids not all zero.
bool is_traceparent(std::string_view text) noexcept
{
    constexpr std::string_view shape = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
    const auto fits = [](char c, char in_shape) {
        return in_shape == 'x' ? (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') : c == in_shape;
    };
    return text.size() == shape.size() && std::ranges::equal(text, shape, fits)
        && text.substr(3, 32).find_first_not_of('0') != std::string_view::npos
        && text.substr(36, 16).find_first_not_of('0') != std::string_view::npos;
}

void assign_hex(std::string& to, std::uint64_t number)
{
    constexpr char digits[] = "0123456789abcdef";
    std::array<char, 16> text;
    for (auto at = text.rbegin(); at != text.rend(); ++at, number >>= 4)
        *at = digits[number & 15];
    to.assign(text.data(), text.size());
}

void append_duration(std::string& to, std::string_view what, std::chrono::nanoseconds spent)
{
    std::array<char, 32> text;
    const double ms = std::chrono::duration<double, std::milli>(spent).count();
    const auto [end, failure] = std::to_chars(text.data(), text.data() + text.size(), ms, std::chars_format::fixed, 3);
    to.append(what).append(";dur=").append(text.data(), end);
}

}   // namespace

void live_exchange::open(session& of, steady_time now)
{
    session_ = &of;
    received_ = started_ = now;
    redis_time_ = {};
    bytes_in_ = 0;
    most_body_ = std::size_t(-1);
    route_ = telemetry::route::none;
    principal_name_ = {};
    principal_.reset();
    held_.reset();
    parsed = {};
    framing = {};
    id_.clear();
    traceparent_.clear();
    response_.reset({});
}

void live_exchange::accept_head(const http::framing& found, std::uint64_t fresh_id)
{
    framing = found;
    if (const auto sent = parsed[header::x_request_id]; is_id(sent))
        id_ = sent;
    else
        assign_hex(id_, fresh_id);
    if (const auto sent = parsed[header::traceparent]; is_traceparent(sent))
        traceparent_ = sent;
    response_.reset({
        .id = id_,
        .version = parsed.version,
        .head_only = parsed.method == method::head,
        .keep_alive = found.keep_alive,
    });
}

void live_exchange::close() noexcept
{
    watch(nullptr);
    work.reset();
    principal_.reset();
    held_.reset();
    body = {};
    head.reset();
    drain_waiter = {};
    if (spill.capacity() > largest_kept_spill)
        spill.reset();
    spill.clear();
}

void live_exchange::slim() noexcept
{
    parsed.body = {};
    body = {};
    head.reset();
    spill.reset();
}

void live_exchange::account(steady_time now, telemetry::shard_metrics& metrics) const noexcept
{
    const unsigned status = response_.status();
    const std::size_t status_class = std::clamp(status / 100, 1u, 5u) - 1;
    metrics.requests[static_cast<std::size_t>(route_)][status_class].observe(now - received_);
    if (telemetry::wants_request(status))
        telemetry::log_request({
            .id = id_,
            .principal = principal_name_,
            .route = telemetry::name(route_),
            .method = name(parsed.method),
            .status = status,
            .duration = now - received_,
            .redis = redis_time_,
            .bytes_in = bytes_in_,
            .bytes_out = response_.body_size(),
            .traceparent = traceparent_,
        });
}

payload live_exchange::take_body()
{
    const std::string_view bytes = std::exchange(parsed.body, {});
    if (body.size() > 0)
        return std::move(body);
    return payload(buffer(bytes));
}

std::uint32_t live_exchange::affinity() const noexcept
{
    return session_->affinity();
}

const peer& live_exchange::peer() const noexcept
{
    return session_->peer();
}

std::shared_ptr<void>& live_exchange::kept() noexcept
{
    return session_->kept();
}

buffer& live_exchange::output()
{
    return session_->is_writer(*this) ? session_->output() : spill;
}

void live_exchange::finished()
{
    watch(nullptr);
    session_->answered(*this);
}

void live_exchange::abort()
{
    watch(nullptr);
    session_->abort_soon();
}

bool live_exchange::drained() const
{
    // Low enough that a few pages of a stream are on their way while the next is fetched, and no more.
    return session_->is_writer(*this) && session_->unsent() <= session_->pool().settings().limits.output / 4;
}

void live_exchange::when_drained(std::coroutine_handle<> waiter)
{
    drain_waiter = waiter;
    session_->ready();
}

void live_exchange::flush()
{
    session_->ready();
}

std::size_t live_exchange::unsent() const
{
    return session_->is_writer(*this) ? session_->unsent() : spill.size();
}

void live_exchange::watch(stream_watcher* by)
{
    watcher_ = by;
    told_draining_ = false;
    wake_deadline_.drop_deadline();
    if (by)
        session_->ready();   // it may have to hear of something at once
    else
        stream_deadline_.disarm();
}

void live_exchange::wake_at(steady_time when)
{
    wake_deadline_.drop_deadline();
    session_->pool().arm(wake_deadline_, when);
}

void live_exchange::on_wake() noexcept
{
    watcher_->on_time();
}

void live_exchange::tell_draining() noexcept
{
    if (watcher_ && !std::exchange(told_draining_, true))
        watcher_->on_draining();
}

void live_exchange::await_silence(steady_time now)
{
    if (std::exchange(written_, response_.body_size()) != response_.body_size() || !stream_deadline_.armed())
        session_->pool().arm(stream_deadline_, now);
}

void live_exchange::on_deadline(steady_time now)
{
    session_->pool().arm(stream_deadline_, now);
    if (unsent() == 0)   // else a sign of life is on its way already
        watcher_->on_idle();
}

std::string_view live_exchange::date_line()
{
    return session_->pool().date_line(received_);
}

void live_exchange::server_timing(std::string& to)
{
    if (!session_->pool().settings().server_timing)
        return;
    const auto total = std::chrono::steady_clock::now() - received_;
    const auto queue = started_ - received_;
    append_duration(to, "Server-Timing: queue", queue);
    append_duration(to, ", redis", redis_time_);
    append_duration(to, ", encode", std::max(total - queue - redis_time_, std::chrono::nanoseconds(0)));
    to.append("\r\n");
}

}   // namespace rediserve::http
