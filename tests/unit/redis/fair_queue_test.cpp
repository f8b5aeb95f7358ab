// Who waits takes turns.
#include "redis/fair_queue.hpp"

#include "redis/breaker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class FairQueue : public testing::Test
{
protected:
    pending_batch& push(std::uint32_t payer, std::size_t commands = 1)
    {
        auto made = std::make_unique<pending_batch>();
        for (std::size_t i = 0; i < commands; ++i)
            made->commands.add("PING");
        made->count = commands;
        made->payer = payer;
        queue_.push(*made);
        return *all_.emplace_back(std::move(made));
    }

    // Whose turns come next.
    std::vector<std::uint32_t> take(std::size_t count)
    {
        std::vector<std::uint32_t> payers;
        while (payers.size() < count && !queue_.empty()) {
            pending_batch& next = queue_.next();
            payers.push_back(next.payer);
            queue_.remove(next);
        }
        return payers;
    }

    std::vector<std::unique_ptr<pending_batch>> all_;
    fair_queue queue_{1000, 1'000'000};
};

TEST_F(FairQueue, LetsNobodyWaitForAllOfAnother)
{
    for (int i = 0; i < 400; ++i)
        push(1);
    push(2);
    const auto turns = take(2 * fair_queue::quantum);
    EXPECT_NE(std::ranges::find(turns, 2u), turns.end());
    EXPECT_EQ(take(1000).size(), 401 - turns.size());
    EXPECT_TRUE(queue_.empty());
}

TEST_F(FairQueue, KeepsTheOrderOfEach)
{
    pending_batch* const first = &push(1);
    pending_batch* const second = &push(1);
    EXPECT_EQ(&queue_.next(), first);
    queue_.remove(*first);
    EXPECT_EQ(&queue_.next(), second);
    queue_.remove(*second);
}

TEST_F(FairQueue, CountsCommandsAndNotBatches)
{
    for (int i = 0; i < 10; ++i) {
        push(1, 40);
        push(2, 4);
    }
    const auto turns = take(11);
    EXPECT_GE(std::ranges::count(turns, 2u), 9);
    EXPECT_EQ(take(100).size(), 9u) << "and who sends large ones gets there too";
}

TEST_F(FairQueue, LeavesHalfOfTheRoomToOthers)
{
    const auto one = batch::of("PING");
    std::size_t let_in = 0;
    for (; queue_.has_room(one, 1) && let_in < 2000; ++let_in)
        push(1);
    EXPECT_EQ(let_in, 500u);
    for (std::uint32_t payer = 2; queue_.has_room(one, payer) && let_in < 2000; ++let_in, ++payer)
        push(payer);
    EXPECT_EQ(let_in, 1000u);
    take(2000);
    EXPECT_TRUE(queue_.has_room(one, 1));
}

TEST_F(FairQueue, LetsOneInThatIsLargerThanAll)
{
    batch large = batch::of("SET", "k", std::string(2'000'000, 'x'));
    EXPECT_TRUE(queue_.has_room(large, 1));
    push(1);
    EXPECT_FALSE(queue_.has_room(large, 1));
    take(1);
}

TEST_F(FairQueue, ForgetsWhoIsTakenOut)
{
    pending_batch& gone = push(1);
    push(2);
    queue_.remove(gone);
    EXPECT_THAT(take(2), ElementsAre(2u));
}

TEST(Breaker, OpensAfterTimeoutsInARow)
{
    breaker one;
    steady_time now{1h};
    for (unsigned i = 1; i < breaker::patience; ++i)
        EXPECT_FALSE(one.on_timeout(now));
    one.on_answer();
    for (unsigned i = 1; i < breaker::patience; ++i)
        EXPECT_FALSE(one.on_timeout(now));
    EXPECT_FALSE(one.open());
    EXPECT_TRUE(one.on_timeout(now));
    EXPECT_TRUE(one.open());
    EXPECT_FALSE(one.may_try(now)) << "not at once";
    now += breaker::between;
    EXPECT_TRUE(one.may_try(now));
    EXPECT_FALSE(one.may_try(now)) << "one at a time";
    EXPECT_FALSE(one.on_timeout(now)) << "it is open already";
    one.on_answer();
    EXPECT_FALSE(one.open());
}

}   // namespace
}   // namespace rediserve::redis
