#include "api/patience.hpp"

#include <gtest/gtest.h>

namespace rediserve::api {
namespace {

using namespace std::chrono_literals;

TEST(Patience, IsWhatPreferSaysOfWaiting)
{
    EXPECT_EQ(patience_of("wait=2"), 2s);
    EXPECT_EQ(patience_of("Wait = \"10\""), 10s);
    EXPECT_EQ(patience_of("respond-async, wait=3; x=y, return=minimal"), 3s);
    EXPECT_EQ(patience_of("wait=0.25"), 250ms);
    EXPECT_EQ(patience_of("wait=0"), 0s);
    EXPECT_EQ(patience_of("wait=1, wait=9"), 1s) << "the first one counts";
}

TEST(Patience, IsNotLimitedByWhatCannotBeUnderstood)
{
    for (const auto* text :
         {"", "wait", "wait=", "wait=x", "wait=2s", "wait=-1", "wait=1e3", "wait=inf", "wait=nan", "wait=99999999999",
          "wait=\"", "waiting=2", "return=minimal", ",;=,", "x=\"wait=2\""})
        EXPECT_EQ(patience_of(text), std::nullopt) << text;
}

}   // namespace
}   // namespace rediserve::api
