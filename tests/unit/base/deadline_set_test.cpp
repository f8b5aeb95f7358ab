#include "rediserve/base/deadline_set.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace rediserve {
namespace {

using namespace std::chrono_literals;

struct entry : deadline_entry
{};

TEST(DeadlineSet, GivesOutWhatIsDueInTheOrderOfDeadlines)
{
    deadline_set<entry> set;
    entry a;
    entry b;
    entry c;
    const steady_time start;
    set.arm(a, start + 3s);
    set.arm(b, start + 1s);
    set.arm(c, start + 3s);
    EXPECT_EQ(set.next(), start + 1s);
    EXPECT_EQ(set.pop_due(start), nullptr);
    EXPECT_EQ(set.pop_due(start + 1s), &b);
    EXPECT_EQ(set.pop_due(start + 2s), nullptr);
    EXPECT_EQ(set.pop_due(start + 4s), &a);
    EXPECT_EQ(set.pop_due(start + 4s), &c);
    EXPECT_EQ(set.next(), never);
    EXPECT_EQ(set.pop_due(never), nullptr);
}

TEST(DeadlineSet, ForgetsWhatIsDroppedOrDestroyed)
{
    deadline_set<entry> set;
    entry kept;
    entry dropped;
    auto gone = std::make_unique<entry>();
    const steady_time start;
    set.arm(*gone, start + 1s);
    set.arm(dropped, start + 2s);
    set.arm(kept, start + 3s);
    gone.reset();
    dropped.drop_deadline();
    EXPECT_FALSE(dropped.has_deadline());
    EXPECT_EQ(set.pop_due(start + 9s), &kept);
    EXPECT_FALSE(kept.has_deadline());
    EXPECT_EQ(set.next(), never);
}

}   // namespace
}   // namespace rediserve
