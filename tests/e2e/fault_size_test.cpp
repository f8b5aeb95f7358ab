// Large values and many connections: what they may cost.
#include "e2e/rest_test.hpp"
#include "support/sanitizer.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <random>
#include <thread>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t megabyte = std::size_t{1} << 20;

// Bytes without any pattern a copy mistake could hide in.
std::string random_value(std::size_t size)
{
    std::mt19937_64 random(size);
    std::string value(size, '\0');
    for (std::size_t at = 0; at + 8 <= size; at += 8) {
        auto bits = random();
        std::copy_n(reinterpret_cast<const char*>(&bits), 8, value.data() + at);
    }
    return value;
}

// Asks for a small value until stopped; the longest wait.
class bystander
{
public:
    explicit bystander(const gateway& through)
        : thread_([this, &through] {
            auto connection = through.connect();
            while (!stopping_) {
                auto asked = steady_clock::now();
                wrong_ += connection.request("GET", "/keys/small?raw").body == "v" ? 0 : 1;
                slowest_ = std::max(slowest_, steady_clock::now() - asked);
                ++answers_;
            }
        })
    {}
    ~bystander() { stop(); }

    void stop()
    {
        stopping_ = true;
        if (thread_.joinable())
            thread_.join();
    }

    std::atomic<long> answers_{0};
    std::atomic<long> wrong_{0};
    std::chrono::nanoseconds slowest_{0};   // to be read after stop()

private:
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

TEST(FaultSize, ALargeValuePassesBothWaysAndStopsNobody)
{
    redis_server redis;
    redis.cli({"set", "small", "v"});
    gateway rest({"--redis", redis.url(), "--threads", "1"});
    ASSERT_TRUE(rest.await_ready());
    auto value = random_value(64 * megabyte);
    auto idle = resident_bytes(rest.process().id());
    bystander other(rest);
    EXPECT_THAT(rest.request("PUT", "/keys/large", value), HasStatus(201));
    auto peak_in = peak_resident_bytes(rest.process().id());
    auto answer = rest.request("GET", "/keys/large?raw");
    EXPECT_TRUE(answer.body == value) << answer.status << " with " << answer.body.size() << " bytes";
    auto peak = peak_resident_bytes(rest.process().id());
    auto settled = await([&] { return resident_bytes(rest.process().id()) < idle + 16 * megabyte; }, 5s);
    other.stop();
    auto factor = [&](std::size_t bytes) {
        return static_cast<double>(bytes - std::min(bytes, idle)) / static_cast<double>(value.size());
    };
    std::cout << "resident memory at most " << factor(peak_in) << " times the value on the way in, " << factor(peak)
              << " in all; others waited "
              << std::chrono::duration_cast<std::chrono::milliseconds>(other.slowest_).count() << " ms at most for "
              << other.answers_ << " answers\n";
    EXPECT_GT(other.answers_, 10);
    EXPECT_EQ(other.wrong_, 0);
    if (under_sanitizer)
        return;
    EXPECT_LE(factor(peak), 2.5);
    EXPECT_TRUE(settled) << "the memory was not given back";
    EXPECT_LT(other.slowest_, 2s);
}

TEST(FaultSize, ALargeValueOfTextIsEscapedWhole)
{
    redis_server redis;
    gateway rest({"--redis", redis.url()});
    ASSERT_TRUE(rest.await_ready());
    std::string value;
    while (value.size() < 8 * megabyte)
        value += "line \"" + std::to_string(value.size()) + "\"\n\té\x01";
    rest.request("PUT", "/keys/large", value);
    EXPECT_TRUE(json_of(rest.request("GET", "/keys/large"))["value"] == value);
}

TEST(FaultSize, TenThousandIdleConnectionsCostNextToNothing)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const std::size_t count = limit.rlim_cur >= 10'500 && !under_sanitizer ? 10'000 : 4000;
    if (limit.rlim_cur < count + 500)
        GTEST_SKIP() << "only " << limit.rlim_cur << " descriptors are allowed here";

    redis_server redis;
    redis.cli({"set", "k", "v"});
    gateway rest({"--redis", redis.url()});
    ASSERT_TRUE(rest.await_ready());
    std::vector<http_connection> connections;
    for (std::size_t number = 0; number < count; ++number) {
        connections.push_back(rest.connect());
        ASSERT_EQ(connections.back().request("GET", "/keys/k?raw").body, "v");
    }
    auto resident = resident_bytes(rest.process().id());
    std::cout << count << " idle connections: " << resident / 1024 << " KiB resident\n";
    if (!under_sanitizer) {
        EXPECT_LT(resident, 40 * megabyte);
    }
    for (std::size_t number = 0; number < count; number += 97)
        EXPECT_EQ(connections[number].request("GET", "/keys/k?raw").body, "v");
}

}   // namespace
}   // namespace rediserve::test
