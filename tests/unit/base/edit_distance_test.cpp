#include "rediserve/base/edit_distance.hpp"

#include <gtest/gtest.h>

namespace rediserve {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps)
{
    EXPECT_EQ(edit_distance("", ""), 0u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("abc", ""), 3u);
    EXPECT_EQ(edit_distance("body", "body"), 0u);
    EXPECT_EQ(edit_distance("boddy", "body"), 1u);
    EXPECT_EQ(edit_distance("bdoy", "body"), 1u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

}   // namespace
}   // namespace rediserve
