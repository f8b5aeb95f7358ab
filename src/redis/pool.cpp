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

error silence()
{
    return error(errc::backend_unavailable, "Redis takes commands and answers none", executed::no);
}

}   // namespace

pool::pool(const carrier::surroundings& around)
    : around_(around)
    , admission_(around.context, around.settings, around.metrics, [this] { serve(); })
    , timeouts_(around.settings.command_timeout)
    , timeout_alarm_(around.context, [this] { on_timeouts(); })
    , patience_alarm_(around.context, [this] { on_patience_over(); })
{
    health_.why = "not connected yet";
    const std::size_t count = std::max<std::size_t>(around.settings.shared_connections, 1);
    carrier::events& told = *this;
    for (std::size_t number = 0; number < count; ++number)
        carriers_.push_back(std::make_unique<carrier>(around, request_queue::retry::yes, told));
}

pool::~pool()
{
    while (!admission_.waiting().empty())
        drop(admission_.waiting().next(), std::nullopt);
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
    patience_alarm_.stop();
    health_ = {.up = false, .why = "closed", .refused = false};
    down_ = true;
    last_failure_ = why;
    drop_waiting(last_failure_);
    for (const auto& each : carriers_)
        each->fail_all(last_failure_);
    count_links();
}

result<submission*> pool::submit(batch&& commands, const submit_options& options, reply_sink& sink)
{
    if (down_)
        return last_failure_;
    const auto now = std::chrono::steady_clock::now();
    if (options.until <= now)
        return error(errc::backend_timeout, "the client's time is over", executed::no);
    if (!admission_.open()) {
        if (admission_.broken(now))
            return silence();
        if (!admission_.open())
            return wait_for_turn(std::move(commands), options, sink, now);
    }
    stream& through = choose(options.affinity);
    auto added = through.on->add(std::move(commands), options, sink, now);
    if (!added)
        return added.error();
    admission_.enter(**added);
    (*added)->under_way = &through.under_way;
    ++through.under_way;
    set_deadlines(**added, options.until, now);
    return *added;
}

result<submission*> pool::wait_for_turn(
    batch&& commands, const submit_options& options, reply_sink& sink, steady_time now
)
{
    if (!admission_.waiting().has_room(commands, options.payer))
        return error(errc::backend_queue_full, "too many commands are waiting for Redis", executed::no);
    pending_batch& added = around_.batches.take(std::move(commands), options, sink, now);
    admission_.push(added);
    set_deadlines(added, options.until, now);
    return &added;
}

// Who waits has no better prospects than who comes.
void pool::fall_silent() noexcept
{
    if (tells())
        report(level::warn, "backend", "silent", {{"timeouts", std::uint64_t{breaker::patience}}});
    drop_waiting(silence());
}

// As many of those that wait as may go now, in turns.
void pool::serve() noexcept
{
    const auto now = std::chrono::steady_clock::now();
    while (admission_.has_room() && !admission_.waiting().empty()) {
        pending_batch& next = admission_.waiting().next();
        if (next.ended && *next.ended) {
            drop(next, error(errc::backend_queue_full, "its client did not wait for its turn", executed::no));
            continue;
        }
        stream& through = choose(next.affinity);
        if (!through.on->has_room(next))
            return;   // one that goes makes some
        admission_.remove(next);
        admission_.enter(next);
        next.under_way = &through.under_way;
        ++through.under_way;
        through.on->adopt(next, now);
    }
}

void pool::cancel(pending_batch& what) noexcept
{
    if (what.home)
        what.home->cancel(what);
    else
        drop(what, std::nullopt);
}

// One that has waited for its turn in vain; without `why`, nobody wants to know.
void pool::drop(pending_batch& what, std::optional<error> why) noexcept
{
    reply_sink* const sink = what.sink;
    admission_.remove(what);
    around_.metrics.redis_dropped.add(1);
    if (why && what.returned)
        *what.returned = std::move(what.commands);
    around_.batches.give_back(what);
    if (why)
        sink->on_failure(std::move(*why));
}

void pool::drop_waiting(const error& why) noexcept
{
    while (!admission_.waiting().empty()) {
        error told = why;
        told.executed = executed::no;
        drop(admission_.waiting().next(), std::move(told));
    }
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
    while (pending_batch* const due = timeouts_.pop_due(now)) {
        if (!due->home) {
            around_.metrics.redis_timeouts.add(1);
            drop(*due, error(errc::backend_timeout, "Redis did not come to the command in time", executed::no));
            continue;
        }
        if (due->sink && due->state == pending_state::sent && admission_.on_timeout(now))
            fall_silent();
        due->home->expire(*due);
    }
    while (pending_batch* const late = earlier_.pop_due(now)) {
        if (late->home)
            late->home->give_up(*late);
        else
            drop(*late, error(errc::backend_timeout, "Redis did not come to it in the client's time", executed::no));
    }
    const steady_time next = std::min(earlier_.next(), timeouts_.empty() ? never : timeouts_.next());
    if (next != never)
        timeout_alarm_.at(next);
}

// ---- connections ---------------------------------------------------------------------------------------------------

void pool::on_ready(carrier& which) noexcept
{
    if (down_ && tells())
        report(level::info, "backend", "up");
    if (!std::ranges::any_of(carriers_, [&](const auto& each) { return each.get() != &which && each->ready(); }))
        admission_.begin_anew();
    admission_.heard();
    patience_alarm_.stop();
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
        wait_a_little(which, why);
    else
        go_down(which, why);
    count_links();
}

// The pause before the next attempt may be longer than the patience that is left.
void pool::wait_a_little(carrier& probe, const error& why)
{
    health_ = {.up = false, .why = why.detail, .refused = false};
    last_failure_ = why;
    probe_ = &probe;
    if (std::chrono::steady_clock::now() - trouble_since_ < patience)
        patience_alarm_.at(trouble_since_ + patience);
}

// An attempt that is under way tells itself how it ended.
void pool::on_patience_over()
{
    if (down_ || any_ready() || !probe_->pausing() || around_.worth_waiting(last_failure_))
        return;
    go_down(*probe_, last_failure_);
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
    if (!down_ && tells())
        report(level::warn, "backend", "down", {{"why", why.detail}});
    down_ = true;
    last_failure_ = why;
    health_ = {.up = false, .why = why.detail, .refused = refused};
    drop_waiting(why);
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
