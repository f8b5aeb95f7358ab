#include "redis/admission.hpp"

#include "rediserve/telemetry/log.hpp"

#include <utility>

namespace rediserve::redis {

namespace {

// A longer batch takes its time by itself, and says nothing of how long others wait.
constexpr std::size_t short_batch = 16;

}   // namespace

admission::admission(
    boost::asio::io_context& context, const params& settings, telemetry::shard_metrics& metrics,
    std::function<void()> serve
)
    : metrics_(metrics)
    , limit_(settings.concurrency)
    , waiting_(settings.queue_commands, settings.queue_bytes)
    , service_(context, std::move(serve))
    , tells_(settings.tells())
{
    settle();
}

admission::~admission()
{
    metrics_.redis_concurrency.add(-counted_limit_);
    metrics_.redis_in_flight.add(-static_cast<std::int64_t>(under_way_));
}

// To be called when anything has changed that open() depends on.
void admission::settle() noexcept
{
    open_below_ = waiting_.empty() && !breaker_.open() ? limit_.value() : 0;
    const bool limited = limit_.value() <= concurrency_limit::most;
    const std::int64_t limit = limited ? static_cast<std::int64_t>(limit_.value()) : 0;
    metrics_.redis_concurrency.add(limit - std::exchange(counted_limit_, limit));
}

bool admission::broken(steady_time now) noexcept
{
    if (!breaker_.open())
        return false;
    if (!breaker_.may_try(now))
        return true;
    open_below_ = limit_.value();   // for this one, which enter() ends
    return false;
}

void admission::enter(pending_batch& what) noexcept
{
    what.counted = this;
    ++under_way_;
    metrics_.redis_in_flight.add(1);
    if (breaker_.open())
        settle();
}

void admission::leave() noexcept
{
    --under_way_;
    metrics_.redis_in_flight.add(-1);
    serve_soon();
}

void admission::serve_soon() noexcept
{
    if (!waiting_.empty() && !service_.armed())
        service_.after(std::chrono::nanoseconds(0));
}

void admission::learn(const pending_batch& answered, steady_time now) noexcept
{
    heard();
    const std::size_t before = limit_.value();
    if (limit_.adapts() && answered.count <= short_batch)
        limit_.learn(answered.given, now, under_way_);
    if (limit_.value() != before)
        settle();
}

void admission::heard() noexcept
{
    const bool was_broken = breaker_.open();
    breaker_.on_answer();
    if (!was_broken)
        return;
    if (tells_)
        telemetry::report(telemetry::level::info, "backend", "answers");
    settle();
}

bool admission::on_timeout(steady_time now) noexcept
{
    const bool opened = breaker_.on_timeout(now);
    if (opened)
        settle();
    return opened;
}

void admission::begin_anew() noexcept
{
    limit_.begin_anew();
    settle();
    serve_soon();
}

void admission::push(pending_batch& what)
{
    waiting_.push(what);
    metrics_.redis_queued.add(1);
    metrics_.redis_pending.add(1);
    open_below_ = 0;
    if (has_room())
        serve_soon();
}

void admission::remove(pending_batch& what) noexcept
{
    waiting_.remove(what);
    metrics_.redis_queued.add(-1);
    metrics_.redis_pending.add(-1);
    if (waiting_.empty())
        settle();
}

}   // namespace rediserve::redis
