// A Redis connection of one's own for a while: for transactions with WATCH and for blocking commands.
#pragma once

#include "rediserve/redis/backend.hpp"

#include <chrono>

namespace rediserve::redis {

// What is behind a lease: its backend's business. Each call is the lease's.
class lent_connection
{
public:
    virtual result<submission*> submit(
        batch&& commands, submit_options options, std::chrono::milliseconds deadline, reply_sink& sink
    ) = 0;
    virtual void cancel(submission& what) noexcept = 0;
    // The lease is given up.
    virtual void release() noexcept = 0;

protected:
    ~lent_connection() = default;
};

// Move-only. Giving it up (destruction) hands a clean connection back to the pool; one on which something is still
// unanswered, or that watches keys, is closed instead.
class lease
{
public:
    lease() noexcept = default;
    explicit lease(lent_connection& link) noexcept : link_(&link) {}
    lease(lease&& other) noexcept : link_(std::exchange(other.link_, nullptr)) {}
    lease& operator=(lease&& other) noexcept;
    ~lease() { release(); }

    explicit operator bool() const noexcept { return link_ != nullptr; }

    // As backend::submit, on this connection, with a deadline of its own. Never retried. Of the options, most_reply counts.
    result<submission*> submit(
        batch&& commands, submit_options options, std::chrono::milliseconds deadline, reply_sink& sink
    );
    void cancel(submission& what) noexcept;

    void release() noexcept;

private:
    lent_connection* link_ = nullptr;
};

// Who waits for a lease.
class lease_waiter
{
public:
    virtual void on_lease(lease got) noexcept = 0;
    // errc::lease_timeout, backend_timeout, backend_unavailable, draining.
    virtual void on_failure(error why) noexcept = 0;

protected:
    ~lease_waiter() = default;
};

}   // namespace rediserve::redis
