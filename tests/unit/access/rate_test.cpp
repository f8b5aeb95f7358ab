// Buckets, with time as it is passed in.
#include "rediserve/access/rate.hpp"

#include "rediserve/access/address_rates.hpp"
#include "rediserve/access/rate_fields.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::access {
namespace {

using namespace std::chrono_literals;

constexpr bucket::time start{std::chrono::hours(100)};

bool takes(bucket& from, const rate& within, std::uint64_t amount, bucket::time now)
{
    return from.take(within, amount, now).granted;
}

TEST(Bucket, GrantsTheBurstAndThenTheRate)
{
    const rate ten{.amount = 10, .period = 1s};
    bucket one;
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(takes(one, ten, 1, start)) << i;
    EXPECT_FALSE(takes(one, ten, 1, start));
    EXPECT_FALSE(takes(one, ten, 1, start + 99ms));
    EXPECT_TRUE(takes(one, ten, 1, start + 100ms));
    EXPECT_FALSE(takes(one, ten, 1, start + 150ms));
    EXPECT_TRUE(takes(one, ten, 1, start + 200ms));
}

TEST(Bucket, SaysWhenToComeAgainAndWhatIsLeft)
{
    const rate ten{.amount = 10, .period = 1s, .burst = 20};
    bucket one;
    const taken first = one.take(ten, 5, start);
    EXPECT_TRUE(first.granted);
    EXPECT_EQ(first.remaining, 15u);
    EXPECT_EQ(first.reset, 500ms);
    EXPECT_TRUE(takes(one, ten, 15, start));
    const taken refused = one.take(ten, 3, start);
    EXPECT_FALSE(refused.granted);
    EXPECT_EQ(refused.retry_after, 300ms);
    EXPECT_EQ(refused.remaining, 0u);
    EXPECT_EQ(refused.reset, 2s);
    EXPECT_FALSE(takes(one, ten, 3, start + 299ms));
    EXPECT_TRUE(takes(one, ten, 3, start + 300ms));
}

TEST(Bucket, GrantsMoreThanTheBurstToAFullOneOnly)
{
    const rate ten{.amount = 10, .period = 1s};
    bucket one;
    EXPECT_TRUE(takes(one, ten, 100, start));
    EXPECT_FALSE(takes(one, ten, 1, start + 9s));
    EXPECT_FALSE(takes(one, ten, 11, start + 9999ms));
    EXPECT_TRUE(takes(one, ten, 11, start + 10s));
}

TEST(Bucket, ChargesWhatIsTakenAlready)
{
    const rate ten{.amount = 10, .period = 1s};
    bucket one;
    one.charge(ten, 15, start);
    EXPECT_FALSE(takes(one, ten, 1, start + 500ms));
    EXPECT_TRUE(takes(one, ten, 1, start + 600ms));
}

TEST(Bucket, SurvivesHugeNumbers)
{
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    for (const rate& odd : {rate{most, 24h, most}, rate{1, 24h, most}, rate{most, 1ms, 1}, rate{1, 1ms, 0}}) {
        bucket one;
        for (const std::uint64_t amount : {std::uint64_t{1}, most, most / 2}) {
            const taken how = one.take(odd, amount, start);
            EXPECT_GE(how.retry_after, 0ns);
            EXPECT_GE(how.reset, 0ns);
            one.charge(odd, amount, start);
        }
        EXPECT_GE(one.take(odd, 1, bucket::time::max()).reset, 0ns);
    }
}

// Against a bucket as one would write it with numbers that have fractions.
TEST(Bucket, IsTheSameAsAPlainOne)
{
    constexpr auto seed = 20261126U;
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 200; ++round) {
        const rate within{1 + random() % 50, std::chrono::milliseconds(1 + random() % 5000), 1 + random() % 80};
        const double per_ns =
            static_cast<double>(within.amount) / static_cast<double>(std::chrono::nanoseconds(within.period).count());
        double left = static_cast<double>(within.burst);
        bucket one;
        bucket::time now = start;
        for (int step = 0; step < 100; ++step) {
            const std::chrono::nanoseconds passed(random() % 400'000'000);
            now += passed;
            left = std::min(left + per_ns * static_cast<double>(passed.count()), static_cast<double>(within.burst));
            const std::uint64_t amount = 1 + random() % within.burst;
            if (std::abs(left - static_cast<double>(amount)) < 1e-5)
                continue;   // the fractions would decide
            const bool expected = left >= static_cast<double>(amount);
            ASSERT_EQ(takes(one, within, amount, now), expected) << round << " " << step;
            left -= expected ? static_cast<double>(amount) : 0;
        }
    }
}

TEST(Bucket, GrantsThreadsTogetherNoMoreThanOne)
{
    const rate thousand{.amount = 1000, .period = 1h};
    bucket one;
    std::atomic<int> granted{0};
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&] {
            for (int step = 0; step < 1000; ++step)
                granted += takes(one, thousand, 1, start) ? 1 : 0;
        });
    for (std::thread& each : all)
        each.join();
    EXPECT_EQ(granted, 1000);
}

TEST(AddressRates, AreOfEachAddress)
{
    const rate two{.amount = 2, .period = 1h};
    address_rates all;
    const auto take = [&](std::string_view from) {
        return all.take(parse_address(from).value(), two, 1, start).granted;
    };
    for (const auto* from : {"192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:1::1"}) {
        EXPECT_TRUE(take(from)) << from;
        EXPECT_TRUE(take(from)) << from;
        EXPECT_FALSE(take(from)) << from;
    }
    EXPECT_FALSE(take("2001:db8::2")) << "of the same subscriber";
}

TEST(AddressRates, NeverMakeAnybodyPayForSomebodyElse)
{
    const rate one{.amount = 1, .period = 1h};
    address_rates few(4);
    for (unsigned i = 0; i < 1000; ++i) {
        const boost::asio::ip::address_v4 from(0x0A000000U + i);
        EXPECT_TRUE(few.take(parse_address(from.to_string()).value(), one, 1, start).granted) << i;
    }
}

TEST(RateFields, AreThoseOfTheDraft)
{
    const std::string begun = begin_rate_fields("requests", {.amount = 100, .period = 60s});
    const std::string lines = begun + end_rate_fields({.remaining = 50, .reset = 29500ms});
    EXPECT_EQ(lines, "RateLimit-Policy: \"requests\";q=100;w=60\r\nRateLimit: \"requests\";r=50;t=30\r\n");
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(
        end_rate_fields({.remaining = most, .reset = std::chrono::nanoseconds::max()}),
        "18446744073709551615;t=9223372037\r\n"
    );
    const error refused = too_fast({.granted = false, .retry_after = 1001ms}, "requests");
    EXPECT_EQ(refused.code, errc::rate_limited);
    EXPECT_EQ(refused.retry_after, 2s);
    EXPECT_EQ(refused.detail, "too many requests; try again in 2 s");
    EXPECT_EQ(too_fast({.granted = false, .retry_after = 1ns}, "requests").retry_after, 1s);
}

}   // namespace
}   // namespace rediserve::access
