// How fast: rates as a token bucket, kept as one number (the generic cell rate algorithm, ITU-T I.371), so that threads
// share a bucket without a lock.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace rediserve::access {

struct rate
{
    std::uint64_t amount = 0;   // per period; 0: any
    std::chrono::milliseconds period{1000};
    std::uint64_t burst = 0;   // at once; 0: as much as `amount`
    bool global = false;       // of all gateways together, else of this process

    bool limits() const noexcept { return amount > 0; }
    bool operator==(const rate&) const = default;
};

std::uint64_t burst_of(const rate& within) noexcept;
// How long a bucket takes to fill by `amount`, rounded up: what is taken is paid for in full.
std::chrono::nanoseconds time_for(const rate& within, std::uint64_t amount) noexcept;

// What became of an attempt to take from a bucket.
struct taken
{
    bool granted = true;
    std::chrono::nanoseconds retry_after{0};   // when not granted: until as much as was asked for may be there
    std::uint64_t remaining = 0;               // what could be taken now
    std::chrono::nanoseconds reset{0};         // until the bucket is full again
};

// A bucket. Any thread; never blocks.
class bucket
{
public:
    using time = std::chrono::steady_clock::time_point;

    // Takes `amount` (1 or more) or nothing. More than the burst is granted to a full bucket, and paid for afterwards.
    taken take(const rate& within, std::uint64_t amount, time now) noexcept;
    // Takes what is used already (bytes of an answer); the next one waits longer.
    void charge(const rate& within, std::uint64_t amount, time now) noexcept;

    // When it will be full, or was, in nanoseconds of the steady clock.
    std::int64_t full_at() const noexcept { return full_at_.load(std::memory_order_relaxed); }
    // It will not be full earlier than that.
    void drain_until(std::int64_t full_at) noexcept;
    void fill() noexcept { full_at_.store(0, std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> full_at_{0};   // the theoretical arrival time, in nanoseconds of the steady clock
};

}   // namespace rediserve::access
