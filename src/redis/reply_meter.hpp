// What the replies to one batch may still take. No I/O.
#pragma once

#include <cstddef>
#include <limits>

namespace rediserve::redis {

class reply_meter
{
public:
    // The replies from here on are those to another batch, and may take `most` bytes together; 0: any number.
    void begin(std::size_t most) noexcept
    {
        most_ = most;
        left_ = most > 0 ? most : std::numeric_limits<std::size_t>::max();
        taken_ = 0;   // whether a reply is beyond the limit stands until its end
    }
    // From here on nothing is wanted.
    void close() noexcept
    {
        left_ = taken_ = 0;
        beyond_ = true;
    }

    // What the batch under way may take in all.
    std::size_t most() const noexcept { return most_; }
    // What the reply under way may still take.
    std::size_t left() const noexcept { return beyond_ ? 0 : left_; }
    // Whether the reply under way has gone beyond it: nothing more of it is to be kept.
    bool beyond() const noexcept { return beyond_; }

    // False: it does not fit, and so neither does the reply it is part of.
    bool take(std::size_t bytes) noexcept
    {
        beyond_ = beyond_ || bytes > left_;
        if (beyond_)
            return false;
        left_ -= bytes;
        taken_ += bytes;
        return true;
    }
    void go_beyond() noexcept { beyond_ = true; }

    // The reply is over; true when it went beyond. It is not kept then, so what it has taken is free again.
    bool end_reply() noexcept
    {
        const bool was_beyond = beyond_;
        if (was_beyond)
            left_ += taken_;
        taken_ = 0;
        beyond_ = false;
        return was_beyond;
    }

private:
    std::size_t most_ = 0;
    std::size_t left_ = std::numeric_limits<std::size_t>::max();
    std::size_t taken_ = 0;   // by the reply under way
    bool beyond_ = false;
};

}   // namespace rediserve::redis
