#include "config/suggest.hpp"

#include <gtest/gtest.h>

namespace rediserve::config {
namespace {

TEST(Nearest, FindsWhatWasMeant)
{
    const std::vector<std::string> known{
        "http.limits.body", "http.limits.header", "http.listen", "redis.url", "threads"};
    EXPECT_EQ(nearest("http.limits.boddy", known), "http.limits.body");
    EXPECT_EQ(nearest("thread", known), "threads");
    EXPECT_EQ(nearest("body", known), "http.limits.body");
    EXPECT_EQ(nearest("redis.uri", known), "redis.url");
    EXPECT_EQ(nearest("htpp.lisetn", known), "http.listen");
}

TEST(Nearest, FindsNothingWhereNothingIsNear)
{
    EXPECT_EQ(nearest("completely.different", {"http.listen", "threads"}), "");
    EXPECT_EQ(nearest("x", {}), "");
}

TEST(Nearest, BearsLongNames)
{
    EXPECT_EQ(nearest(std::string(1'000'000, 'x'), {"threads"}), "");
}

}   // namespace
}   // namespace rediserve::config
