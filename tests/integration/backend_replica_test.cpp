// Reads that replicas answer, and the master where they cannot.
#include "integration/backend_fixture.hpp"
#include "support/sentinel_group.hpp"

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;

class BackendReplica : public BackendTest
{
protected:
    void start()
    {
        params settings;
        settings.command_timeout = 4s;
        group.emplace(test::sentinel_group::options{.replicas = 2, .sentinels = 1});
        connect(settings, "redis://127.0.0.1:" + std::to_string(group->port(0)));
        ASSERT_TRUE(turn_until_up());
        ASSERT_TRUE(group->await_replicas(2));
        ASSERT_TRUE(turn_until([this] { return read("warm") && metrics.redis_replica_reads.get() > 0; }, 60s));
    }

    static submit_options with(written& seen, bool reads)
    {
        return {.read_only = reads, .seen = &seen, .at_replica = reads};
    }

    std::string write(std::string_view value, written& seen)
    {
        return ask(batch::of("SET", "k", value), with(seen, false));
    }
    std::string read(written& seen) { return ask(batch::of("GET", "k"), with(seen, true)); }
    bool read(std::string_view key)
    {
        written none;
        return !ask(batch::of("GET", key), with(none, true)).empty();
    }

    int gets(std::size_t server)
    {
        const std::string said = group->server(server).cli({"INFO", "commandstats"});
        const auto at = said.find("cmdstat_get:calls=");
        return at == said.npos ? 0 : std::stoi(said.substr(at + 18));
    }

    std::optional<test::sentinel_group> group;
};

TEST_F(BackendReplica, AnswersReadsAndNoWrites)
{
    start();
    const int before = gets(0);
    for (int i = 0; i < 50; ++i)
        read("k");
    EXPECT_EQ(gets(0), before);
    EXPECT_GE(gets(1) + gets(2), 50);
    written seen;
    EXPECT_EQ(write("1", seen), "+OK");
    EXPECT_EQ(seen.points().size(), 1u);
    EXPECT_FALSE(seen.in_doubt());
}

TEST_F(BackendReplica, NeverShowsAClientLessThanItHasWritten)
{
    start();
    written seen;
    for (int i = 0; i < 500; ++i) {
        const auto which = static_cast<std::size_t>(1 + i % 2);
        if (i % 10 == 0)
            group->server(which).freeze();
        const std::string value = std::to_string(i);
        ASSERT_EQ(write(value, seen), "+OK");
        seen = written::parse(seen.text());
        ASSERT_EQ(read(seen), value);
        if (i % 10 == 0)
            group->server(which).thaw();
    }
    EXPECT_GT(metrics.redis_replica_reads.get(), 0);
}

TEST_F(BackendReplica, IsWaitedForByNobody)
{
    start();
    written seen;
    ASSERT_EQ(write("v", seen), "+OK");
    group->server(1).freeze();
    group->server(2).freeze();
    written none;
    EXPECT_EQ(read(none), "v");   // in half of the time at most, and those that follow at once
    EXPECT_EQ(read(none), "v");
    EXPECT_EQ(read(none), "v");
    EXPECT_GT(metrics.redis_replica_missing.get(), 0);
    group->server(1).thaw();
    group->server(2).thaw();
}

TEST_F(BackendReplica, MayBeKilled)
{
    start();
    written seen;
    ASSERT_EQ(write("v", seen), "+OK");
    std::vector<outcome> all(100);
    for (outcome& one : all)
        submit(one, batch::of("GET", "k"), with(seen, true));
    turn();
    group->kill(1);
    group->kill(2);
    for (outcome& one : all) {
        ASSERT_TRUE(turn_until([&] { return one.over(); }));
        EXPECT_EQ(one.text(), "v");
    }
    EXPECT_EQ(read(seen), "v");
}

TEST_F(BackendReplica, GivesBackWhatNeitherItNorThePrimaryWasAbleToAnswer)
{
    start();
    group->server(1).freeze();
    group->server(2).freeze();
    written none;
    batch back;
    outcome lost;
    submit_options options = with(none, true);
    options.returned = &back;
    submit(lost, batch::of("GET", "k"), options);
    turn();
    group->kill(0);
    ASSERT_TRUE(turn_until([&] { return lost.over(); }));
    EXPECT_EQ(lost.text(), "400 maybe") << "a replica may read it yet, when it wakes";
    EXPECT_EQ(back.size(), 1u);
    group->server(1).thaw();
    group->server(2).thaw();
}

TEST_F(BackendReplica, MayBeCancelled)
{
    start();
    written seen;
    for (const bool reads : {true, false}) {
        outcome dropped;
        submit(dropped, reads ? batch::of("GET", "k") : batch::of("SET", "k", "x"), with(seen, reads));
        turn();
        if (!dropped.over())
            backend->cancel(*dropped.handle);
        EXPECT_EQ(ask(batch::of("PING")), "+PONG");
    }
}

}   // namespace
}   // namespace rediserve::redis
