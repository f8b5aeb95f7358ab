// Getting a connection: names, sockets, logins, and servers that refuse.
#include "integration/backend_fixture.hpp"

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class BackendConnect : public BackendTest
{
protected:
    std::string host_and_port(const char* host) { return std::string(host) + ":" + std::to_string(server().port()); }
};

TEST_F(BackendConnect, ResolvesNamesAndTriesEachOfTheirAddresses)
{
    connect({}, "redis://" + host_and_port("localhost"));   // ::1, where nobody listens, and 127.0.0.1
    EXPECT_EQ(ask(batch::of("PING")), "+PONG");
}

TEST_F(BackendConnect, SaysThatANameIsUnknown)
{
    connect({}, "redis://no-such-host.invalid");
    EXPECT_EQ(ask(batch::of("PING")), "400 no");
    EXPECT_THAT(backend->health().why, HasSubstr("no-such-host.invalid"));
}

TEST_F(BackendConnect, IsPossibleByUnixSocket)
{
    connect({}, "unix://" + server().socket());
    EXPECT_EQ(ask(batch::of("PING")), "+PONG");
}

TEST_F(BackendConnect, SetsNameUserAndDatabase)
{
    server().cli({"acl", "setuser", "app", "on", ">word", "~*", "+@all"});
    params settings;
    settings.client_name = "named";
    connect(settings, "redis://app:word@" + host_and_port("127.0.0.1") + "/7");
    const auto info = ask(batch::of("CLIENT", "INFO"));
    EXPECT_THAT(info, HasSubstr("name=named"));
    EXPECT_THAT(info, HasSubstr("db=7"));
    EXPECT_THAT(info, HasSubstr("user=app"));
}

TEST_F(BackendConnect, SaysWhyALoginWasRefusedButNotThePassword)
{
    server().cli({"config", "set", "requirepass", "right"});
    connect({}, "redis://:hunter2@" + host_and_port("127.0.0.1"));
    EXPECT_EQ(ask(batch::of("PING")), "405 no");
    EXPECT_THAT(backend->health().why, HasSubstr("WRONGPASS"));
    EXPECT_THAT(backend->health().why, Not(HasSubstr("hunter2")));
}

TEST_F(BackendConnect, NoticesThatALoginIsMissing)
{
    server().cli({"config", "set", "requirepass", "right"});
    connect();
    EXPECT_EQ(ask(batch::of("PING")), "405 no");
    EXPECT_THAT(backend->health().why, HasSubstr("NOAUTH"));
}

TEST_F(BackendConnect, SaysThatNobodyListens)
{
    connect({}, "redis://127.0.0.1:" + std::to_string(test::free_port()));
    EXPECT_EQ(ask(batch::of("PING")), "400 no");
    EXPECT_THAT(backend->health().why, HasSubstr("Connection refused"));
}

TEST_F(BackendConnect, SaysThatASocketIsNotThere)
{
    connect({}, "unix:///nowhere/at/all.sock");
    EXPECT_EQ(ask(batch::of("PING")), "400 no");
    EXPECT_THAT(backend->health().why, HasSubstr("/nowhere/at/all.sock"));
    EXPECT_THAT(backend->health().why, HasSubstr("No such file"));
}

TEST_F(BackendConnect, GivesUpOnAServerThatAcceptsAndSaysNothing)
{
    server().freeze();
    params settings;
    settings.connect_timeout = 200ms;
    connect(settings);
    EXPECT_EQ(ask(batch::of("PING")), "400 no");
    EXPECT_THAT(backend->health().why, HasSubstr("200 ms"));
    server().thaw();
    EXPECT_TRUE(turn_until_up());
    EXPECT_EQ(ask(batch::of("PING")), "+PONG");
}

TEST_F(BackendConnect, GoesOnTryingUntilTheServerIsThere)
{
    server().kill();
    connect();
    EXPECT_EQ(ask(batch::of("PING")), "400 no");
    server().restart();
    EXPECT_TRUE(turn_until_up());
    EXPECT_EQ(ask(batch::of("PING")), "+PONG");
}

TEST_F(BackendConnect, PassesOverAConnectionThatTheServerDoesNotGrant)
{
    server().cli({"config", "set", "maxclients", "1"});
    connect();
    ASSERT_TRUE(turn_until_up());
    for (std::uint32_t affinity = 0; affinity < 4; ++affinity)
        EXPECT_EQ(ask(batch::of("PING"), {.affinity = affinity}), "+PONG");
    EXPECT_EQ(metrics.redis_links_up.get(), 1);
}

TEST_F(BackendConnect, CanBeStoppedAtAnyMoment)
{
    connect({}, "redis://" + host_and_port("localhost"));
    outcome waiting;
    submit(waiting, batch::of("PING"));
    backend->stop();
    EXPECT_EQ(waiting.text(), "500 no");
    EXPECT_EQ(ask(batch::of("PING")), "500 no");
    EXPECT_FALSE(backend->health().up);
}

}   // namespace
}   // namespace rediserve::redis
