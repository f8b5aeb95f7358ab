#include "redis/tracking.hpp"

#include "rediserve/telemetry/metrics.hpp"
#include "support/fake_backend.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace rediserve::redis {
namespace {

using enum subscription_kind;
using texts = std::vector<std::string>;

class watcher final : public subscription_sink
{
public:
    texts told;
    std::function<void()> then = [] {};   // called once
    subscription hold;

private:
    void note(std::string what)
    {
        told.push_back(std::move(what));
        const auto call = std::exchange(then, [] {});
        call();
    }
    void on_subscribed() noexcept override { note("told of"); }
    void on_message(std::string_view, std::string_view changed) noexcept override { note(std::string(changed)); }
    void on_gap() noexcept override { note("gap"); }
    void on_failure(error why) noexcept override { note("failed " + std::to_string(why.code.value())); }
};

class Tracking : public testing::Test
{
protected:
    telemetry::shard_metrics metrics;
    tracking all{metrics, [] {}};

    void watch(watcher& who, std::string_view name, subscription_kind kind = key)
    {
        who.hold = all.add(kind, name, who);
    }
    // The commands that settling sends, each as one text.
    texts settle()
    {
        batch commands;
        all.settle(commands);
        texts lines;
        for (const auto& command : test::commands_of(commands)) {
            std::string& line = lines.emplace_back();
            for (const auto& argument : command)
                line += (line.empty() ? "" : " ") + argument;
        }
        return lines;
    }
    bool receive(const std::string& resp)
    {
        return test::with_reply(resp, [this](auto reply) { return all.on_reply(reply); });
    }
    void push(const std::string& keys) { receive_push(">2\r\n" + test::bulk("invalidate") + keys); }
    void receive_push(const std::string& resp)
    {
        test::with_reply(resp, [this](auto reply) {
            all.on_push(reply);
            return true;
        });
    }
    void change(const std::string& name) { push(test::array({test::bulk(name)})); }
};

TEST_F(Tracking, AsksForEachNameOnce)
{
    watcher one;
    watcher two;
    watch(one, "k");
    watch(two, "k");
    EXPECT_EQ(settle(), texts{}) << "before there is a connection";
    all.connected();
    EXPECT_EQ(settle(), texts{"CLIENT TRACKING ON BCAST PREFIX k"});
    EXPECT_EQ(one.told, texts{});
    EXPECT_TRUE(receive("+OK\r\n"));
    change("k");
    change("k2");
    EXPECT_EQ(one.told, (texts{"told of", "k"}));
    EXPECT_EQ(two.told, (texts{"told of", "k"}));
    EXPECT_EQ(metrics.watchers.get(), 2);
    one.hold.release();
    two.hold.release();
    EXPECT_EQ(metrics.watchers.get(), 0);
    EXPECT_TRUE(all.empty());
}

TEST_F(Tracking, AsksForWhatIsNotCovered)
{
    watcher wide;
    watcher narrow;
    watcher exact;
    watch(exact, "a:b:c");
    watch(narrow, "a:b:", key_prefix);
    watch(wide, "a:", key_prefix);
    all.connected();
    EXPECT_EQ(settle(), texts{"CLIENT TRACKING ON BCAST PREFIX a:"});
    EXPECT_TRUE(receive("+OK\r\n"));
    change("a:b:c");
    change("a:x");
    EXPECT_EQ(wide.told, (texts{"told of", "a:b:c", "a:x"}));
    EXPECT_EQ(narrow.told, (texts{"told of", "a:b:c"}));
    EXPECT_EQ(exact.told, (texts{"told of", "a:b:c"}));
    watcher late;
    watch(late, "a:b:c");
    EXPECT_EQ(settle(), texts{});
    EXPECT_EQ(late.told, texts{"told of"});
}

TEST_F(Tracking, BeginsAnewForAShorterPrefix)
{
    watcher narrow;
    watcher wide;
    watch(narrow, "ab", key_prefix);
    all.connected();
    settle();
    receive("+OK\r\n");
    watch(wide, "a", key_prefix);
    EXPECT_EQ(settle(), (texts{"CLIENT TRACKING OFF", "CLIENT TRACKING ON BCAST PREFIX a"}));
    EXPECT_TRUE(receive("+OK\r\n"));
    EXPECT_EQ(narrow.told, texts{"told of"});
    EXPECT_TRUE(receive("+OK\r\n"));
    EXPECT_EQ(narrow.told, (texts{"told of", "gap"}));
    EXPECT_EQ(wide.told, texts{"told of"});
}

TEST_F(Tracking, ToldOfEverythingIsAGap)
{
    watcher one;
    watcher many;
    watch(one, "k");
    watch(many, "", key_prefix);
    all.connected();
    EXPECT_EQ(settle(), texts{"CLIENT TRACKING ON BCAST PREFIX "});
    receive("+OK\r\n");
    push("_\r\n");
    EXPECT_EQ(one.told, (texts{"told of", "gap"}));
    EXPECT_EQ(many.told, (texts{"told of", "gap"}));
}

TEST_F(Tracking, AsksAgainWhenTheConnectionWasLost)
{
    watcher one;
    watch(one, "k");
    all.connected();
    settle();
    receive("+OK\r\n");
    all.lost();
    all.connected();
    EXPECT_EQ(settle(), texts{"CLIENT TRACKING ON BCAST PREFIX k"});
    EXPECT_TRUE(receive("+OK\r\n"));
    EXPECT_EQ(one.told, (texts{"told of", "gap"}));
}

TEST_F(Tracking, PassesARefusalOnAndGivesTheConnectionUp)
{
    watcher one;
    watch(one, "k");
    all.connected();
    settle();
    EXPECT_FALSE(receive("-NOPERM no\r\n"));
    EXPECT_EQ(one.told, texts{"failed " + std::to_string(static_cast<int>(errc::redis_error))});
    EXPECT_TRUE(all.empty());
}

TEST_F(Tracking, KnowsAPingFromACommand)
{
    watcher one;
    all.connected();
    batch ping;
    all.ping(ping);
    watch(one, "k");
    settle();
    EXPECT_EQ(all.unanswered(), 2u);
    EXPECT_TRUE(receive("-NOPERM ping\r\n"));
    EXPECT_EQ(one.told, texts{});
    EXPECT_TRUE(receive("+OK\r\n"));
    EXPECT_EQ(one.told, texts{"told of"});
    EXPECT_FALSE(receive("+OK\r\n")) << "nothing asked for it";
}

TEST_F(Tracking, LetsWatchersLeaveFromInside)
{
    watcher one;
    watcher two;
    watch(one, "k");
    watch(two, "k");
    all.connected();
    settle();
    receive("+OK\r\n");
    one.then = [&] { two.hold.release(); };
    change("k");
    EXPECT_EQ(one.told, (texts{"told of", "k"}));
    EXPECT_EQ(two.told, texts{"told of"});
}

TEST_F(Tracking, IgnoresOtherPushes)
{
    watcher one;
    watch(one, "k");
    all.connected();
    settle();
    receive("+OK\r\n");
    receive_push(">1\r\n" + test::bulk("other"));
    receive_push(">2\r\n" + test::bulk("other") + test::array({test::bulk("k")}));
    EXPECT_EQ(one.told, texts{"told of"});
}

}   // namespace
}   // namespace rediserve::redis
