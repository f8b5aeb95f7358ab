// One connection that is lent to one user at a time.
#pragma once

#include "redis/carrier.hpp"
#include "redis/lease_state.hpp"

#include "rediserve/redis/lease.hpp"

#include <vector>

namespace rediserve::redis {

enum class lease_status : std::uint8_t {
    opening,   // for the first in the queue
    idle,      // ready to be lent
    lent,
    spent,   // of no more use, and nobody has it
};

class leased_link final : public timeout_entry, public lent_connection, private carrier::events
{
public:
    class events
    {
    public:
        virtual void on_opened(leased_link& which) noexcept = 0;
        // It could not be opened, or ended while nobody had it.
        virtual void on_failed(leased_link& which, const error& why) noexcept = 0;
        virtual void on_released(leased_link& which) noexcept = 0;

    protected:
        ~events() = default;
    };

    leased_link(const carrier::surroundings& around, events& to);

    void open() { carrier_.connect(); }
    // Whoever waits for a reply is told `why`.
    void close(const error& why) noexcept;

    lease_status status() const noexcept { return status_; }
    lease lend() noexcept;

    // lent_connection
    result<submission*> submit(
        batch&& commands, submit_options options, std::chrono::milliseconds deadline, reply_sink& sink
    ) override;
    void cancel(submission& what) noexcept override { carrier_.cancel(static_cast<pending_batch&>(what)); }
    void release() noexcept override;

private:
    // carrier::events
    void on_ready(carrier& which) noexcept override;
    void on_attempt_failed(carrier& which, const error& why) noexcept override;
    void on_lost(carrier& which) noexcept override;

    void fail(const error& why) noexcept;
    void on_deadline();

    carrier::surroundings around_;
    alarm deadline_;   // of the commands under way: the latest that was asked for
    events& events_;
    lease_state state_;
    lease_status status_ = lease_status::opening;
    bool ended_ = false;   // the connection; a lease on it may still be out
    steady_time expires_{};
    carrier carrier_;
};

}   // namespace rediserve::redis
