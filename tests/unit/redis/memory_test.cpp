#include "rediserve/redis/memory.hpp"

#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace rediserve::redis {
namespace {

// Each shard gives memory back when it has read the command table, and all start at once. (The first of a process counts: that
// is when glibc sets itself up, which it does here when a sanitizer has brought its own malloc().)
TEST(Memory, IsGivenBackByThreadsAtOnce)
{
    constexpr int thread_count = 16;
    std::latch all_there(thread_count);
    std::vector<std::jthread> threads;
    threads.reserve(thread_count);
    for (int i = 0; i < thread_count; ++i)
        threads.emplace_back([&all_there] {
            all_there.arrive_and_wait();
            give_memory_back();
        });
}

}   // namespace
}   // namespace rediserve::redis
