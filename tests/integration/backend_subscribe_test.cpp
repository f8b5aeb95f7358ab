// Listening to what is published.
#include "integration/backend_fixture.hpp"
#include "integration/listener.hpp"

#include <algorithm>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;
using enum subscription_kind;

class BackendSubscribe : public BackendTest
{
protected:
    void start(params settings = {}, const std::string& url = {})
    {
        connect(settings, url);
        ASSERT_TRUE(turn_until([this] { return metrics.redis_links_up.get() == 2; }));
    }
    void ask_for(listener& to, std::string_view name, subscription_kind kind = channel)
    {
        auto asked = backend->subscribe(kind, name, to);
        ASSERT_TRUE(asked) << asked.error().detail;
        EXPECT_EQ(to.subscribed, 0) << "called from inside subscribe()";
        to.hold = std::move(*asked);
    }
    void listen(listener& to, std::string_view name, subscription_kind kind = channel)
    {
        ask_for(to, name, kind);
        ASSERT_TRUE(turn_until([&] { return to.subscribed == 1; }));
    }
    bool turn_until_messages(const listener& of, std::size_t count)
    {
        return turn_until([&] { return of.messages.size() >= count; });
    }
    std::string upstream(const std::string& name) { return ask(batch::of("PUBSUB", "NUMSUB", name)); }
    std::size_t connections()
    {
        const auto list = ask(batch::of("CLIENT", "LIST"));
        return static_cast<std::size_t>(std::ranges::count(list, '\n'));
    }
};

TEST_F(BackendSubscribe, ReceivesWhatIsPublished)
{
    start();
    listener one;
    listen(one, "c");
    EXPECT_EQ(ask(batch::of("PUBLISH", "c", std::string_view("a\0\r\n\xff", 5))), ":1");
    ASSERT_TRUE(turn_until_messages(one, 1));
    EXPECT_EQ(one.messages.front(), std::string("a\0\r\n\xff", 5));
    EXPECT_EQ(one.channels.front(), "c");
    EXPECT_EQ(metrics.redis_messages.get(), 1);
}

TEST_F(BackendSubscribe, SharesOneSubscriptionUpstream)
{
    start();
    std::vector<listener> all(1000);
    for (auto& each : all)
        ask_for(each, "c");
    ASSERT_TRUE(turn_until([&] { return std::ranges::all_of(all, [](auto& one) { return one.subscribed == 1; }); }));
    EXPECT_EQ(upstream("c"), "[c :1]");
    EXPECT_EQ(metrics.redis_subscribers.get(), 1000);
    EXPECT_EQ(ask(batch::of("PUBLISH", "c", "m")), ":1");
    ASSERT_TRUE(turn_until([&] { return std::ranges::all_of(all, [](auto& one) { return one.messages.size() == 1; }); })
    );
    all.clear();
    EXPECT_TRUE(turn_until([&] { return upstream("c") == "[c :0]"; }));
    EXPECT_EQ(metrics.redis_subscriptions.get(), 0);
}

TEST_F(BackendSubscribe, ListensToManyNames)
{
    start();
    std::vector<listener> all(1000);
    for (std::size_t i = 0; i < all.size(); ++i)
        ask_for(all[i], "c" + std::to_string(i));
    ASSERT_TRUE(turn_until([&] { return std::ranges::all_of(all, [](auto& one) { return one.subscribed == 1; }); }));
    EXPECT_EQ(ask(batch::of("PUBLISH", "c777", "m")), ":1");
    ASSERT_TRUE(turn_until_messages(all[777], 1));
    EXPECT_EQ(metrics.redis_subscriptions.get(), 1000);
}

TEST_F(BackendSubscribe, KnowsPatternsAndShardChannels)
{
    start();
    listener by_pattern;
    listener sharded;
    listen(by_pattern, "n.*", pattern);
    listen(sharded, "s", shard_channel);
    EXPECT_EQ(ask(batch::of("PUBLISH", "n.x", "1")), ":1");
    EXPECT_EQ(ask(batch::of("SPUBLISH", "s", "2")), ":1");
    ASSERT_TRUE(turn_until_messages(by_pattern, 1));
    ASSERT_TRUE(turn_until_messages(sharded, 1));
    EXPECT_EQ(by_pattern.channels.front(), "n.x");
    EXPECT_EQ(sharded.messages.front(), "2");
}

TEST_F(BackendSubscribe, TakesLargeMessages)
{
    start();
    listener one;
    listen(one, "c");
    const std::string large(std::size_t{6} << 20, 'x');
    EXPECT_EQ(ask(batch::of("PUBLISH", "c", large)), ":1");
    EXPECT_EQ(ask(batch::of("PUBLISH", "c", "small")), ":1");
    ASSERT_TRUE(turn_until_messages(one, 2));
    EXPECT_TRUE(one.messages.front() == large);
}

TEST_F(BackendSubscribe, MonitorsWhileSomebodyWantsIt)
{
    start();
    const auto before = connections();
    listener one;
    listen(one, "", monitor);
    EXPECT_EQ(ask(batch::of("SET", "k", "v")), "+OK");
    const auto shown = [&] {
        return std::ranges::any_of(one.messages, [](auto& line) { return line.ends_with("\"SET\" \"k\" \"v\""); });
    };
    EXPECT_TRUE(turn_until(shown));
    one.hold.release();
    EXPECT_TRUE(turn_until([&] { return connections() == before; }));
}

TEST_F(BackendSubscribe, SubscribesAgainAfterALoss)
{
    start();
    listener one;
    listener line;
    listen(one, "c");
    listen(line, "", monitor);
    EXPECT_EQ(ask(batch::of("CLIENT", "KILL", "TYPE", "pubsub")), ":1");
    ASSERT_TRUE(turn_until([&] { return one.gaps == 1; }));
    EXPECT_EQ(ask(batch::of("PUBLISH", "c", "m")), ":1");
    ASSERT_TRUE(turn_until_messages(one, 1));
    server().kill();
    server().restart();
    ASSERT_TRUE(turn_until([&] { return one.gaps == 2 && line.gaps == 1; }));
    EXPECT_EQ(one.subscribed, 1);
}

TEST_F(BackendSubscribe, NoticesASilentServer)
{
    params settings;
    settings.command_timeout = 300ms;
    start(settings);
    listener one;
    listen(one, "c");
    server().freeze();
    EXPECT_TRUE(turn_until([&] { return metrics.redis_subscriptions.get() == 0; })) << "still thought to be subscribed";
    server().thaw();
    ASSERT_TRUE(turn_until([&] { return one.gaps >= 1; }));
    EXPECT_FALSE(one.failure);
}

TEST_F(BackendSubscribe, KeepsAQuietConnection)
{
    params settings;
    settings.command_timeout = 500ms;
    start(settings);
    listener one;
    listener line;
    listen(one, "c");
    listen(line, "", monitor);
    const auto pings = [&] {
        const auto stats = server().cli({"info", "commandstats"});
        const auto at = stats.find("cmdstat_ping:calls=");
        return at == std::string::npos ? 0 : std::stoi(stats.substr(at + 19));
    };
    const int before = pings();
    ASSERT_TRUE(turn_until([&] { return pings() >= before + 2; }, 20s));
    turn();
    EXPECT_EQ(one.gaps, 0);
    EXPECT_EQ(line.gaps, 0);
}

TEST_F(BackendSubscribe, TellsWhoIsRefused)
{
    server().cli({"acl", "setuser", "u", "on", ">p", "+@all", "~*", "resetchannels", "&open"});
    start({}, "redis://u:p@127.0.0.1:" + std::to_string(server().port()));
    listener shut;
    ask_for(shut, "shut");
    listener open;
    listen(open, "open");
    ASSERT_TRUE(turn_until([&] { return shut.failure.has_value(); }));
    EXPECT_EQ(shut.failure->code, errc::redis_error);
    EXPECT_TRUE(shut.failure->detail.starts_with("NOPERM")) << shut.failure->detail;
    EXPECT_EQ(open.subscribed, 1);
}

TEST_F(BackendSubscribe, ClosesItsConnectionWhenNobodyListens)
{
    params settings;
    settings.lease_idle = 50ms;
    start(settings);
    const auto before = connections();
    {
        listener one;
        listen(one, "c");
        EXPECT_EQ(connections(), before + 1);
    }
    EXPECT_TRUE(turn_until([&] { return connections() == before; }));
    listener two;
    listen(two, "c");
    EXPECT_EQ(metrics.redis_reconnects.get(), 0);
}

TEST_F(BackendSubscribe, WorksOverAUnixSocket)
{
    start({}, "unix://" + server().socket());
    listener one;
    listen(one, "c");
    EXPECT_EQ(ask(batch::of("PUBLISH", "c", "m")), ":1");
    EXPECT_TRUE(turn_until_messages(one, 1));
}

TEST_F(BackendSubscribe, EndsWithTheBackend)
{
    start();
    listener one;
    listen(one, "c");
    listener line;
    ask_for(line, "", monitor);
    backend->stop();
    ASSERT_TRUE(one.failure);
    EXPECT_EQ(one.failure->code, errc::draining);
    ASSERT_TRUE(line.failure);
    listener late;
    EXPECT_FALSE(backend->subscribe(channel, "c", late));
}

}   // namespace
}   // namespace rediserve::redis
