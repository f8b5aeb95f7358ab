// Replies that are larger than they may be: dropped as they come, and nobody else's.
#include "integration/backend_fixture.hpp"

#include "rediserve/redis/lease.hpp"

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t megabyte = std::size_t{1} << 20;

class BackendReplySize : public BackendTest
{
protected:
    void start()
    {
        params settings;
        settings.shared_connections = 1;
        settings.command_timeout = 60s;   // many megabytes, and a sanitizer
        connect(settings);
        ASSERT_TRUE(turn_until_up());
        ASSERT_EQ(ask(batch::of("SET", "small", "v")), "+OK");
        ASSERT_EQ(ask(batch::of("SETRANGE", "huge", 32 * megabyte - 1, "x")), ":33554432");
    }
    static submit_options at_most(std::size_t bytes) { return {.most_reply = bytes}; }
};

TEST_F(BackendReplySize, IsJudgedForEachBatchOfAConnection)
{
    start();
    std::vector<outcome> all(6);
    submit(all[0], batch::of("GET", "small"));
    submit(all[1], batch::of("GET", "huge"), at_most(1000));
    submit(all[2], batch::of("GET", "small"), at_most(1));
    submit(all[3], batch::of("GET", "huge"), at_most(32 * megabyte));
    submit(all[4], batch::of("STRLEN", "huge"), at_most(1));
    submit(all[5], batch::of("GET", "huge"));
    ASSERT_TRUE(turn_until([&] { return all.back().over(); }));
    EXPECT_EQ(all[0].text(), "v");
    EXPECT_THAT(all[1].text(), HasSubstr("max reply size exceeded. Limit: 1000 bytes."));
    EXPECT_EQ(all[2].text(), "v");
    EXPECT_EQ(all[3].text().size(), 32 * megabyte);
    EXPECT_EQ(all[4].text(), ":33554432");
    EXPECT_EQ(all[5].text().size(), 32 * megabyte);
    EXPECT_EQ(metrics.redis_reconnects.get(), 0);
}

TEST_F(BackendReplySize, IsCountedOverABatch)
{
    start();
    batch commands;
    commands.add("SET", "half", "12345").add("GET", "half").add("GET", "huge").add("GET", "half").add("GET", "half");
    outcome got;
    got.expected = commands.size();
    submit(got, std::move(commands), at_most(10));
    ASSERT_TRUE(turn_until([&] { return got.over(); }));
    EXPECT_THAT(
        got.replies, ElementsAre("+OK", "12345", HasSubstr("max reply size"), "12345", HasSubstr("max reply size"))
    );
}

TEST_F(BackendReplySize, IsOneForATransaction)
{
    start();
    batch commands;
    commands.add("MULTI").add("INCR", "n").add("GET", "huge").add("EXEC");
    outcome got;
    got.expected = commands.size();
    submit(got, std::move(commands), at_most(1000));
    ASSERT_TRUE(turn_until([&] { return got.over(); }));
    EXPECT_THAT(got.replies, ElementsAre("+OK", "+QUEUED", "+QUEUED", HasSubstr("max reply size")));
    EXPECT_EQ(ask(batch::of("GET", "n")), "1") << "it has run";
}

TEST_F(BackendReplySize, DoesNotMatterOnceNobodyWaits)
{
    start();
    outcome left;
    outcome stays;
    submit(left, batch::of("GET", "huge"));
    submit(stays, batch::of("GET", "small"));
    context.poll();
    backend->cancel(*left.handle);
    ASSERT_TRUE(turn_until([&] { return stays.over(); }));
    EXPECT_EQ(stays.text(), "v");
    EXPECT_FALSE(left.over());
}

class holder final : public lease_waiter
{
public:
    lease held;

private:
    void on_lease(lease got) noexcept override { held = std::move(got); }
    void on_failure(error why) noexcept override { FAIL() << why.detail; }
};

TEST_F(BackendReplySize, IsLimitedOnALeaseToo)
{
    start();
    ASSERT_EQ(ask(batch::of("EVAL", "return redis.call('RPUSH', 'l', redis.call('GET', 'huge'))", 0)), ":1");
    for (int round = 0; round < 3; ++round) {
        holder one;
        ASSERT_TRUE(backend->acquire(one, never));
        ASSERT_TRUE(turn_until([&] { return static_cast<bool>(one.held); }));
        outcome popped;
        ASSERT_TRUE(one.held.submit(batch::of("LRANGE", "l", 0, 0), at_most(1000), 5s, popped));
        ASSERT_TRUE(turn_until([&] { return popped.over(); }));
        EXPECT_THAT(popped.text(), HasSubstr("max reply size"));
    }
}

}   // namespace
}   // namespace rediserve::redis
