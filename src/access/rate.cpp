#include "rediserve/access/rate.hpp"

#include <algorithm>
#include <limits>

namespace rediserve::access {

namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max() / 4;   // of what is added up here

std::int64_t period_of(const rate& within) noexcept
{
    return nanoseconds(within.period).count();
}

__extension__ typedef unsigned __int128 wide;   // a product of two numbers of 64 bits

std::int64_t cost(const rate& within, std::uint64_t amount) noexcept
{
    const wide product = wide{amount} * static_cast<std::uint64_t>(period_of(within));
    const wide time = (product + within.amount - 1) / within.amount;
    return static_cast<std::int64_t>(std::min<wide>(time, static_cast<wide>(longest)));
}

// What it fills by in so much time.
std::uint64_t amount_in(const rate& within, std::int64_t time) noexcept
{
    if (time <= 0)
        return 0;
    const wide product = wide{static_cast<std::uint64_t>(time)} * within.amount;
    return static_cast<std::uint64_t>(product / static_cast<std::uint64_t>(period_of(within)));
}

std::int64_t count(bucket::time now) noexcept
{
    return std::min(std::int64_t{nanoseconds(now.time_since_epoch()).count()}, longest);
}

}   // namespace

std::uint64_t burst_of(const rate& within) noexcept
{
    return within.burst > 0 ? within.burst : within.amount;
}

nanoseconds time_for(const rate& within, std::uint64_t amount) noexcept
{
    return nanoseconds(cost(within, amount));
}

taken bucket::take(const rate& within, std::uint64_t amount, time now) noexcept
{
    const std::int64_t at = count(now);
    const std::int64_t deep = cost(within, burst_of(within));
    const std::int64_t price = cost(within, amount);
    std::int64_t full_at = full_at_.load(std::memory_order_relaxed);
    for (;;) {
        const std::int64_t missing = std::max<std::int64_t>(full_at - at, 0);   // until it is full
        const bool granted = missing + price <= deep || (price > deep && missing == 0);
        if (!granted)
            return {
                .granted = false,
                .retry_after = nanoseconds(missing + std::min(price, deep) - deep),
                .remaining = amount_in(within, deep - missing),
                .reset = nanoseconds(missing),
            };
        const std::int64_t then = std::min(missing + price, longest);
        if (full_at_.compare_exchange_weak(full_at, at + then, std::memory_order_relaxed))
            return {.remaining = amount_in(within, deep - then), .reset = nanoseconds(then)};
    }
}

void bucket::charge(const rate& within, std::uint64_t amount, time now) noexcept
{
    const std::int64_t at = count(now);
    const std::int64_t price = cost(within, amount);
    std::int64_t full_at = full_at_.load(std::memory_order_relaxed);
    while (!full_at_.compare_exchange_weak(
        full_at, at + std::min(std::max<std::int64_t>(full_at - at, 0) + price, longest), std::memory_order_relaxed
    )) {}
}

void bucket::drain_until(std::int64_t full_at) noexcept
{
    std::int64_t known = full_at_.load(std::memory_order_relaxed);
    while (known < full_at && !full_at_.compare_exchange_weak(known, full_at, std::memory_order_relaxed)) {}
}

}   // namespace rediserve::access
