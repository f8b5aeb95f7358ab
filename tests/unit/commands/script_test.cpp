#include "rediserve/commands/script.hpp"

#include <gtest/gtest.h>

namespace rediserve::commands {
namespace {

// What SCRIPT LOAD answers for the same text.
TEST(Script, HasTheDigestThatRedisNamesItBy)
{
    EXPECT_EQ(script("return 1").digest(), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
    EXPECT_EQ(script("").digest(), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST(Script, KeepsItsSource)
{
    EXPECT_EQ(script("return 1").source(), "return 1");
}

}   // namespace
}   // namespace rediserve::commands
