#include "redis/lease_desk.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::redis {

lease_desk::lease_desk(const carrier::surroundings& around)
    : around_(around)
    , wait_timeouts_(around.settings.lease_timeout)
    , idle_timeouts_(around.settings.lease_idle)
    , service_(around.context, [this] { serve(); })
    , timeouts_(around.context, [this] { on_timeouts(); })
{}

lease_desk::~lease_desk()
{
    around_.metrics.redis_leases_out.add(-counted_out_);
    around_.metrics.redis_leases_waiting.add(-counted_waiting_);
}

result<void> lease_desk::acquire(lease_waiter& waiter, steady_time until)
{
    const auto now = std::chrono::steady_clock::now();
    if (until <= now)
        return error(errc::backend_timeout, "the client's time is over", executed::no);
    if (queue_.size() >= around_.settings.lease_queue)
        return error(errc::backend_queue_full, "too many requests wait for a connection of their own", executed::no);
    queue_.push_back(std::make_unique<waiting>(waiter));
    wait_timeouts_.arm(*queue_.back(), now);
    if (until < queue_.back()->due())
        earlier_.arm(*queue_.back(), until);
    arm_timeouts();
    serve_soon();
    return {};
}

void lease_desk::cancel(lease_waiter& waiter) noexcept
{
    std::erase_if(queue_, [&waiter](const auto& one) { return &one->waiter == &waiter; });
    count_leases();
}

void lease_desk::stop(const error& why) noexcept
{
    service_.stop();
    timeouts_.stop();
    for (const auto& each : links_)
        each->close(why);
    while (!queue_.empty())
        fail_first(why);
    count_leases();
}

// ---- lending -------------------------------------------------------------------------------------------------------

void lease_desk::serve_soon()
{
    if (!service_.armed())
        service_.after(std::chrono::nanoseconds(0));
}

void lease_desk::serve()
{
    std::erase_if(links_, [](const auto& one) { return one->status() == lease_status::spent; });
    while (!queue_.empty()) {
        leased_link* const idle = find_idle();
        if (!idle)
            break;
        idle->disarm();
        lease_waiter& next = queue_.front()->waiter;
        queue_.erase(queue_.begin());
        next.on_lease(idle->lend());
    }
    open_for_those_who_wait();
    count_leases();
}

void lease_desk::open_for_those_who_wait()
{
    leased_link::events& told = *this;
    while (links_.size() < around_.settings.leased_connections && count(lease_status::opening) < queue_.size()) {
        links_.push_back(std::make_unique<leased_link>(around_, told));
        links_.back()->open();
    }
}

// The one given back last: those that are not needed can then be closed.
leased_link* lease_desk::find_idle() noexcept
{
    leased_link* newest = nullptr;
    for (const auto& each : links_) {
        if (each->status() == lease_status::idle && (!newest || each->due() > newest->due()))
            newest = each.get();
    }
    return newest;
}

void lease_desk::on_opened(leased_link& which) noexcept
{
    idle_timeouts_.arm(which, std::chrono::steady_clock::now());
    arm_timeouts();
    serve_soon();
}

// Who waits can still hope for one that is lent out. If there is none, it is told: the next one will fail likewise; and if
// the login is refused, for then each one that is opened in hope would be another attempt at it.
void lease_desk::on_failed(leased_link&, const error& why) noexcept
{
    const bool hopeless = count(lease_status::lent) == 0 || why.code == errc::unauthorized;
    if (hopeless && !queue_.empty())
        fail_first(why);
    serve_soon();
}

void lease_desk::on_released(leased_link& which) noexcept
{
    if (which.status() == lease_status::idle)
        on_opened(which);
    else
        serve_soon();
}

void lease_desk::fail_first(const error& why) noexcept
{
    lease_waiter& first = queue_.front()->waiter;
    queue_.erase(queue_.begin());
    first.on_failure(why);
}

std::size_t lease_desk::count(lease_status of) const noexcept
{
    return static_cast<std::size_t>(std::ranges::count(links_, of, [](const auto& one) { return one->status(); }));
}

// ---- time ----------------------------------------------------------------------------------------------------------

void lease_desk::arm_timeouts()
{
    steady_time next = earlier_.next();
    if (!wait_timeouts_.empty())
        next = std::min(next, wait_timeouts_.next());
    if (!idle_timeouts_.empty())
        next = std::min(next, idle_timeouts_.next());
    if (next != never)
        timeouts_.at(next);
}

void lease_desk::on_timeouts()
{
    const auto now = std::chrono::steady_clock::now();
    while (leased_link* const unused = idle_timeouts_.pop_due(now))
        unused->close(error(errc::backend_lost, "unused", executed::no));
    while (waiting* const late = wait_timeouts_.pop_due(now))
        fail(*late, error(errc::lease_timeout, "no connection of one's own became free in time", executed::no));
    while (waiting* const late = earlier_.pop_due(now))
        fail(
            *late,
            error(errc::backend_timeout, "no connection of one's own became free in the client's time", executed::no)
        );
    arm_timeouts();
    serve_soon();
}

void lease_desk::fail(waiting& one, error why) noexcept
{
    lease_waiter& waiter = one.waiter;
    cancel(waiter);
    waiter.on_failure(std::move(why));
}

void lease_desk::count_leases() noexcept
{
    const auto out = static_cast<std::int64_t>(count(lease_status::lent));
    const auto queued = static_cast<std::int64_t>(queue_.size());
    around_.metrics.redis_leases_out.add(out - std::exchange(counted_out_, out));
    around_.metrics.redis_leases_waiting.add(queued - std::exchange(counted_waiting_, queued));
}

}   // namespace rediserve::redis
