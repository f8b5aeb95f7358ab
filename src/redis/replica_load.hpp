// How soon a replica is likely to answer: the peak-EWMA rule, which prefers the nearest and the least loaded at once. No I/O.
#pragma once

#include "rediserve/base/timeout_queue.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace rediserve::redis {

class replica_load
{
public:
    using span = std::chrono::nanoseconds;

    static constexpr std::chrono::seconds rest_after_failure{1};
    static constexpr std::chrono::milliseconds shortest_stall{50};

    void begin(steady_time now) noexcept
    {
        if (under_way_++ == 0)
            heard_ = now;
    }
    void answered(steady_time now, span took) noexcept
    {
        end(now);
        // A peak counts at once, and is forgotten slowly.
        average_ = took > average_ ? took : average_ - (average_ - took) / 8;
    }
    void failed(steady_time now) noexcept
    {
        end(now);
        rests_until_ = now + rest_after_failure;
    }
    // Nobody wants the answer any more.
    void dropped() noexcept { --under_way_; }

    // Whether it can be expected to answer at all: it has not just failed, and what it owes is not overdue.
    bool usable(steady_time now) const noexcept
    {
        const bool stalled = under_way_ > 0 && now - heard_ > std::max<span>(shortest_stall, 8 * average_);
        return now >= rests_until_ && !stalled;
    }
    // The lower, the better.
    double score() const noexcept
    {
        return static_cast<double>(average_.count() + 1) * static_cast<double>(under_way_ + 1);
    }

private:
    void end(steady_time now) noexcept
    {
        --under_way_;
        heard_ = now;
    }

    span average_{0};
    std::size_t under_way_ = 0;
    steady_time heard_{};
    steady_time rests_until_{};
};

}   // namespace rediserve::redis
