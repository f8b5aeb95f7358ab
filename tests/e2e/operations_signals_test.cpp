// SIGTERM drains, SIGHUP reads the configuration again.
#include "e2e/rest_test.hpp"

#include <csignal>

namespace rediserve::test {
namespace {

class OperationsSignals : public testing::Test
{
protected:
    // A document with a token and nothing else.
    static std::string with_token(const std::string& token) { return R"({"access":{"token":")" + token + "\"}}"; }

    static int status_with(const gateway& rest, const std::string& token)
    {
        return rest.request("GET", "/keys/k", {}, {{"Authorization", "Bearer " + token}}).status;
    }

    static bool refuses_connections(const gateway& rest)
    {
        try {
            rest.connect();
            return false;
        } catch (const std::system_error&) {
            return true;
        }
    }

    redis_server redis_;
};

TEST_F(OperationsSignals, EndItCleanly)
{
    for (int number : {SIGTERM, SIGINT}) {
        gateway rest({"--redis", redis_.url()});
        ASSERT_TRUE(rest.await_ready());
        auto idle = rest.connect();
        EXPECT_THAT(idle.request("GET", "/livez"), HasStatus(200));
        rest.process().signal(number);
        EXPECT_EQ(rest.process().wait(), 0) << rest.process().output();
        EXPECT_TRUE(idle.closed_by_peer());
    }
}

TEST_F(OperationsSignals, LetRequestsInFlightFinish)
{
    redis_.cli({"set", "k", "v"});
    gateway rest({"--redis", redis_.url()});
    ASSERT_TRUE(rest.await_ready());
    auto busy = rest.connect();
    redis_.freeze();
    busy.send("GET /keys/k?raw HTTP/1.1\r\nHost: x\r\n\r\n");
    // The request is certainly inside when the counter of requests in flight says so.
    EXPECT_TRUE(await([&] {
        return metric(rest.request("GET", "/metrics").body, "rediserve_http_requests_in_flight") >= 2;
    }));
    rest.process().signal(SIGTERM);
    EXPECT_TRUE(await([&] { return refuses_connections(rest); }));
    EXPECT_TRUE(rest.process().running());
    redis_.thaw();
    EXPECT_THAT(busy.read(), Answers(200, "v"));
    EXPECT_EQ(rest.process().wait(), 0) << rest.process().output();
}

TEST_F(OperationsSignals, WaitForNobodyBeyondTheDrainTime)
{
    configuration file(R"({"drain":{"timeout":"300ms"},"redis":{"command_timeout":"60s"}})");
    gateway rest({"--config", file.path(), "--redis", redis_.url()});
    ASSERT_TRUE(rest.await_ready());
    redis_.freeze();
    auto stuck = rest.connect();
    stuck.send("GET /keys/k HTTP/1.1\r\nHost: x\r\n\r\n");
    rest.process().signal(SIGTERM);
    EXPECT_EQ(rest.process().wait(), 0) << rest.process().output();
}

TEST_F(OperationsSignals, FailTheReadinessBeforeTheListenersClose)
{
    configuration file(R"({"drain":{"grace":"2s"}})");
    gateway rest({"--config", file.path(), "--redis", redis_.url()});
    ASSERT_TRUE(rest.await_ready());
    rest.process().signal(SIGTERM);
    EXPECT_TRUE(rest.await_ready(false, std::chrono::milliseconds(1900)));
    EXPECT_THAT(rest.request("PUT", "/keys/k", "v"), HasStatus(201));
    EXPECT_EQ(rest.process().wait(), 0);
}

TEST_F(OperationsSignals, BringInANewToken)
{
    configuration file(with_token("first-token"));
    gateway rest({"--config", file.path(), "--redis", redis_.url()});
    ASSERT_TRUE(rest.await_ready());
    auto open_before = rest.connect();
    EXPECT_EQ(status_with(rest, "first-token"), 404);
    file.write(with_token("second-token"));
    rest.process().signal(SIGHUP);
    EXPECT_TRUE(await([&] { return status_with(rest, "second-token") == 404; }));
    EXPECT_EQ(status_with(rest, "first-token"), 401);
    EXPECT_THAT(open_before.request("GET", "/keys/k", {}, {{"Authorization", "Bearer first-token"}}), HasStatus(401));
}

TEST_F(OperationsSignals, BringInANewDrainTime)
{
    configuration file(R"({"drain":{"timeout":"60s"},"redis":{"command_timeout":"60s"}})");
    gateway rest({"--config", file.path(), "--redis", redis_.url()});
    ASSERT_TRUE(rest.await_ready());
    file.write(R"({"drain":{"timeout":"100ms"},"redis":{"command_timeout":"60s"}})");
    rest.process().signal(SIGHUP);
    EXPECT_TRUE(await([&] { return rest.process().output().find("reloaded") != std::string::npos; }));
    redis_.freeze();
    auto stuck = rest.connect();
    stuck.send("GET /keys/k HTTP/1.1\r\nHost: x\r\n\r\n");
    rest.process().signal(SIGTERM);
    EXPECT_EQ(rest.process().wait(), 0) << rest.process().output();
}

TEST_F(OperationsSignals, TakeNoTokenAwayWhereOthersCanConnect)
{
    configuration file(with_token("first-token"));
    gateway rest({"--config", file.path(), "--listen", "0.0.0.0:0", "--redis", redis_.url()});
    ASSERT_TRUE(rest.await_ready());
    file.write("{}");
    rest.process().signal(SIGHUP);
    EXPECT_TRUE(await([&] { return rest.process().output().find("refused") != std::string::npos; }));
    EXPECT_EQ(status_with(rest, "wrong-token"), 401);
}

TEST_F(OperationsSignals, ChangeNothingWhenTheFileIsBad)
{
    for (const auto* document : {"{", R"({"access":{"tokken":"x"}})", R"({"http":{"limits":{"body":"much"}}})"}) {
        configuration file(with_token("first-token"));
        gateway rest({"--config", file.path(), "--redis", redis_.url()});
        ASSERT_TRUE(rest.await_ready());
        auto logged = rest.process().output().size();
        file.write(document);
        rest.process().signal(SIGHUP);
        EXPECT_TRUE(await([&] { return rest.process().output().find(file.path(), logged) != std::string::npos; }))
            << rest.process().output();
        EXPECT_EQ(status_with(rest, "first-token"), 404) << document;
        file.write(with_token("second-token"));
        rest.process().signal(SIGHUP);
        EXPECT_TRUE(await([&] { return status_with(rest, "second-token") == 404; })) << document;
    }
}

}   // namespace
}   // namespace rediserve::test
