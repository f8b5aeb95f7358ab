// How many batches may be with Redis at a time: as many as it answers without their waiting for each other there for long.
// What is beyond that waits here, where it can be withdrawn, and where turns can be taken. No I/O, no clock.
#pragma once

#include "rediserve/base/deadline_set.hpp"
#include "rediserve/redis/params.hpp"

#include <chrono>
#include <cstddef>

namespace rediserve::redis {

// A batch that takes longer than `slack`, and twice what one takes at best, has waited for others: the limit shrinks, once for
// all that were under way together. One that does not lets it grow, as long as the limit is made use of. What one takes at
// best may change, so it is forgotten, slowly and in part.
class concurrency_limit
{
public:
    using duration = std::chrono::nanoseconds;

    static constexpr std::size_t first = 128;
    static constexpr std::size_t least = 16;
    static constexpr std::size_t most = 65'536;
    static constexpr std::chrono::milliseconds slack{25};
    static constexpr std::chrono::seconds window{10};   // after which the best time may rise by a tenth
    static constexpr int most_rise = 4;                 // … up to so many times the best of all: waiting is no work

    explicit concurrency_limit(const concurrency& how) noexcept;

    std::size_t value() const noexcept { return value_; }
    bool adapts() const noexcept { return adapts_; }

    // A batch that was given on at `given`, and that is no long one itself, was answered at `now`. `under_way` is how many
    // were, with it.
    void learn(steady_time given, steady_time now, std::size_t under_way) noexcept;
    // The server may be another one.
    void begin_anew() noexcept;

private:
    duration allowed() const noexcept { return slack + 2 * best_; }
    void remember(duration took, steady_time now) noexcept;

    std::size_t value_;
    bool adapts_;
    duration best_{0};     // 0: nothing is known
    duration recent_{0};   // the same, of this window
    duration least_{0};    // … and of all time
    steady_time window_end_{};
    steady_time shrunk_{};
};

}   // namespace rediserve::redis
