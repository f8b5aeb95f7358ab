// What a service manager hears from the real binary.
#include "e2e/rest_test.hpp"
#include "support/service_manager.hpp"

#include <csignal>

namespace rediserve::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class OperationsService : public testing::Test
{
protected:
    gateway start(const std::vector<std::string>& arguments, std::map<std::string, std::string> environment = {})
    {
        environment.emplace("NOTIFY_SOCKET", manager_.address());
        return gateway(arguments, environment);
    }

    service_manager manager_;
    redis_server redis_;
};

TEST_F(OperationsService, IsReadyWhenItServes)
{
    gateway rest = start({"--redis", redis_.url()});
    EXPECT_THAT(manager_.next().value_or(""), AllOf(HasSubstr("READY=1"), HasSubstr(rest.urls().front())));
    EXPECT_TRUE(rest.await_ready());
}

TEST_F(OperationsService, IsReadyWithoutRedisAndSaysSo)
{
    redis_.kill();
    gateway rest = start({"--redis", redis_.url()});
    EXPECT_THAT(manager_.next().value_or(""), AllOf(HasSubstr("READY=1"), HasSubstr("Not ready: ")));
    redis_.restart();
    EXPECT_NE(manager_.next_with("STATUS=Serving"), "");
    EXPECT_THAT(rest.request("GET", "/readyz"), HasStatus(200));
}

TEST_F(OperationsService, FramesReloadsGoodAndBad)
{
    configuration file("{}");
    gateway rest = start({"--redis", redis_.url(), "--config", file.path()});
    ASSERT_NE(manager_.next_with("READY=1"), "");
    for (const auto* document : {R"({"log":{"level":"debug"}})", "{"}) {
        file.write(document);
        rest.process().signal(SIGHUP);
        EXPECT_THAT(manager_.next_with("RELOADING=1"), HasSubstr("MONOTONIC_USEC=")) << document;
        EXPECT_THAT(manager_.next_with("READY=1"), HasSubstr("READY=1")) << document;
    }
}

TEST_F(OperationsService, SaysThatItStops)
{
    gateway rest = start({"--redis", redis_.url()});
    ASSERT_NE(manager_.next_with("READY=1"), "");
    rest.process().signal(SIGTERM);
    EXPECT_NE(manager_.next_with("STOPPING=1"), "");
    EXPECT_EQ(rest.process().wait(), 0);
}

TEST_F(OperationsService, GivesSignsOfLife)
{
    gateway rest = start({"--redis", redis_.url(), "--threads", "2"}, {{"WATCHDOG_USEC", "300000"}});
    for (int signs = 0; signs < 3; ++signs)
        EXPECT_EQ(manager_.next_with("WATCHDOG=1"), "WATCHDOG=1");
}

TEST_F(OperationsService, ReportsToAnAbstractName)
{
    const service_manager abstract(service_manager::place::abstract);
    gateway rest = start({"--redis", redis_.url()}, {{"NOTIFY_SOCKET", abstract.address()}});
    EXPECT_NE(abstract.next_with("READY=1"), "");
}

TEST_F(OperationsService, RefusesNonsense)
{
    for (const auto* variable : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_PID"}) {
        const auto ended = run({}, {{variable, "nonsense"}});
        EXPECT_EQ(ended.code, 78) << variable;
        EXPECT_THAT(ended.output, HasSubstr(variable));
    }
}

TEST_F(OperationsService, ServesThoughTheManagerHasGone)
{
    gateway rest = start({"--redis", redis_.url()}, {{"NOTIFY_SOCKET", "/nowhere/notify"}});
    EXPECT_TRUE(rest.await_ready());
    EXPECT_TRUE(await([&] { return rest.process().output().find("notify_failed") != std::string::npos; }));
}

}   // namespace
}   // namespace rediserve::test
