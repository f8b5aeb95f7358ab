#include "redis/pool.hpp"

#include "rediserve/telemetry/log.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::redis {

using telemetry::level;
using telemetry::report;

namespace {

// How long connecting may fail before the server counts as down.
constexpr std::chrono::milliseconds patience{100};

}   // namespace

pool::pool(const carrier::surroundings& around)
    : around_(around)
    , timeouts_(around.settings.command_timeout)
    , timeout_alarm_(around.context, [this] { on_timeouts(); })
{
    health_.why = "not connected yet";
    const std::size_t count = std::max<std::size_t>(around.settings.shared_connections, 1);
    carrier::events& told = *this;
    for (std::size_t number = 0; number < count; ++number)
        carriers_.push_back(std::make_unique<carrier>(around, request_queue::retry::yes, told));
}

pool::~pool()
{
    around_.metrics.redis_links_up.add(-counted_up_);
    around_.metrics.redis_links_connecting.add(-counted_connecting_);
}

void pool::start()
{
    trouble_since_ = std::chrono::steady_clock::now();
    carriers_.front()->connect();   // the others follow when it is ready
    count_links();
}

void pool::stop(const error& why) noexcept
{
    timeout_alarm_.stop();
    health_ = {.up = false, .why = "closed", .refused = false};
    down_ = true;
    last_failure_ = why;
    for (const auto& each : carriers_)
        each->fail_all(last_failure_);
    count_links();
}

result<submission*> pool::submit(batch&& commands, submit_options options, reply_sink& sink)
{
    if (down_)
        return last_failure_;
    const auto now = std::chrono::steady_clock::now();
    if (options.until <= now)
        return error(errc::backend_timeout, "the client's time is over", executed::no);
    stream& through = choose(options.affinity);
    auto added = through.on->add(std::move(commands), options, sink, now);
    if (!added)
        return added.error();
    (*added)->under_way = &through.under_way;
    ++through.under_way;
    set_deadlines(**added, options.until, now);
    return *added;
}

void pool::set_deadlines(pending_batch& of, steady_time until, steady_time now)
{
    timeouts_.arm(of, now);
    if (!timeout_alarm_.armed())
        timeout_alarm_.at(of.due());
    if (until >= of.due())
        return;
    earlier_.arm(of, until);
    if (earlier_.next() == until)
        timeout_alarm_.at(until);
}

pool::stream& pool::choose(std::uint32_t affinity) noexcept
{
    stream& of = streams_[affinity % streams_.size()];
    const bool bound = of.under_way > 0 && (of.on->ready() || of.on->failures() == 0);
    if (!bound)
        of.on = &least_busy();
    return of;
}

// A connection that cannot be made, while others stand, is passed over.
carrier& pool::least_busy() noexcept
{
    const auto free = [](const auto& each) { return each->ready() && !each->congested(); };
    if (const auto found = std::ranges::find_if(carriers_, free); found != carriers_.end())
        return **found;
    carrier* const other = any_ready();
    return other ? *other : *carriers_.front();
}

carrier* pool::any_ready() noexcept
{
    const auto found = std::ranges::find_if(carriers_, [](const auto& each) { return each->ready(); });
    return found == carriers_.end() ? nullptr : found->get();
}

void pool::on_timeouts()
{
    const auto now = std::chrono::steady_clock::now();
    while (pending_batch* const due = timeouts_.pop_due(now))
        due->home->expire(*due);
    while (pending_batch* const late = earlier_.pop_due(now))
        late->home->give_up(*late);
    const steady_time next = std::min(earlier_.next(), timeouts_.empty() ? never : timeouts_.next());
    if (next != never)
        timeout_alarm_.at(next);
}

// ---- connections ---------------------------------------------------------------------------------------------------

void pool::on_ready(carrier& which) noexcept
{
    if (down_ && !around_.settings.guest)
        report(level::info, "backend", "up");
    down_ = false;
    health_ = {.up = true, .why = {}, .refused = false};
    for (const auto& each : carriers_) {
        if (each.get() != &which)
            each->connect();
    }
    count_links();
}

void pool::on_attempt_failed(carrier& which, const error& why) noexcept
{
    if (carrier* const other = any_ready())
        which.move_waiting(*other);
    else if (worth_waiting(which, why))
        health_ = {.up = false, .why = why.detail, .refused = false};
    else
        go_down(which, why);
    count_links();
}

// A refused login will be refused again; a server that is being restarted is back in a moment.
bool pool::worth_waiting(const carrier& which, const error& why) const noexcept
{
    if (down_ || why.code == errc::backend_refused || why.code == errc::unauthorized)
        return false;
    if (around_.worth_waiting(why))
        return true;
    return which.failures() <= 1 || std::chrono::steady_clock::now() - trouble_since_ < patience;
}

// Of a server that is down, its own user tells the log; a guest that it does not know has nothing more to try.
void pool::go_down(carrier& probe, const error& why) noexcept
{
    const bool refused = why.code == errc::unauthorized;
    if (!down_ && !around_.settings.guest)
        report(level::warn, "backend", "down", {{"why", why.detail}});
    down_ = true;
    last_failure_ = why;
    health_ = {.up = false, .why = why.detail, .refused = refused};
    for (const auto& each : carriers_) {
        if (each.get() != &probe || refused)
            each->rest();
        each->fail_waiting(why);
    }
}

void pool::on_lost(carrier&) noexcept
{
    if (!any_ready()) {
        trouble_since_ = std::chrono::steady_clock::now();
        health_ = {.up = false, .why = "the connection was lost; connecting again", .refused = false};
    }
    count_links();
}

void pool::count_links() noexcept
{
    const auto ready = std::ranges::count_if(carriers_, [](const auto& each) { return each->ready(); });
    const auto resting = std::ranges::count_if(carriers_, [](const auto& each) { return each->resting(); });
    const std::int64_t connecting = static_cast<std::int64_t>(carriers_.size()) - ready - resting;
    around_.metrics.redis_links_up.add(ready - std::exchange(counted_up_, ready));
    around_.metrics.redis_links_connecting.add(connecting - std::exchange(counted_connecting_, connecting));
}

}   // namespace rediserve::redis
