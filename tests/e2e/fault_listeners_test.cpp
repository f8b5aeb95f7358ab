// A thousand listeners to one channel, of which one does not read what it is sent.
#include "e2e/event_stream.hpp"
#include "e2e/upstash_test.hpp"
#include "support/sanitizer.hpp"

#include <sys/resource.h>
#include <sys/socket.h>

#include <iostream>
#include <memory>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t megabyte = std::size_t{1} << 20;

void allow_descriptors(rlim_t count)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, count));
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

class FaultListeners : public testing::Test
{
protected:
    void SetUp() override
    {
        allow_descriptors(4096);
        gateway_ = std::make_unique<gateway>(
            std::vector<std::string>{"--redis", redis_.url(), "--threads", "2"},
            std::map<std::string, std::string>{
                {"REDISERVE_UPSTASH_STREAM_BUFFER", "256k"}, {"REDISERVE_HTTP_LIMITS_CONNECTIONS", "4000"}}
        );
        ASSERT_TRUE(rest().await_ready());
    }

    gateway& rest() { return *gateway_; }
    std::size_t resident() { return resident_bytes(rest().process().id()); }

    // Streams that have begun.
    std::vector<event_stream> listen(int count, const std::string& channel)
    {
        std::vector<event_stream> streams;
        for (int number = 0; number < count; ++number) {
            streams.emplace_back(rest().address(), "/subscribe/" + channel);
            EXPECT_EQ(streams.back().next(), "data: subscribe," + channel + ",1");
        }
        return streams;
    }

    // As fast as Redis can.
    void publish(const std::string& channel, int first, int count, int size)
    {
        auto script = "for i = ARGV[1], ARGV[1] + ARGV[2] - 1 do redis.call('publish', KEYS[1], "
                      "string.format('%d:', i) .. string.rep('x', ARGV[3])) end";
        redis_.cli({"eval", script, "1", channel, std::to_string(first), std::to_string(count), std::to_string(size)});
    }

    static void expect_message(event_stream& stream, const std::string& channel, int number, int size)
    {
        EXPECT_EQ(
            stream.next_data(),
            "data: message," + channel + "," + std::to_string(number) + ":"
                + std::string(static_cast<std::size_t>(size), 'x')
        );
    }

    double cut() { return metric(rest().request("GET", "/metrics").body, "rediserve_streams_cut_total"); }

    redis_server redis_;

private:
    std::unique_ptr<gateway> gateway_;
};

TEST_F(FaultListeners, AThousandOfThemCostLittle)
{
    constexpr int count = 1000;
    auto first = listen(count, "c");   // they may find memory that the start left behind
    auto before = resident();
    auto streams = listen(count, "c");
    auto subscribed = redis_.cli({"pubsub", "numsub", "c"});
    EXPECT_THAT(subscribed, testing::AnyOf("c\n1", "c\n2")) << "one for each thread";
    auto each = (resident() - std::min(resident(), before)) / count;
    std::cout << each << " bytes resident per listener\n";
    if (!under_sanitizer) {
        EXPECT_LE(each, 6U * 1024U);
    }
    constexpr int messages = 200;
    auto published = steady_clock::now();
    publish("c", 0, messages, 10);
    for (auto& stream : streams)
        for (int number = 0; number < messages; ++number)
            expect_message(stream, "c", number, 10);
    auto took = duration_cast<milliseconds>(steady_clock::now() - published);
    std::cout << messages << " messages to " << count << " listeners in " << took.count() << " ms\n";
    EXPECT_LT(took, 60s);
}

TEST_F(FaultListeners, OneThatDoesNotReadIsCutOffAndNobodyElseMissesAnything)
{
    constexpr int count = 1000;
    constexpr int rounds = 200;
    constexpr int size = 64'000;
    auto streams = listen(count - 1, "c");
    auto reader = std::move(listen(1, "flood").front());
    event_stream stalled(rest().address(), "/subscribe/c/flood");
    EXPECT_EQ(stalled.next(), "data: subscribe,c,1");
    EXPECT_EQ(stalled.next(), "data: subscribe,flood,2");
    int small = 65536;   // the kernel must not hold what it is sent
    ::setsockopt(stalled.connection().descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    auto before = resident();
    std::size_t peak = before;
    for (int round = 0; round < rounds; ++round) {
        publish("flood", round, 1, size);
        expect_message(reader, "flood", round, size);
        if (round % 10 == 0)
            publish("c", round / 10, 1, 10);
        peak = std::max(peak, resident());
    }
    EXPECT_TRUE(await([&] { return cut() == 1; })) << cut() << " streams were cut";
    for (auto& stream : streams)
        for (int number = 0; number < rounds / 10; ++number)
            expect_message(stream, "c", number, 10);
    EXPECT_EQ(stalled.await_end(60s), event_stream::end::cut);
    publish("c", rounds, 1, 10);
    for (auto& stream : streams)
        expect_message(stream, "c", rounds, 10);
    std::cout << "resident " << before / 1024 << " KiB before, at most " << peak / 1024 << " KiB\n";
    if (!under_sanitizer) {
        EXPECT_LT(peak - before, 16 * megabyte);
    }
    EXPECT_EQ(cut(), 1);
}

TEST_F(FaultListeners, AllLeaveAndNothingIsLeft)
{
    listen(5, "c");
    EXPECT_TRUE(await([&] { return redis_.cli({"pubsub", "numsub", "c"}) == "c\n0"; }));
    auto descriptors = open_descriptors(rest().process().id());
    for (int round = 0; round < 3; ++round) {
        auto streams = listen(300, "c");
        EXPECT_GE(open_descriptors(rest().process().id()), descriptors + 300);
        publish("c", 0, 10, 100);
    }
    EXPECT_TRUE(await([&] { return redis_.cli({"pubsub", "numsub", "c"}) == "c\n0"; }));
    EXPECT_TRUE(await([&] { return open_descriptors(rest().process().id()) <= descriptors + 2; }))
        << open_descriptors(rest().process().id()) << " descriptors, " << descriptors << " before";
    EXPECT_EQ(cut(), 0);
}

}   // namespace
}   // namespace rediserve::test
