// When a server counts as silent, and when it is asked again.
#include "redis/breaker.hpp"

#include <gtest/gtest.h>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;

const steady_time begin = steady_time() + 1h;

void open(breaker& what)
{
    for (unsigned i = 1; i < breaker::patience; ++i)
        EXPECT_FALSE(what.on_timeout(begin));
    EXPECT_TRUE(what.on_timeout(begin));
}

TEST(Breaker, OpensWithTheFifthTimeoutInARow)
{
    breaker one;
    open(one);
    EXPECT_TRUE(one.open());
    EXPECT_FALSE(one.on_timeout(begin)) << "it opens once";
    EXPECT_TRUE(one.open());
}

TEST(Breaker, CountsAnewAfterEachAnswer)
{
    breaker one;
    for (unsigned i = 1; i < breaker::patience; ++i)
        one.on_timeout(begin);
    one.on_answer();
    EXPECT_FALSE(one.on_timeout(begin));
    EXPECT_FALSE(one.open());
}

TEST(Breaker, LetsOneTryEveryHalfSecond)
{
    breaker one;
    open(one);
    EXPECT_FALSE(one.may_try(begin + 499ms));
    EXPECT_TRUE(one.may_try(begin + 500ms));
    EXPECT_FALSE(one.may_try(begin + 501ms));
    EXPECT_FALSE(one.may_try(begin + 999ms));
    EXPECT_TRUE(one.may_try(begin + 1000ms));
}

TEST(Breaker, ClosesWithAnAnswer)
{
    breaker one;
    open(one);
    one.on_answer();
    EXPECT_FALSE(one.open());
}

}   // namespace
}   // namespace rediserve::redis
