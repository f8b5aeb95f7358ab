// How long to wait between attempts: exponentially longer, with full jitter, so that many gateways whose Redis comes
// back do not knock all at once ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace rediserve::redis {

// Pure: the same seed gives the same waits.
class backoff
{
public:
    backoff(std::chrono::milliseconds first, std::chrono::milliseconds max, std::uint64_t seed);

    // Between 1 ms and the ceiling of this attempt, which doubles from `first` up to `max`.
    std::chrono::milliseconds next();
    // After a success: the next wait is short again.
    void reset() noexcept { attempts_ = 0; }
    // Failures in a row.
    unsigned attempts() const noexcept { return attempts_; }

private:
    std::chrono::milliseconds ceiling() const noexcept;

    std::chrono::milliseconds first_;
    std::chrono::milliseconds max_;
    unsigned attempts_ = 0;
    std::minstd_rand random_;
};

}   // namespace rediserve::redis
