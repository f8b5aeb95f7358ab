#include "rediserve/access/meter.hpp"

#include <algorithm>
#include <limits>

namespace rediserve::access {

namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds longest{std::numeric_limits<std::int64_t>::max() / 4};   // of what is added up here

}   // namespace

std::int64_t tally::waiting_since(time when) noexcept
{
    return std::max<std::int64_t>(nanoseconds(when.time_since_epoch()).count(), under_way + 1);
}

bool tally::claim(time since) noexcept
{
    std::int64_t expected = idle;
    return state_.load() == idle && state_.compare_exchange_strong(expected, waiting_since(since));
}

std::optional<tally::block> tally::begin() noexcept
{
    std::int64_t since = state_.load();
    do {
        if (since <= under_way)
            return std::nullopt;
    } while (!state_.compare_exchange_weak(since, under_way));
    return block{amount_.exchange(0), time(nanoseconds(since))};
}

void tally::put_back(block what, std::uint64_t most, time latest) noexcept
{
    std::uint64_t there = amount_.load();
    while (!amount_.compare_exchange_weak(there, std::min(there + what.amount, most))) {}
    const bool all = there + what.amount <= most;
    state_.store(waiting_since(all ? what.since : std::max(what.since, latest)));
}

std::uint64_t block_of(const rate& within) noexcept
{
    return std::max<std::uint64_t>(burst_of(within) / 32, 1);
}

void learn(meter& of, const rate& within, nanoseconds missing, tally::time asked) noexcept
{
    const nanoseconds more = time_for(within, of.unreported.amount());
    of.left.drain_until((asked.time_since_epoch() + std::min(missing, longest) + more).count());
}

}   // namespace rediserve::access
