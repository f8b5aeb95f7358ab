#include "http/connections.hpp"

#include "rediserve/telemetry/log.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <random>

namespace rediserve::http {

namespace {

constexpr std::size_t spare_exchanges = 256;

// A session rests this long with its read buffer at hand before it gives it back.
constexpr std::chrono::milliseconds rest{1000};

std::uint64_t random_seed()
{
    std::random_device source;
    return std::uint64_t{source()} << 32 | source();
}

}   // namespace

connections::connections(
    boost::asio::io_context& context, const params& settings, http::handler& to, telemetry::shard_metrics& metrics
)
    : context_(context)
    , settings_(settings)
    , handler_(to)
    , metrics_(metrics)
    , read_queues_{timeout_queue<read_deadline>(rest),        timeout_queue<read_deadline>(rest),
                   timeout_queue<read_deadline>(rest),        timeout_queue<read_deadline>(rest),
                   timeout_queue<read_deadline>(body_period), timeout_queue<read_deadline>(rest),
                   timeout_queue<read_deadline>(rest)}
    , send_queue_(send_period)
    , stream_queue_(settings.limits.stream_idle)
    , readiness_(context)
    , timer_(context)
    , id_state_(random_seed())
{
    apply_timeouts();
}

connections::~connections()
{
    ready_.clear();
    sessions_.clear_and_dispose([](session* one) { delete one; });
}

void connections::adopt(int descriptor, arrival how)
{
    open_.fetch_add(1, std::memory_order_relaxed);
    boost::asio::post(context_, [this, descriptor, how = std::move(how)]() mutable {
        add(descriptor, std::move(how));
    });
}

void connections::add(int descriptor, arrival&& how)
{
    auto made = std::make_unique<session>(*this, descriptor, std::move(how), next_affinity_++);
    if (stopped_ || !made->start()) {
        open_.fetch_sub(1, std::memory_order_relaxed);
        return;
    }
    session* const added = made.release();   // retire() deletes it
    sessions_.push_back(*added);
    metrics_.connections_open.add(1);
    metrics_.connections_accepted.add(1);
    if (draining_)
        added->drain();
}

void connections::apply(const params& settings)
{
    settings_ = settings;
    apply_timeouts();
}

void connections::apply_timeouts()
{
    const limits& within = settings_.limits;
    const auto resting = std::min<std::chrono::milliseconds>(rest, within.idle_timeout / 2);
    queue(phase::rest).set_duration(resting);
    queue(phase::idle).set_duration(within.idle_timeout - resting);
    queue(phase::header).set_duration(within.header_timeout);
    queue(phase::linger).set_duration(within.linger_timeout);
    queue(phase::handshake).set_duration(settings_.tls.handshake_timeout);
    stream_queue_.set_duration(within.stream_idle);
}

void connections::drain()
{
    draining_ = true;
    for (session& one : sessions_)
        one.drain();
}

void connections::stop() noexcept
{
    stopped_ = true;
    for (session& one : sessions_)
        one.die();
    timer_.cancel();
}

// ---- timeouts ------------------------------------------------------------------------------------------------------

void connections::arm(read_deadline& deadline, phase of, steady_time now)
{
    queue(of).arm(deadline, now);
    look_at(deadline.due());
}

void connections::arm(send_deadline& deadline, steady_time now)
{
    send_queue_.arm(deadline, now);
    look_at(deadline.due());
}

void connections::arm(stream_deadline& deadline, steady_time now)
{
    stream_queue_.arm(deadline, now);
    look_at(deadline.due());
}

void connections::arm(wake_deadline& deadline, steady_time when)
{
    wake_set_.arm(deadline, when);
    look_at(when);
}

// One timer serves all queues; it is set anew only when something is due before it.
void connections::look_at(steady_time due)
{
    if (due >= timer_due_ || stopped_)
        return;
    timer_due_ = due;
    timer_.expires_at(due);
    timer_.async_wait([this](const boost::system::error_code& failure) {
        if (!failure)
            on_timer();
    });
}

void connections::on_timer()
{
    timer_due_ = steady_time::max();
    const auto now = std::chrono::steady_clock::now();
    for (auto& each : read_queues_)
        while (read_deadline* const due = each.pop_due(now))
            due->owner.on_deadline(*due);
    while (send_deadline* const due = send_queue_.pop_due(now))
        due->owner.on_deadline(*due);
    while (stream_deadline* const due = stream_queue_.pop_due(now))
        due->owner.on_deadline(now);
    while (wake_deadline* const due = wake_set_.pop_due(now))
        due->owner.on_wake();

    for (const auto& each : read_queues_)
        if (!each.empty())
            look_at(each.next());
    if (!send_queue_.empty())
        look_at(send_queue_.next());
    if (!stream_queue_.empty())
        look_at(stream_queue_.next());
    if (wake_set_.next() != never)
        look_at(wake_set_.next());
}

// ---- what sessions share -------------------------------------------------------------------------------------------

live_exchange& connections::take_exchange()
{
    if (spare_.empty())
        return *new live_exchange;
    live_exchange& taken = *spare_.back().release();
    spare_.pop_back();
    return taken;
}

void connections::give_exchange(live_exchange& one) noexcept
{
    std::unique_ptr<live_exchange> given(&one);
    given->close();
    if (spare_.size() < spare_exchanges)
        spare_.push_back(std::move(given));
}

// Answers become ready inside hiredis' read handler; they are sent after it has returned, those of a turn together.
void connections::enqueue_ready(session& one)
{
    if (std::exchange(one.queued, true))
        return;
    ready_.push_back(one);
    if (!std::exchange(flush_posted_, true))
        boost::asio::post(context_, [this] { flush_ready(); });
}

void connections::flush_ready()
{
    flush_posted_ = false;
    const auto now = std::chrono::steady_clock::now();
    // What becomes ready meanwhile waits for the next turn, so that one busy session cannot keep the others waiting.
    decltype(ready_) turn;
    turn.swap(ready_);
    while (!turn.empty()) {
        session& one = turn.front();
        turn.pop_front();
        one.queued = false;
        one.flush(now);
    }
}

// Not from inside it, or from inside a turn of its events.
void connections::retire_soon(session& one)
{
    boost::asio::post(context_, [this, &one] { retire(one); });
}

void connections::retire(session& one)
{
    if (one.queued)
        ready_.erase(ready_.iterator_to(one));
    sessions_.erase(sessions_.iterator_to(one));
    metrics_.connections_open.add(-1);
    open_.fetch_sub(1, std::memory_order_relaxed);
    delete &one;
}

std::string_view connections::date_line(steady_time now)
{
    if (now >= date_until_) {
        date_until_ = now + std::chrono::seconds(1);
        const std::time_t seconds = std::time(nullptr);
        std::tm parts{};
        ::gmtime_r(&seconds, &parts);
        date_size_ = std::strftime(date_.data(), date_.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    }
    return {date_.data(), date_size_};
}

// SplitMix64 over a random start: unique within a process, spread between processes.
std::uint64_t connections::fresh_id() noexcept
{
    std::uint64_t z = id_state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

std::unique_ptr<connection_pool> make_connection_pool(
    boost::asio::io_context& context, const params& settings, handler& to, telemetry::shard_metrics& metrics
)
{
    return std::make_unique<connections>(context, settings, to, metrics);
}

}   // namespace rediserve::http
