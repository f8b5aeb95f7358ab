#include "redis/subscriptions.hpp"

#include "support/fake_backend.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <utility>

namespace rediserve::redis {
namespace {

using enum subscription_kind;

// Remembers what it was told: "subscribed", "channel:payload", "gap", "failed 306".
class listener final : public subscription_sink
{
public:
    std::vector<std::string> told;
    std::function<void()> then = [] {};   // called once
    subscription hold;

private:
    void note(std::string what)
    {
        told.push_back(std::move(what));
        const auto call = std::exchange(then, [] {});
        call();
    }
    void on_subscribed() noexcept override { note("subscribed"); }
    void on_message(std::string_view channel, std::string_view payload) noexcept override
    {
        note(std::string(channel) + ":" + std::string(payload));
    }
    void on_gap() noexcept override { note("gap"); }
    void on_failure(error why) noexcept override { note("failed " + std::to_string(why.code.value())); }
};

using texts = std::vector<std::string>;

class Subscriptions : public testing::Test
{
protected:
    telemetry::shard_metrics metrics;
    int stirred = 0;
    subscriptions all{metrics, [this] { ++stirred; }};

    void listen(listener& who, std::string_view name, subscription_kind kind = channel)
    {
        who.hold = all.add(kind, name, who);
    }
    // The commands that settling sends, each as one text.
    texts settle()
    {
        batch commands;
        all.settle(commands);
        return sent(commands);
    }
    static texts sent(const batch& commands)
    {
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
    bool receive(const texts& parts)
    {
        texts bulks;
        for (const auto& part : parts)
            bulks.push_back(test::bulk(part));
        return receive(test::array(bulks));
    }
    bool confirm(const std::string& word, const std::string& name)
    {
        return receive(test::array({test::bulk(word), test::bulk(name), ":1\r\n"}));
    }
    void listen_confirmed(listener& who, const std::string& name)
    {
        listen(who, name);
        all.connected();
        EXPECT_EQ(settle(), texts{"SUBSCRIBE " + name});
        EXPECT_TRUE(confirm("subscribe", name));
        who.told.clear();
    }
};

TEST_F(Subscriptions, AskOnceForANameHoweverManyListen)
{
    listener one;
    listener two;
    listen(one, "c");
    listen(two, "c");
    EXPECT_GT(stirred, 0);
    EXPECT_EQ(settle(), texts{}) << "before there is a connection";
    all.connected();
    EXPECT_EQ(settle(), texts{"SUBSCRIBE c"});
    EXPECT_TRUE(confirm("subscribe", "c"));
    EXPECT_EQ(one.told, texts{"subscribed"});
    EXPECT_EQ(two.told, texts{"subscribed"});
    EXPECT_EQ(metrics.redis_subscriptions.get(), 1);
    EXPECT_EQ(metrics.redis_subscribers.get(), 2);
    one.hold.release();
    EXPECT_EQ(settle(), texts{});
    two.hold.release();
    EXPECT_EQ(settle(), texts{"UNSUBSCRIBE c"});
    EXPECT_TRUE(confirm("unsubscribe", "c"));
    EXPECT_EQ(metrics.redis_subscriptions.get(), 0);
    EXPECT_TRUE(all.empty());
}

TEST_F(Subscriptions, TellALateListenerWhenSettling)
{
    listener one;
    listen_confirmed(one, "c");
    listener late;
    listen(late, "c");
    EXPECT_EQ(late.told, texts{});
    EXPECT_EQ(settle(), texts{});
    EXPECT_EQ(late.told, texts{"subscribed"});
    EXPECT_EQ(one.told, texts{});
}

TEST_F(Subscriptions, DeliverMessagesOfEveryKind)
{
    listener plain;
    listener pattern_listener;
    listener sharded;
    listen(plain, "c");
    listen(pattern_listener, "c*", pattern);
    listen(sharded, "c", shard_channel);
    all.connected();
    EXPECT_EQ(settle(), (texts{"SUBSCRIBE c", "PSUBSCRIBE c*", "SSUBSCRIBE c"}));
    EXPECT_TRUE(confirm("subscribe", "c"));
    EXPECT_TRUE(confirm("psubscribe", "c*"));
    EXPECT_TRUE(confirm("ssubscribe", "c"));
    EXPECT_TRUE(receive(texts{"message", "c", "1"}));
    EXPECT_TRUE(receive(texts{"pmessage", "c*", "cd", "2"}));
    EXPECT_TRUE(receive(texts{"smessage", "c", "3"}));
    EXPECT_EQ(plain.told, (texts{"subscribed", "c:1"}));
    EXPECT_EQ(pattern_listener.told, (texts{"subscribed", "cd:2"}));
    EXPECT_EQ(sharded.told, (texts{"subscribed", "c:3"}));
    EXPECT_EQ(metrics.redis_messages.get(), 3);
}

TEST_F(Subscriptions, SubscribeAgainWhileTheyUnsubscribe)
{
    listener one;
    listen_confirmed(one, "c");
    one.hold.release();
    EXPECT_EQ(settle(), texts{"UNSUBSCRIBE c"});
    listener two;
    listen(two, "c");
    EXPECT_EQ(settle(), texts{"SUBSCRIBE c"});
    EXPECT_TRUE(receive(texts{"message", "c", "of before"}));
    EXPECT_TRUE(confirm("unsubscribe", "c"));
    EXPECT_EQ(two.told, texts{});
    EXPECT_TRUE(confirm("subscribe", "c"));
    EXPECT_EQ(two.told, texts{"subscribed"});
}

TEST_F(Subscriptions, FailThoseWhoseNameIsRefusedAndNobodyElse)
{
    listener good;
    listener bad;
    listen(bad, "b");
    listen(good, "g");
    all.connected();
    settle();
    EXPECT_TRUE(receive("-NOPERM no\r\n"));
    EXPECT_TRUE(confirm("subscribe", "g"));
    EXPECT_EQ(bad.told, texts{"failed 306"});
    EXPECT_EQ(good.told, texts{"subscribed"});
    bad.hold.release();
    EXPECT_EQ(settle(), texts{});
    EXPECT_EQ(metrics.redis_subscribers.get(), 1);
}

TEST_F(Subscriptions, AskAgainAndTellOfTheGapAfterALoss)
{
    listener one;
    listen_confirmed(one, "c");
    listener fresh;
    listen(fresh, "d");
    all.lost();
    EXPECT_EQ(settle(), texts{});
    all.fail_fresh(error(errc::backend_unavailable, "gone"));
    EXPECT_EQ(fresh.told, texts{"failed 400"});
    all.connected();
    EXPECT_EQ(settle(), texts{"SUBSCRIBE c"});
    EXPECT_TRUE(confirm("subscribe", "c"));
    EXPECT_EQ(one.told, texts{"gap"});
}

TEST_F(Subscriptions, MayEndAndBeginFromInsideACall)
{
    listener first;
    listener second;
    listener third;
    listener added;
    listen_confirmed(first, "c");
    listen(second, "c");
    listen(third, "c");
    settle();
    second.told.clear();
    second.then = [&] {
        first.hold.release();
        third.hold.release();
        second.hold.release();
        listen(added, "c");
    };
    third.told.clear();
    EXPECT_TRUE(receive(texts{"message", "c", "m"}));
    EXPECT_EQ(first.told, texts{"c:m"});
    EXPECT_EQ(second.told, texts{"c:m"});
    EXPECT_EQ(third.told, texts{});
    EXPECT_EQ(added.told, texts{});
    EXPECT_EQ(settle(), texts{});
    EXPECT_EQ(added.told, texts{"subscribed"});
}

TEST_F(Subscriptions, MayEndWhileTheyAreToldAFailure)
{
    listener one;
    listener two;
    listen(one, "c");
    listen(two, "d");
    one.then = [&] {
        one.hold.release();
        two.hold.release();
    };
    all.fail_all(error(errc::draining, "end"));
    EXPECT_EQ(one.told, texts{"failed 500"});
    EXPECT_EQ(two.told, texts{});
    EXPECT_TRUE(all.empty());
}

TEST_F(Subscriptions, FollowAShardChannelThatMovesAway)
{
    listener one;
    listen(one, "s", shard_channel);
    all.connected();
    settle();
    confirm("ssubscribe", "s");
    EXPECT_TRUE(confirm("sunsubscribe", "s"));
    EXPECT_EQ(settle(), texts{"SSUBSCRIBE s"});
    EXPECT_TRUE(receive("-MOVED 1 other:1\r\n"));
    EXPECT_EQ(one.told, (texts{"subscribed", "failed 306"}));
}

TEST_F(Subscriptions, ReadMonitorAndHideTheirOwnPing)
{
    listener one;
    listen(one, "", monitor);
    all.connected();
    EXPECT_EQ(settle(), texts{"MONITOR"});
    EXPECT_TRUE(receive("+OK\r\n"));
    batch ping;
    all.ping(ping);
    EXPECT_EQ(sent(ping), texts{"PING"});
    EXPECT_TRUE(receive("+PONG\r\n"));
    EXPECT_TRUE(receive("+1.0 [0 a:1] \"PING\"\r\n"));
    EXPECT_TRUE(receive("+1.0 [0 a:1] \"GET\" \"k\"\r\n"));
    EXPECT_EQ(one.told, (texts{"subscribed", ":1.0 [0 a:1] \"GET\" \"k\""}));
    EXPECT_EQ(all.unanswered(), 0u);
}

TEST_F(Subscriptions, ObjectToWhatMakesNoSense)
{
    listener one;
    listen_confirmed(one, "c");
    EXPECT_FALSE(receive(":1\r\n"));
    EXPECT_FALSE(receive("*0\r\n"));
    EXPECT_FALSE(receive("+OK\r\n"));
    EXPECT_FALSE(receive("-ERR what\r\n"));
    EXPECT_FALSE(confirm("subscribe", "c"));
    EXPECT_FALSE(receive(texts{"pong", ""}));
    EXPECT_FALSE(receive(texts{"message", "c"}));
}

TEST_F(Subscriptions, MayBeHeldLongerThanTheRegister)
{
    listener one;
    auto brief = std::make_unique<subscriptions>(metrics, [] {});
    one.hold = brief->add(channel, "c", one);
    brief.reset();
    EXPECT_EQ(metrics.redis_subscribers.get(), 0);
    one.hold.release();
    EXPECT_EQ(one.told, texts{});
}

}   // namespace
}   // namespace rediserve::redis
