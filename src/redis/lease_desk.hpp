// Lends connections of one's own: opens them on demand up to a bound, keeps them a while when they come back clean, and
// lets those who ask wait in a bounded queue with a deadline.
#pragma once

#include "redis/leased_link.hpp"

#include <memory>
#include <vector>

namespace rediserve::redis {

class lease_desk final : private leased_link::events
{
public:
    explicit lease_desk(const carrier::surroundings& around);
    // No lease may be out any more.
    ~lease_desk();

    // As backend::acquire. errc::backend_queue_full
    result<void> acquire(lease_waiter& waiter, steady_time until);
    void cancel(lease_waiter& waiter) noexcept;
    // Everybody who waits is told `why`, and what is lent ends.
    void stop(const error& why) noexcept;

private:
    struct waiting final : timeout_entry, deadline_entry
    {
        explicit waiting(lease_waiter& of) noexcept : waiter(of) {}
        lease_waiter& waiter;
    };

    // leased_link::events
    void on_opened(leased_link& which) noexcept override;
    void on_failed(leased_link& which, const error& why) noexcept override;
    void on_released(leased_link& which) noexcept override;

    void serve_soon();
    void serve();
    void open_for_those_who_wait();
    leased_link* find_idle() noexcept;
    void fail_first(const error& why) noexcept;
    void fail(waiting& one, error why) noexcept;
    std::size_t count(lease_status of) const noexcept;
    void on_timeouts();
    void arm_timeouts();
    void count_leases() noexcept;

    carrier::surroundings around_;
    std::vector<std::unique_ptr<leased_link>> links_;
    std::vector<std::unique_ptr<waiting>> queue_;   // in the order they came; short by its bound
    timeout_queue<waiting> wait_timeouts_;
    deadline_set<waiting> earlier_;   // deadlines, of clients with less patience
    timeout_queue<leased_link> idle_timeouts_;
    alarm service_;   // so that nobody is called from inside acquire() or release(), or destroyed from inside itself
    alarm timeouts_;
    std::int64_t counted_out_ = 0;   // in the metrics, which guests share
    std::int64_t counted_waiting_ = 0;
};

}   // namespace rediserve::redis
