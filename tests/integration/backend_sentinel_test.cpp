// A group that sentinels watch over: its master is found, verified, and followed.
#include "integration/backend_fixture.hpp"
#include "integration/certificates.hpp"
#include "integration/holder.hpp"
#include "integration/listener.hpp"
#include "support/sentinel_group.hpp"

#include "rediserve/redis/lease.hpp"

#include <atomic>
#include <thread>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

using group_options = test::sentinel_group::options;

constexpr std::chrono::seconds ample{60};   // for a fail-over on a busy machine

class BackendSentinel : public BackendTest
{
protected:
    static params usual()
    {
        params settings;
        settings.shared_connections = 2;
        settings.command_timeout = ample;
        settings.lease_timeout = ample;
        return settings;
    }

    void start(const group_options& how = {}, const params& settings = usual())
    {
        group.emplace(how);
        connect(settings, group->url());
    }

    void start_and_wait(const group_options& how = {}, const params& settings = usual())
    {
        start(how, settings);
        ASSERT_TRUE(turn_until_up()) << backend->health().why;
    }

    // The port of the server that answers, as it says itself.
    std::string answering_port()
    {
        const auto said = ask(batch::of("CONFIG", "GET", "port"), {.read_only = true});
        return said.substr(0, said.size() - 1).substr(6);
    }
    std::string port_of(std::size_t server) { return std::to_string(group->port(server)); }

    bool turn_until_elsewhere(std::size_t than)
    {
        return turn_until([&] { return answering_port() != port_of(than); }, ample);
    }
    // For a condition that takes long to find out: it is not asked for each handler that runs.
    bool turn_until_seen(const std::function<bool()>& condition)
    {
        auto next = std::chrono::steady_clock::now();
        const auto holds = [&] {
            if (std::chrono::steady_clock::now() < next)
                return false;
            const bool found = condition();
            next = std::chrono::steady_clock::now() + 50ms;
            return found;
        };
        return turn_until(holds, ample);
    }
    // A busy machine may see several fail-overs where one was asked for.
    bool turn_until_at_master()
    {
        return turn_until_seen([&] { return answering_port() == port_of(group->master()); });
    }
    // The sentinel that is listened to, of the three but `without`.
    std::optional<std::size_t> watched(std::optional<std::size_t> without = {})
    {
        for (std::size_t index = 0; index < 3; ++index)
            if (index != without && group->subscribers_of(index) > 0)
                return index;
        return std::nullopt;
    }
    // Turns the loop while something else is waited for.
    template <class Action>
    void while_turning(Action action)
    {
        std::atomic<bool> done{false};
        std::thread other([&] {
            action();
            done = true;
        });
        EXPECT_TRUE(turn_until([&] { return done.load(); }, ample));
        other.join();
    }

    // From another thread than that which turns. Where sentinels do not agree, on a busy machine, the old master is the new one
    // after all, and there is nothing to follow: then another time.
    void fail_over()
    {
        for (int times = 0; times < 10 && metrics.redis_failovers.get() == 0; ++times) {
            group->fail_over();
            test::await([this] { return metrics.redis_failovers.get() > 0; }, 5s);
        }
    }

    std::optional<test::sentinel_group> group;
};

// Keeps INCRs under way, each with a WAIT behind it: what is acknowledged then, a replica has. Counts what it is told.
class writer
{
public:
    explicit writer(std::function<void(outcome&, batch&&)> submit) : submit_(std::move(submit)) {}

    void go_on()
    {
        collect();
        while (under_way_.size() < at_once) {
            batch commands = batch::of("INCR", "n");
            commands.add("WAIT", 1, 0);
            under_way_.push_back(std::make_unique<outcome>());
            submit_(*under_way_.back(), std::move(commands));
        }
    }
    bool is_done()
    {
        collect();
        return under_way_.empty();
    }

    std::int64_t acknowledged = 0;
    std::int64_t maybe = 0;
    std::int64_t refused = 0;

private:
    static constexpr std::size_t at_once = 4;

    void collect()
    {
        for (const auto& one : under_way_)
            if (one->over())
                count(*one);
        std::erase_if(under_way_, [](const auto& one) { return one->over(); });
    }
    void count(const outcome& one)
    {
        if (!one.failure && one.replies.back() == ":1")
            ++acknowledged;
        else if (!one.failure || one.failure->executed == executed::maybe)
            ++maybe;
        else
            ++refused;
    }

    std::function<void(outcome&, batch&&)> submit_;
    std::vector<std::unique_ptr<outcome>> under_way_;
};

class SentinelFailOver : public BackendSentinel
{
protected:
    // Writes until `condition` holds.
    bool write_until(const std::function<bool()>& condition)
    {
        return turn_until(
            [&] {
                load.go_on();
                return condition();
            },
            ample
        );
    }
    bool write(std::int64_t more)
    {
        const auto goal = load.acknowledged + more;
        return write_until([&] { return load.acknowledged >= goal; });
    }
    void expect_truth()
    {
        ASSERT_TRUE(turn_until([&] { return load.is_done(); }, ample));
        const auto total = std::stoll(ask(batch::of("GET", "n")));
        EXPECT_GE(total, load.acknowledged) << "something that was acknowledged is lost";
        EXPECT_LE(total, load.acknowledged + load.maybe) << "something ran twice";
        EXPECT_EQ(load.refused, 0) << "what certainly did not run waits for the new master";
    }

    writer load{[this](outcome& to, batch&& commands) { submit(to, std::move(commands)); }};
};

TEST_F(SentinelFailOver, OfAKilledMasterLosesNothing)
{
    start_and_wait({.replicas = 2, .sentinels = 1});
    ASSERT_TRUE(write(100));
    group->kill(0);
    ASSERT_TRUE(write(100));
    expect_truth();
    EXPECT_TRUE(turn_until_at_master());
    EXPECT_GE(metrics.redis_failovers.get(), 1);
    EXPECT_TRUE(backend->health().up);
}

// With one replica: another one would go on to acknowledge what the old master still writes.
TEST_F(SentinelFailOver, ThatIsPlannedIsFollowedAtOnce)
{
    start_and_wait({.replicas = 1, .sentinels = 3});
    ASSERT_TRUE(write(100));
    std::atomic<bool> done{false};
    std::thread other([&] {
        fail_over();
        done = true;
    });
    EXPECT_TRUE(write_until([&] { return done.load() && metrics.redis_failovers.get() >= 1; }));
    other.join();
    ASSERT_TRUE(write(100));
    expect_truth();
    EXPECT_TRUE(turn_until_at_master());
}

TEST_F(BackendSentinel, IsAskedForTheMaster)
{
    start_and_wait();
    EXPECT_EQ(answering_port(), port_of(0));
    EXPECT_EQ(ask(batch::of("INCR", "n")), ":1");
    EXPECT_TRUE(turn_until([this] { return metrics.redis_links_up.get() == 2; }));
    EXPECT_TRUE(turn_until_seen([this] { return group->subscribers_of(0) == 1; }));
    EXPECT_EQ(metrics.redis_failovers.get(), 0);
}

TEST_F(BackendSentinel, IsFoundBehindDeadSeeds)
{
    group.emplace();
    const auto dead = [] { return "127.0.0.1:" + std::to_string(test::free_port()) + ","; };
    std::string url = "redis-sentinel://";
    for (int i = 0; i < 5; ++i)
        url += dead();
    connect(usual(), url + "nowhere.invalid," + group->url().substr(std::string("redis-sentinel://").size()));
    ASSERT_TRUE(turn_until_up()) << backend->health().why;
    EXPECT_EQ(answering_port(), port_of(0));
}

TEST_F(BackendSentinel, IsFollowedFromAMasterThatFrozeAndComesBack)
{
    start_and_wait();
    ASSERT_EQ(ask(batch::of("SET", "k", "old")), "+OK");
    ASSERT_EQ(ask(batch::of("WAIT", "1", "20000")), ":1");
    group->server(0).freeze();
    outcome sent;
    submit(sent, batch::of("SET", "k", "lost"));
    ASSERT_TRUE(turn_until([&] { return sent.over(); }, ample));
    EXPECT_EQ(sent.text(), "401 maybe") << "it left for a server that says nothing";
    EXPECT_EQ(ask(batch::of("SET", "k", "new")), "+OK");
    EXPECT_EQ(answering_port(), port_of(1));
    group->server(0).thaw();
    EXPECT_TRUE(test::await(
        [&] {
            return group->server(0).cli({"info", "replication"}).find("role:slave") != std::string::npos;
        },
        ample
    ));
    EXPECT_EQ(ask(batch::of("GET", "k")), "new");
}

// The sentinel is away and knows nothing of what happens: the servers change their roles behind its back.
class DemotedMaster : public BackendSentinel
{
protected:
    void SetUp() override
    {
        start_and_wait();
        ASSERT_EQ(ask(batch::of("SET", "k", "v")), "+OK");
        ASSERT_EQ(ask(batch::of("WAIT", "1", "20000")), ":1");
        group->kill_sentinel(0);
        group->server(1).cli({"replicaof", "no", "one"});
        group->server(0).cli({"replicaof", "127.0.0.1", port_of(1)});
        ASSERT_TRUE(test::await(
            [this] {
                return group->server(0).cli({"info", "replication"}).find("master_link_status:up") != std::string::npos;
            },
            ample
        ));
    }
    void tell_sentinel() { group->restart_sentinel(0, 1); }
};

TEST_F(DemotedMaster, GetsNoAnswerOfItsOwnForACommandThatItRefuses)
{
    outcome write;
    submit(write, batch::of("INCR", "n"));
    ASSERT_TRUE(turn_until([this] { return !backend->health().up; }));
    EXPECT_FALSE(write.over()) << write.text();
    tell_sentinel();
    ASSERT_TRUE(turn_until([&] { return write.over(); }, ample));
    EXPECT_EQ(write.text(), ":1");
    EXPECT_EQ(answering_port(), port_of(1));
}

TEST_F(DemotedMaster, GetsNoAnswerOfItsOwnForATransactionThatItRefuses)
{
    batch commands = batch::of("MULTI");
    commands.add("GET", "k").add("INCR", "n").add("EXEC");
    outcome transaction;
    submit(transaction, std::move(commands));
    outcome behind;
    submit(behind, batch::of("INCR", "n"));
    ASSERT_TRUE(turn_until([this] { return !backend->health().up; }));
    EXPECT_FALSE(transaction.over()) << transaction.text();
    tell_sentinel();
    ASSERT_TRUE(turn_until([&] { return transaction.over() && behind.over(); }, ample));
    EXPECT_EQ(transaction.text(), "+OK, +QUEUED, +QUEUED, [v :1]");
    EXPECT_EQ(behind.text(), ":2") << "the order was kept";
}

TEST_F(DemotedMaster, IsQuotedWhereSomeOfAPipelineMayHaveRun)
{
    batch commands = batch::of("GET", "k");
    commands.add("INCR", "n");
    EXPECT_EQ(ask(std::move(commands)), "v, -READONLY You can't write against a read only replica.");
    tell_sentinel();
    EXPECT_TRUE(turn_until([&] { return ask(batch::of("INCR", "n")) == ":1"; }, ample));
}

TEST_F(DemotedMaster, IsQuotedForAScript)
{
    const auto* const text = "return redis.call('incr', KEYS[1])";
    EXPECT_THAT(ask(batch::of("EVAL", text, 1, "n")), StartsWith("-READONLY"));
    tell_sentinel();
    EXPECT_TRUE(turn_until([&] { return ask(batch::of("EVAL", text, 1, "n")) == ":1"; }, ample))
        << "once each of the connections has been left";
}

TEST_F(DemotedMaster, IsNotGoneBackToWhenTheDeadlinePasses)
{
    outcome hurried;
    submit(hurried, batch::of("INCR", "n"), {.until = std::chrono::steady_clock::now() + 300ms});
    ASSERT_TRUE(turn_until([&] { return hurried.over(); }));
    EXPECT_EQ(hurried.text(), "402 no");
    tell_sentinel();
    EXPECT_EQ(ask(batch::of("INCR", "n")), ":1");
}

TEST_F(BackendSentinel, IsListenedToAtAnotherOneWhenOneDies)
{
    start_and_wait({.replicas = 1, .sentinels = 3});
    ASSERT_TRUE(turn_until_seen([this] { return watched().has_value(); }));
    const auto first = *watched();
    group->kill_sentinel(first);
    ASSERT_TRUE(turn_until_seen([&] { return watched(first).has_value(); }));
    while_turning([this] { fail_over(); });
    EXPECT_TRUE(turn_until([this] { return metrics.redis_failovers.get() >= 1; }, ample));
    EXPECT_TRUE(turn_until_at_master());
}

TEST_F(BackendSentinel, IsLeftWhenItFreezes)
{
    start_and_wait({.replicas = 1, .sentinels = 3}, [] {
        params settings = usual();
        settings.connect_timeout = 500ms;
        return settings;
    }());
    ASSERT_TRUE(turn_until_seen([this] { return watched().has_value(); }));
    const auto first = *watched();
    group->freeze_sentinel(first);
    EXPECT_TRUE(turn_until_seen([&] { return watched(first).has_value(); }));
    group->thaw_sentinel(first);
}

TEST_F(BackendSentinel, ThatIsAwayKeepsNobodyFromTheMaster)
{
    start_and_wait();
    group->kill_sentinel(0);
    EXPECT_EQ(ask(batch::of("INCR", "n")), ":1");
    group->restart_sentinel(0, 0);
    EXPECT_TRUE(turn_until_seen([this] { return group->subscribers_of(0) == 1; })) << "it is found again";
}

TEST_F(BackendSentinel, IsBelievedWhenItInsistsOnAnotherMaster)
{
    start_and_wait();
    group->kill_sentinel(0);
    group->server(1).cli({"replicaof", "no", "one"});
    EXPECT_EQ(answering_port(), port_of(0));
    group->restart_sentinel(0, 1);
    EXPECT_TRUE(turn_until_elsewhere(0)) << "the old one serves, but the switch was missed";
    EXPECT_EQ(answering_port(), port_of(1));
    EXPECT_GE(metrics.redis_failovers.get(), 1);
}

TEST_F(BackendSentinel, ThatDoesNotKnowTheMasterSaysSo)
{
    group.emplace(group_options{.replicas = 0});
    auto url = group->url();
    connect(usual(), url.replace(url.find("mymaster"), 8, "other"));
    EXPECT_EQ(ask(batch::of("INCR", "n")), "405 no") << "it is no use to wait";
    EXPECT_THAT(backend->health().why, HasSubstr("knows no master of the name other"));
    EXPECT_FALSE(backend->health().up);
}

TEST_F(BackendSentinel, ThatCannotBeReachedIsNamed)
{
    connect(usual(), "redis-sentinel://127.0.0.1:" + std::to_string(test::free_port()) + "/mymaster");
    EXPECT_EQ(ask(batch::of("INCR", "n")), "400 no");
    EXPECT_THAT(backend->health().why, HasSubstr("no sentinel tells where the master of mymaster is"));
    EXPECT_THAT(backend->health().why, HasSubstr("Connection refused"));
}

TEST_F(BackendSentinel, ThatIsNoneIsFoundOut)
{
    connect(usual(), "redis-sentinel://127.0.0.1:" + std::to_string(server().port()) + "/mymaster");
    EXPECT_EQ(ask(batch::of("INCR", "n")), "405 no");
    EXPECT_THAT(backend->health().why, HasSubstr("unknown command"));
}

TEST_F(BackendSentinel, OfAReplicaIsNotBelieved)
{
    group.emplace();
    group->kill_sentinel(0);
    group->server(1).cli({"replicaof", "127.0.0.1", port_of(0)});
    params settings = usual();
    settings.node_map = {{{"127.0.0.1", group->port(0)}, {"127.0.0.1", group->port(1)}}};
    group->restart_sentinel(0, 0);
    connect(settings, group->url());
    EXPECT_EQ(ask(batch::of("INCR", "n")), "400 no");
    EXPECT_THAT(backend->health().why, HasSubstr("it is not the master but a replica"));
}

TEST_F(BackendSentinel, HasAPasswordOfItsOwn)
{
    group_options how{
        .replicas = 0, .sentinel_lines = {"requirepass watch"}, .cli_arguments = {"-a", "watch", "--no-auth-warning"}};
    params settings = usual();
    settings.sentinel = {"default", "watch"};
    start_and_wait(how, settings);
    EXPECT_EQ(ask(batch::of("INCR", "n")), ":1");
    EXPECT_TRUE(turn_until_seen([this] { return group->subscribers_of(0) == 1; }));
}

TEST_F(BackendSentinel, IsNotConvincedByAWrongPassword)
{
    start(
        {.replicas = 0, .sentinel_lines = {"requirepass watch"}, .cli_arguments = {"-a", "watch", "--no-auth-warning"}}
    );
    EXPECT_EQ(ask(batch::of("INCR", "n")), "405 no");
    EXPECT_THAT(backend->health().why, HasSubstr("the sentinel at 127.0.0.1"));
    EXPECT_THAT(backend->health().why, HasSubstr("NOAUTH"));
    backend->stop();
    params settings = usual();
    settings.sentinel.password = "wrong";
    connect(settings, group->url());
    EXPECT_EQ(ask(batch::of("INCR", "n")), "405 no");
    EXPECT_THAT(backend->health().why, HasSubstr("WRONGPASS"));
}

TEST_F(BackendSentinel, SpeaksTlsAsItsServersDo)
{
    static const certificates files;
    const std::vector<std::string> arguments = {"--tls-cert-file",    files("node.crt"),
                                                "--tls-key-file",     files("node.key"),
                                                "--tls-ca-cert-file", files("ca.crt"),
                                                "--tls-auth-clients", "no",
                                                "--tls-replication",  "yes"};
    group_options how{
        .server_arguments = arguments, .cli_arguments = {"--tls", "--cacert", files("ca.crt")}, .tls = true};
    for (std::size_t at = 0; at < arguments.size(); at += 2)
        how.sentinel_lines.push_back(arguments[at].substr(2) + " " + arguments[at + 1]);
    params settings = usual();
    settings.connect_timeout = 10s;
    settings.tls.ca_file = files("ca.crt");
    start_and_wait(how, settings);
    EXPECT_EQ(ask(batch::of("INCR", "n")), ":1");
    while_turning([this] { fail_over(); });
    EXPECT_TRUE(turn_until([this] { return metrics.redis_failovers.get() >= 1; }, ample));
    EXPECT_THAT(ask(batch::of("INCR", "n")), AnyOf(":1", ":2"));
}

TEST_F(BackendSentinel, IsUnderstoodWhereItSpeaksOfNames)
{
    start_and_wait({.replicas = 1, .host = "localhost"});
    EXPECT_EQ(group->ask_sentinel(0, {"sentinel", "get-master-addr-by-name", "mymaster"}), "localhost\n" + port_of(0));
    EXPECT_EQ(ask(batch::of("INCR", "n")), ":1");
}

TEST_F(BackendSentinel, IsTranslatedWhereItsPlacesAreOthersHere)
{
    group.emplace(group_options{.replicas = 0});
    params settings = usual();
    // As if the servers were in a network of their own: what is announced leads nowhere.
    settings.node_map = {{{"127.0.0.1", group->port(0)}, {"localhost", group->port(0)}}};
    connect(settings, group->url());
    ASSERT_TRUE(turn_until_up()) << backend->health().why;
    EXPECT_EQ(ask(batch::of("INCR", "n")), ":1");
}

TEST_F(BackendSentinel, BringsListenersToTheNewMaster)
{
    start_and_wait();
    listener one;
    auto asked = backend->subscribe(subscription_kind::channel, "c", one);
    ASSERT_TRUE(asked);
    one.hold = std::move(*asked);
    ASSERT_TRUE(turn_until([&] { return one.subscribed == 1; }));
    while_turning([this] { fail_over(); });
    ASSERT_TRUE(turn_until([&] { return one.gaps >= 1; }, ample)) << "it is told that something may be missing";
    ASSERT_TRUE(turn_until_at_master());
    EXPECT_TRUE(turn_until([&] { return ask(batch::of("PUBLISH", "c", "m")) == ":1"; }));
    EXPECT_TRUE(turn_until([&] { return !one.messages.empty(); }));
}

TEST_F(BackendSentinel, EndsLeasesAndGivesNewOnes)
{
    start_and_wait();
    holder first;
    ASSERT_TRUE(backend->acquire(first, never));
    ASSERT_TRUE(turn_until([&] { return first.over(); }));
    outcome blocked;
    ASSERT_TRUE(first.held.submit(batch::of("BLPOP", "list", 0), {}, ample, blocked));
    turn();
    group->kill(0);
    ASSERT_TRUE(turn_until([&] { return blocked.over(); }, ample));
    EXPECT_EQ(blocked.text(), "401 maybe");
    holder second;
    ASSERT_TRUE(backend->acquire(second, never));
    ASSERT_TRUE(turn_until([&] { return second.over(); }, ample));
    ASSERT_FALSE(second.failure) << "who asks during the fail-over waits: " << second.failure->detail;
    outcome set;
    ASSERT_TRUE(second.held.submit(batch::of("SET", "k", "v"), {}, ample, set));
    ASSERT_TRUE(turn_until([&] { return set.over(); }, ample));
    EXPECT_EQ(set.text(), "+OK");
    first.held.release();
    second.held.release();
}

TEST_F(BackendSentinel, TakesGuestsAlong)
{
    start_and_wait();
    for (const std::size_t server : {std::size_t{0}, std::size_t{1}})
        group->server(server).cli({"acl", "setuser", "ada", "on", ">word", "~*", "&*", "+@all"});
    const auto guest = backend->as({"ada", "word"});
    ASSERT_TRUE(guest);
    const auto whoami = [&] {
        outcome got;
        const auto accepted = (*guest)->submit(batch::of("ACL", "WHOAMI"), {.read_only = true}, got);
        if (!accepted)
            return std::string();
        EXPECT_TRUE(turn_until([&] { return got.over(); }, ample));
        return got.text();
    };
    EXPECT_EQ(whoami(), "ada");
    while_turning([this] { fail_over(); });
    ASSERT_TRUE(turn_until([this] { return metrics.redis_failovers.get() >= 1; }, ample));
    EXPECT_EQ(whoami(), "ada");
    EXPECT_TRUE(turn_until_at_master());
    (*guest)->stop();
}

}   // namespace
}   // namespace rediserve::redis
