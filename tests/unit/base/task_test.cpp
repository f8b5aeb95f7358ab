#include "rediserve/base/task.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rediserve {
namespace {

struct gate
{
    std::coroutine_handle<> waiter;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> h) noexcept { waiter = h; }
    void await_resume() const noexcept {}
    void open() { waiter.resume(); }
};

struct witness
{
    int& alive;
    explicit witness(int& count) : alive(count) { ++alive; }
    witness(const witness&) = delete;
    ~witness() { --alive; }
};

task wait_twice(gate& at, int& alive, int& steps)
{
    const witness here(alive);
    ++steps;
    co_await at;
    ++steps;
    co_await at;
    ++steps;
}

TEST(Task, StartsAtOnceAndRunsToItsEnd)
{
    gate at;
    int alive = 0;
    int steps = 0;
    const task running = wait_twice(at, alive, steps);
    EXPECT_EQ(steps, 1);
    at.open();
    EXPECT_EQ(steps, 2);
    EXPECT_FALSE(running.done());
    at.open();
    EXPECT_TRUE(running.done());
    EXPECT_EQ(alive, 0);
}

TEST(Task, IsCancelledByBeingDestroyed)
{
    gate at;
    int alive = 0;
    int steps = 0;
    {
        const task running = wait_twice(at, alive, steps);
        EXPECT_EQ(alive, 1);
    }
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(steps, 1);
}

TEST(Task, FramesAreRecycledWhateverTheOrder)
{
    int alive = 0;
    int steps = 0;
    for (int round = 0; round < 3; ++round) {
        std::vector<gate> gates(600);
        std::vector<task> tasks;
        for (gate& each : gates)
            tasks.push_back(wait_twice(each, alive, steps));
        EXPECT_EQ(alive, 600);
        while (!tasks.empty())
            tasks.erase(tasks.begin() + static_cast<std::ptrdiff_t>(tasks.size() / 2));
        EXPECT_EQ(alive, 0);
    }
}

}   // namespace
}   // namespace rediserve
