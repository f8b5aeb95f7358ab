#include "redis/concurrency_limit.hpp"

#include <algorithm>
#include <limits>

namespace rediserve::redis {

concurrency_limit::concurrency_limit(const concurrency& how) noexcept
    : value_(how.adapts ? first : how.most), adapts_(how.adapts)
{
    if (value_ == 0)
        value_ = std::numeric_limits<std::size_t>::max();
}

void concurrency_limit::learn(steady_time given, steady_time now, std::size_t under_way) noexcept
{
    const duration took = now - given;
    remember(took, now);
    if (took <= allowed()) {
        const bool used = under_way * 2 >= value_;
        if (used && value_ < most)   // doubles in the time that one takes
            ++value_;
    } else if (given >= shrunk_) {   // else it was under way with one that has been counted
        const auto share = static_cast<double>(allowed().count()) / static_cast<double>(took.count());
        value_ = std::max(least, static_cast<std::size_t>(static_cast<double>(value_) * std::max(share, 0.5)));
        shrunk_ = now;
    }
}

void concurrency_limit::remember(duration took, steady_time now) noexcept
{
    recent_ = recent_.count() == 0 ? took : std::min(recent_, took);
    if (best_.count() == 0 || took < best_)
        best_ = took;
    least_ = least_.count() == 0 ? took : std::min(least_, took);
    if (now < window_end_)
        return;
    if (window_end_ != steady_time())
        best_ = std::min({recent_, best_ + best_ / 10, most_rise * least_});
    recent_ = duration(0);
    window_end_ = now + window;
}

void concurrency_limit::begin_anew() noexcept
{
    if (adapts_)
        *this = concurrency_limit(concurrency{});
}

}   // namespace rediserve::redis
