// How many batches may be with a server: found by its answers.
#include "redis/concurrency_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;

// A server that takes `work` for each batch, one after the other, and is `far` away. As much is sent to it as may be.
class Server
{
public:
    explicit Server(const concurrency& how = {}) : limit(how) {}

    void run(std::chrono::nanoseconds within, std::chrono::nanoseconds work, std::chrono::nanoseconds far = 0ns)
    {
        const steady_time end = now_ + within;
        while (now_ < end) {
            while (sent_.size() < std::min(limit.value(), demand))
                sent_.push_back(now_);
            const steady_time given = sent_.front();
            now_ = std::max(now_ + work, given + far + work);
            slowest = std::max(slowest, now_ - given);
            limit.learn(given, now_, sent_.size());
            sent_.pop_front();
        }
    }

    concurrency_limit limit;
    std::size_t demand = 1'000'000;
    std::chrono::nanoseconds slowest{0};

private:
    steady_time now_{1h};
    std::deque<steady_time> sent_;
};

TEST(ConcurrencyLimit, GrowsWhereAnswersAreQuick)
{
    Server fast;
    fast.run(2s, 10us);
    EXPECT_GT(fast.limit.value(), 1000u);
    fast.slowest = 0ns;
    fast.run(2s, 10us);
    EXPECT_LT(fast.slowest, 60ms);
}

TEST(ConcurrencyLimit, ShrinksWhereTheyWaitForEachOther)
{
    Server slow;
    slow.run(5s, 10ms);
    EXPECT_EQ(slow.limit.value(), concurrency_limit::least);
    slow.run(30min, 10ms);
    EXPECT_LE(slow.limit.value(), 4 * concurrency_limit::least)
        << "what it takes at best is not forgotten by waiting for it";
}

TEST(ConcurrencyLimit, DoesNotTakeDistanceForWork)
{
    Server distant;
    distant.run(20s, 20us, 100ms);
    EXPECT_GE(distant.limit.value(), 5000u) << "it takes as many to keep it busy";
}

TEST(ConcurrencyLimit, GrowsOnlyWhenItIsMadeUseOf)
{
    Server idle;
    idle.demand = 20;
    idle.run(60s, 10us);
    EXPECT_EQ(idle.limit.value(), concurrency_limit::first);
}

TEST(ConcurrencyLimit, ShrinksOnceForAStall)
{
    Server one;
    one.run(1s, 10us);
    const std::size_t before = one.limit.value();
    one.run(300ms, 300ms);
    EXPECT_GE(one.limit.value(), before / 2 - 1);
    one.run(1s, 10us);
    EXPECT_GE(one.limit.value(), before * 9 / 10) << "and is back";
}

TEST(ConcurrencyLimit, IsWhatWasSet)
{
    const concurrency_limit fixed(concurrency{.adapts = false, .most = 7});
    EXPECT_FALSE(fixed.adapts());
    EXPECT_EQ(fixed.value(), 7u);
    EXPECT_GT(concurrency_limit(concurrency{.adapts = false, .most = 0}).value(), concurrency_limit::most);
}

TEST(ConcurrencyLimit, BeginsAnewWithAnotherServer)
{
    Server slow;
    slow.run(5s, 10ms);
    slow.limit.begin_anew();
    EXPECT_EQ(slow.limit.value(), concurrency_limit::first);
}

}   // namespace
}   // namespace rediserve::redis
