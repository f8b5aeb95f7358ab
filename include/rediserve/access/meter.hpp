// What a principal has taken under one rate; under one that holds over all gateways together, also what they do not know of.
#pragma once

#include "rediserve/access/rate.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace rediserve::access {

// What was taken and has not been reported to Redis, and who is to do that: nobody as long as there is nothing, then one
// thread at a time. Any thread; never blocks.
//
//     idle ── claim() ──► waiting ── begin() ──► under way ── end() or put_back() ──► idle or waiting
class tally
{
public:
    using time = std::chrono::steady_clock::time_point;

    // Part of what was taken: none of it before `since`.
    struct block
    {
        std::uint64_t amount = 0;
        time since;
    };

    // Returns how much there is now.
    std::uint64_t add(std::uint64_t amount) noexcept { return amount_.fetch_add(amount) + amount; }
    std::uint64_t amount() const noexcept { return amount_.load(); }

    // Whether it is for the caller to begin() a report, soon. After every add(): else it may be nobody's.
    bool claim(time since) noexcept;
    // Whether somebody is to begin() a report and nobody has yet.
    bool waiting() const noexcept { return state_.load() > under_way; }
    // Takes all there is, for a report. nullopt: another one is under way, or nobody has claimed any.
    std::optional<block> begin() noexcept;
    // The report has ended. Whoever ends it looks whether there is more meanwhile, and may claim that.
    void end() noexcept { state_.store(idle); }
    // The report has failed, and it is for the caller to begin() another one. Up to `most` stays to be reported; where that is
    // not all, it was taken after `latest`.
    void put_back(block what, std::uint64_t most, time latest) noexcept;

private:
    static constexpr std::int64_t idle = 0;
    static constexpr std::int64_t under_way = 1;

    static std::int64_t waiting_since(time when) noexcept;

    // Both in one order for all threads: add() and then claim() here, end() and then amount() there, and one of the two
    // sees what the other has done.
    std::atomic<std::uint64_t> amount_{0};
    std::atomic<std::int64_t> state_{idle};   // above under_way: waiting since then, in nanoseconds of the steady clock
};

struct meter
{
    bucket left;
    tally unreported = {};
};

// How much makes a report worth sending before its time.
std::uint64_t block_of(const rate& within) noexcept;

// Takes over what Redis knows: at `asked`, or later, `missing` was the time until the bucket of all gateways would be full.
// What is not reported yet counts on top of that.
void learn(meter& of, const rate& within, std::chrono::nanoseconds missing, tally::time asked) noexcept;

}   // namespace rediserve::access
