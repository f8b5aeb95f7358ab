#include "redis/backoff.hpp"

#include <algorithm>

namespace rediserve::redis {

backoff::backoff(std::chrono::milliseconds first, std::chrono::milliseconds max, std::uint64_t seed)
    : first_(std::max(first, std::chrono::milliseconds(1)))
    , max_(std::max(max, first_))
    , random_(static_cast<std::minstd_rand::result_type>(seed))
{}

std::chrono::milliseconds backoff::ceiling() const noexcept
{
    constexpr unsigned enough_doublings = 20;
    return std::min(max_, first_ * (std::int64_t{1} << std::min(attempts_, enough_doublings)));
}

std::chrono::milliseconds backoff::next()
{
    std::uniform_int_distribution<std::int64_t> anywhere(1, ceiling().count());
    ++attempts_;
    return std::chrono::milliseconds(anywhere(random_));
}

}   // namespace rediserve::redis
