// Who may be with Redis now and who waits: a pool's limit, those that wait for their turn, and whether it answers at all.
#pragma once

#include "redis/breaker.hpp"
#include "redis/concurrency_limit.hpp"
#include "redis/fair_queue.hpp"

#include "rediserve/redis/alarm.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>

namespace rediserve::redis {

class admission
{
public:
    // `serve` is called, never from inside, when somebody waits and there may be room. All must outlive it.
    admission(
        boost::asio::io_context& context, const params& settings, telemetry::shard_metrics& metrics,
        std::function<void()> serve
    );
    ~admission();
    admission(const admission&) = delete;
    admission& operator=(const admission&) = delete;

    // Whether a batch may go on at once. All that the usual one costs.
    bool open() const noexcept { return under_way_ < open_below_; }
    bool has_room() const noexcept { return under_way_ < limit_.value(); }
    // When it is not open: whether that is as Redis has stopped to answer, and this is no time to try again.
    bool broken(steady_time now) noexcept;

    // `what` goes on; until it is given back to its pool it is counted.
    void enter(pending_batch& what) noexcept;
    void leave() noexcept;
    void learn(const pending_batch& answered, steady_time now) noexcept;
    // Redis answers, whatever it was asked.
    void heard() noexcept;
    // One that was sent was not answered in time. Whether Redis counts as silent from here on.
    bool on_timeout(steady_time now) noexcept;
    // The server may be another one.
    void begin_anew() noexcept;

    fair_queue& waiting() noexcept { return waiting_; }
    void push(pending_batch& what);
    void remove(pending_batch& what) noexcept;

private:
    void settle() noexcept;
    void serve_soon() noexcept;

    telemetry::shard_metrics& metrics_;
    concurrency_limit limit_;
    fair_queue waiting_;
    breaker breaker_;
    alarm service_;
    std::size_t under_way_ = 0;
    const bool tells_;                 // the log
    std::size_t open_below_ = 0;       // the limit; 0 while somebody waits, or Redis is silent
    std::int64_t counted_limit_ = 0;   // in the metrics, which guests share
};

}   // namespace rediserve::redis
