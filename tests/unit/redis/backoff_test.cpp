#include "redis/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, StaysBelowACeilingThatDoublesUpToTheMaximum)
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        backoff waits(20ms, 500ms, seed);
        for (const auto ceiling : {20ms, 40ms, 80ms, 160ms, 320ms, 500ms, 500ms}) {
            const auto wait = waits.next();
            EXPECT_GE(wait, 1ms);
            EXPECT_LE(wait, ceiling) << "seed " << seed;
        }
    }
}

TEST(Backoff, SpreadsOverTheWholeRange)
{
    auto shortest = 500ms;
    auto longest = 0ms;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        backoff waits(20ms, 500ms, seed);
        for (int attempt = 0; attempt < 8; ++attempt)
            waits.next();
        const auto wait = waits.next();
        shortest = std::min(shortest, wait);
        longest = std::max(longest, wait);
    }
    EXPECT_LT(shortest, 50ms);
    EXPECT_GT(longest, 450ms);
}

TEST(Backoff, IsShortAgainAfterASuccess)
{
    backoff waits(20ms, 500ms, 1);
    for (int attempt = 0; attempt < 100; ++attempt)
        EXPECT_LE(waits.next(), 500ms);
    EXPECT_EQ(waits.attempts(), 100u);
    waits.reset();
    EXPECT_EQ(waits.attempts(), 0u);
    EXPECT_LE(waits.next(), 20ms);
}

}   // namespace
}   // namespace rediserve::redis
