#include "redis/sentinel_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rediserve::redis {
namespace {

using testing::ElementsAre;

const place one{"one", 1};
const place two{"two", 2};
const place three{"three", 3};

TEST(SentinelList, BeginsWithTheAddress)
{
    EXPECT_THAT(sentinel_list({one, two}).all(), ElementsAre(one, two));
}

TEST(SentinelList, AsksFirstWhoAnsweredAndLastWhoDidNot)
{
    sentinel_list known({one, two, three});
    known.answered(three);
    EXPECT_THAT(known.all(), ElementsAre(three, one, two));
    known.failed(three);
    EXPECT_THAT(known.all(), ElementsAre(one, two, three));
    known.failed(one);
    EXPECT_THAT(known.all(), ElementsAre(two, three, one));
    known.answered({"stranger", 4});
    known.failed({"stranger", 4});
    EXPECT_THAT(known.all(), ElementsAre(two, three, one));
}

TEST(SentinelList, LearnsOthersAndForgetsThemAgain)
{
    sentinel_list known({one});
    known.learn(one, {two, three, two});
    EXPECT_THAT(known.all(), ElementsAre(one, two, three));
    known.learn(two, {one});
    EXPECT_THAT(known.all(), ElementsAre(one, two)) << "who tells does not name itself";
    known.learn(two, {three});
    EXPECT_THAT(known.all(), ElementsAre(one, two, three)) << "what the address says stays";
}

TEST(SentinelList, IsBounded)
{
    std::vector<place> many;
    for (std::uint16_t port = 1; port <= 100; ++port)
        many.push_back({"h", port});
    sentinel_list known({one});
    known.learn(one, many);
    EXPECT_EQ(known.all().size(), sentinel_list::most);
}

}   // namespace
}   // namespace rediserve::redis
