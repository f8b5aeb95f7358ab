#include "rediserve/base/timeout_queue.hpp"

#include <gtest/gtest.h>

namespace rediserve {
namespace {

using namespace std::chrono_literals;

struct entry : timeout_entry
{};

TEST(TimeoutQueue, GivesOutWhatIsDueInOrder)
{
    timeout_queue<entry> queue(10s);
    entry a;
    entry b;
    const steady_time start;
    queue.arm(a, start);
    queue.arm(b, start + 1s);
    EXPECT_EQ(queue.next(), start + 10s);
    EXPECT_EQ(queue.pop_due(start + 9s), nullptr);
    EXPECT_EQ(queue.pop_due(start + 10s), &a);
    EXPECT_EQ(queue.pop_due(start + 10s), nullptr);
    EXPECT_EQ(queue.pop_due(start + 11s), &b);
    EXPECT_TRUE(queue.empty());
}

TEST(TimeoutQueue, ArmingAgainPutsAnEntryLast)
{
    timeout_queue<entry> queue(10s);
    entry a;
    entry b;
    const steady_time start;
    queue.arm(a, start);
    queue.arm(b, start + 1s);
    queue.arm(a, start + 2s);
    EXPECT_EQ(queue.pop_due(start + 30s), &b);
    EXPECT_EQ(queue.pop_due(start + 30s), &a);
}

TEST(TimeoutQueue, EntriesLeaveWhenDisarmedOrDestroyed)
{
    timeout_queue<entry> queue(10s);
    entry a;
    {
        entry b;
        queue.arm(a, {});
        queue.arm(b, {});
    }
    EXPECT_TRUE(a.armed());
    a.disarm();
    EXPECT_TRUE(queue.empty());
}

}   // namespace
}   // namespace rediserve
