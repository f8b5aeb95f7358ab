// Whether a server that takes commands also answers any: after so many time-outs in a row it is asked one thing at a time,
// until it answers. No I/O, no clock.
#pragma once

#include "rediserve/base/deadline_set.hpp"

#include <chrono>

namespace rediserve::redis {

class breaker
{
public:
    static constexpr unsigned patience = 5;                    // time-outs in a row
    static constexpr std::chrono::milliseconds between{500};   // two attempts

    bool open() const noexcept { return timeouts_ >= patience; }
    // When open: whether what is sent now may be the next attempt.
    bool may_try(steady_time now) noexcept
    {
        if (now < next_)
            return false;
        next_ = now + between;
        return true;
    }

    void on_answer() noexcept { timeouts_ = 0; }
    // Whether that has opened it.
    bool on_timeout(steady_time now) noexcept
    {
        next_ = now + between;
        return ++timeouts_ == patience;
    }

private:
    unsigned timeouts_ = 0;
    steady_time next_{};
};

}   // namespace rediserve::redis
