// What a service manager says by the environment.
#include "app/service_variables.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <map>

namespace rediserve::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr pid_t self = 4711;

result<service_variables> read(const std::map<std::string, std::string, std::less<>>& variables)
{
    const auto from = [&](std::string_view name) -> std::optional<std::string> {
        const auto at = variables.find(name);
        return at == variables.end() ? std::nullopt : std::optional(at->second);
    };
    return read_service_variables(from, self);
}

std::string refused(const std::map<std::string, std::string, std::less<>>& variables)
{
    const auto outcome = read(variables);
    return outcome ? "accepted" : outcome.error().detail;
}

TEST(ServiceVariables, AreNotNeeded)
{
    EXPECT_EQ(*read({}), service_variables{});
    EXPECT_EQ(
        *read({{"NOTIFY_SOCKET", ""}, {"WATCHDOG_USEC", ""}, {"LISTEN_FDS", ""}, {"LISTEN_PID", ""}}),
        service_variables{}
    );
}

TEST(ServiceVariables, SayWhereToReport)
{
    EXPECT_EQ(read({{"NOTIFY_SOCKET", "/run/systemd/notify"}})->notify_socket, "/run/systemd/notify");
    EXPECT_EQ(read({{"NOTIFY_SOCKET", "@notify"}})->notify_socket, "@notify");
}

TEST(ServiceVariables, SayHowOftenASignOfLifeIsWanted)
{
    EXPECT_EQ(read({{"WATCHDOG_USEC", "30000000"}})->watchdog, 30s);
    EXPECT_EQ(read({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "4711"}})->watchdog, 30s);
    EXPECT_EQ(read({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "4712"}})->watchdog, 0s);
}

TEST(ServiceVariables, WantASignOfLifeOnceADayAtLeast)
{
    EXPECT_EQ(read({{"WATCHDOG_USEC", "172800000000"}})->watchdog, std::chrono::days(1));
}

TEST(ServiceVariables, HandSocketsOver)
{
    const auto two = read({{"LISTEN_FDS", "2"}, {"LISTEN_PID", "4711"}, {"LISTEN_FDNAMES", "http:https"}});
    EXPECT_THAT(two->sockets, testing::ElementsAre(inherited_socket{3, "http"}, inherited_socket{4, "https"}));
    EXPECT_THAT(
        read({{"LISTEN_FDS", "1"}, {"LISTEN_PID", "4711"}})->sockets, testing::ElementsAre(inherited_socket{3, ""})
    );
}

TEST(ServiceVariables, OfAnotherProcessAreLeftAlone)
{
    EXPECT_THAT(read({{"LISTEN_FDS", "1"}, {"LISTEN_PID", "4712"}})->sockets, IsEmpty());
    EXPECT_THAT(read({{"LISTEN_FDS", "1"}})->sockets, IsEmpty());
    EXPECT_THAT(read({{"LISTEN_FDS", "many"}, {"LISTEN_PID", "4712"}})->sockets, IsEmpty());
    EXPECT_EQ(read({{"WATCHDOG_USEC", "often"}, {"WATCHDOG_PID", "4712"}})->watchdog, 0s);
    EXPECT_THAT(read({{"LISTEN_FDS", "0"}, {"LISTEN_PID", "4711"}})->sockets, IsEmpty());
}

TEST(ServiceVariables, ThatMakeNoSenseAreNamed)
{
    EXPECT_THAT(refused({{"NOTIFY_SOCKET", "notify"}}), HasSubstr("NOTIFY_SOCKET"));
    EXPECT_THAT(refused({{"NOTIFY_SOCKET", "vsock:2:1234"}}), HasSubstr("vsock:2:1234"));
    EXPECT_THAT(refused({{"NOTIFY_SOCKET", "@"}}), HasSubstr("NOTIFY_SOCKET"));
    EXPECT_THAT(refused({{"NOTIFY_SOCKET", "/" + std::string(107, 'x')}}), HasSubstr("NOTIFY_SOCKET"));
    for (const auto* nonsense : {"soon", "-1", "0", "1s", "99999999999999999999"})
        EXPECT_THAT(refused({{"WATCHDOG_USEC", nonsense}}), HasSubstr("WATCHDOG_USEC")) << nonsense;
    for (const auto* nonsense : {"x", "-1", "257", "1 "})
        EXPECT_THAT(refused({{"LISTEN_FDS", nonsense}, {"LISTEN_PID", "4711"}}), HasSubstr("LISTEN_FDS")) << nonsense;
    EXPECT_THAT(refused({{"LISTEN_FDS", "1"}, {"LISTEN_PID", "me"}}), HasSubstr("LISTEN_PID"));
    EXPECT_THAT(
        refused({{"LISTEN_FDS", "2"}, {"LISTEN_PID", "4711"}, {"LISTEN_FDNAMES", "one"}}), HasSubstr("LISTEN_FDNAMES")
    );
}

TEST(ServiceVariables, AreForgotten)
{
    ::setenv("NOTIFY_SOCKET", "/nowhere", 1);
    ::setenv("LISTEN_FDS", "1", 1);
    forget_service_variables();
    EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
    EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);
}

}   // namespace
}   // namespace rediserve::app
