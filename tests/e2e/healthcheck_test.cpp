// `rediserve healthcheck` beside a daemon.
#include "e2e/rest_test.hpp"
#include "e2e/tls_client.hpp"

#include <algorithm>
#include <csignal>

namespace rediserve::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Healthcheck : public testing::Test
{
protected:
    // As HEALTHCHECK of an image does: by the variables that the daemon has.
    static outcome ask(std::map<std::string, std::string> environment, std::vector<std::string> flags = {})
    {
        flags.insert(flags.begin(), "healthcheck");
        return run(flags, environment);
    }
    // The listener at `index`, whose port is known by now.
    static outcome ask(const gateway& of, std::size_t index, std::vector<std::string> flags = {})
    {
        const std::string& url = of.urls()[index];
        return ask({{"REDISERVE_LISTEN", url}, {"REDISERVE_INSECURE_NO_AUTH", "true"}}, std::move(flags));
    }

    static constexpr const char* ready = "--ready";
    redis_server redis;
};

TEST_F(Healthcheck, IsFineWhereTheDaemonAnswers)
{
    gateway rest({"--redis", redis.url()});
    ASSERT_TRUE(rest.await_ready());
    for (const auto& flags : {std::vector<std::string>{}, {ready}}) {
        const auto done = ask(rest, 0, flags);
        EXPECT_EQ(done.code, 0) << done.output;
        EXPECT_THAT(done.output, IsEmpty());
    }
}

TEST_F(Healthcheck, AsksLoopbackWhereItListensEverywhere)
{
    const auto port = std::to_string(free_port());
    gateway rest({"--listen", ":" + port, "--redis", redis.url()}, {{"TOKEN", "word"}});
    const auto done = ask({{"REDISERVE_DEFAULT_LISTEN", "*:1"}, {"PORT", port}, {"TOKEN", "word"}});
    EXPECT_EQ(done.code, 0) << done.output;
}

TEST_F(Healthcheck, TellsADaemonFromItsRedis)
{
    gateway rest({"--redis", redis.url()});
    ASSERT_TRUE(rest.await_ready());
    redis.kill();
    ASSERT_TRUE(rest.await_ready(false));
    EXPECT_EQ(ask(rest, 0).code, 0);
    const auto done = ask(rest, 0, {ready});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.output, HasSubstr("/readyz answers 503: {\"status\":\"not_ready\""));
}

TEST_F(Healthcheck, SaysThatNobodyListens)
{
    const auto done = ask({{"REDISERVE_LISTEN", "127.0.0.1:" + std::to_string(free_port())}});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.output, HasSubstr("/livez: cannot connect: Connection refused"));
}

TEST_F(Healthcheck, DoesNotWaitForADaemonThatHangs)
{
    gateway rest({"--redis", redis.url()});
    rest.process().signal(SIGSTOP);
    const auto done = ask(rest, 0, {"--timeout", "100ms"});
    rest.process().signal(SIGCONT);
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.output, HasSubstr("no answer in time"));
}

TEST_F(Healthcheck, SpeaksAsEachListenerWants)
{
    const authority issuer;
    issuer.issue("one", "DNS:one.test");
    const temporary_folder folder;
    const std::string socket = (folder.path() / "http.sock").string();
    const std::map<std::string, std::string> environment{
        {"REDISERVE_HTTP_TLS_CERTIFICATES", issuer.pair("one")},
        {"REDISERVE_HTTP_TRUSTED_PROXIES", "127.0.0.1"},
        {"REDISERVE_INSECURE_NO_AUTH", "true"},
    };
    gateway rest(
        {"--listen", "https://127.0.0.1:0", "--listen", "127.0.0.1:0?proxy_protocol=on", "--listen",
         "https://127.0.0.1:0?proxy_protocol=on", "--listen", "unix:" + socket, "--redis", redis.url()},
        environment
    );
    ASSERT_EQ(rest.urls().size(), 5u);
    for (std::size_t index = 1; index < rest.urls().size(); ++index) {
        auto asking = environment;
        const bool proxied = index == 2 || index == 3;
        asking["REDISERVE_LISTEN"] = rest.urls()[index] + (proxied ? "?proxy_protocol=on" : "");
        const auto done = ask(asking);
        EXPECT_EQ(done.code, 0) << asking["REDISERVE_LISTEN"] << ": " << done.output;
    }
    auto mistaken = environment;
    mistaken["REDISERVE_LISTEN"] = "https://" + rest.address();
    const auto done = ask(mistaken);
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.output, HasSubstr("TLS failed"));
}

TEST_F(Healthcheck, PassesOverListenersThatItCannotAsk)
{
    const authority issuer;
    issuer.issue("one", "DNS:one.test");
    std::map<std::string, std::string> environment{
        {"REDISERVE_HTTP_TLS_CERTIFICATES", issuer.pair("one")},
        {"REDISERVE_HTTP_TLS_CLIENT_CERTIFICATES", "required"},
        {"REDISERVE_HTTP_TLS_CLIENT_CA_FILE", issuer.file()},
    };
    gateway rest({"--listen", "https://127.0.0.1:0", "--redis", redis.url()}, environment);
    const std::string& https = rest.urls()[1];
    environment["REDISERVE_LISTEN"] = https + "," + rest.urls()[0];
    EXPECT_EQ(ask(environment).code, 0);
    environment["REDISERVE_LISTEN"] = https;
    const auto done = ask(environment);
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.output, HasSubstr("it wants a client certificate"));
}

// Docker knows 0 and 1 only.
TEST_F(Healthcheck, FailsWithOneWhenTheConfigurationIsWrong)
{
    const auto done = ask({{"REDISERVE_LISTEN", "nowhere"}, {"REDISERVE_THREADS", "many"}});
    EXPECT_EQ(done.code, 1);
    EXPECT_EQ(std::ranges::count(done.output, '\n'), 1) << done.output;
    EXPECT_THAT(ask({}, {"--help"}).output, HasSubstr("rediserve healthcheck [--ready]"));
}

}   // namespace
}   // namespace rediserve::test
