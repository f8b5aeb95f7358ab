// Which inherited socket serves what.
#include "app/inherited_listeners.hpp"

#include "support/service_manager.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rediserve::app {
namespace {

using http::endpoint;
using test::open_socket;
using testing::HasSubstr;

endpoint with_tls(std::string host, std::uint16_t port)
{
    endpoint made{std::move(host), port, ""};
    made.tls = true;
    return made;
}

TEST(InheritedListeners, ServeWhatIsConfiguredForTheirPlace)
{
    endpoint proxied{"127.0.0.1", 3000, ""};
    proxied.proxy_protocol = true;
    proxied.cors = "off";
    EXPECT_EQ(role_of({"127.0.0.1", 3000, ""}, "whatever", {with_tls("::1", 3000), proxied}), proxied);
    EXPECT_EQ(role_of({"::1", 3000, ""}, "whatever", {with_tls("::1", 3000), proxied}), with_tls("::1", 3000));
}

TEST(InheritedListeners, KnowEveryAddressInAllItsForms)
{
    for (const auto* host : {"0.0.0.0", "::"})
        EXPECT_EQ(role_of({host, 443, ""}, "", {with_tls("*", 443)}), with_tls(host, 443)) << host;
    EXPECT_EQ(role_of({"0.0.0.0", 80, ""}, "", {with_tls("*", 443)}), (endpoint{"0.0.0.0", 80, ""}));
    EXPECT_EQ(role_of({"192.0.2.1", 443, ""}, "", {with_tls("*", 443)}), with_tls("192.0.2.1", 443));
    for (const auto* written : {"0:0:0:0:0:0:0:1", "::0001", "0::1"})
        EXPECT_EQ(role_of({"::1", 443, ""}, "", {with_tls(written, 443)}), with_tls("::1", 443)) << written;
}

TEST(InheritedListeners, SpeakTlsByName)
{
    EXPECT_EQ(role_of({"0.0.0.0", 443, ""}, "https", {}), with_tls("0.0.0.0", 443));
    EXPECT_EQ(role_of({"0.0.0.0", 443, ""}, "rediserve.socket", {}), (endpoint{"0.0.0.0", 443, ""}));
    EXPECT_EQ(role_of({"127.0.0.1", 80, ""}, "https", {{"127.0.0.1", 80, ""}}), with_tls("127.0.0.1", 80));
    EXPECT_EQ(role_of({"", 0, "/run/x"}, "https", {}), (endpoint{"", 0, "/run/x"}));
}

TEST(InheritedListeners, DoNotLoseTlsInSilence)
{
    const auto socket = open_socket::tcp();
    const auto taken = [&](const char* name, const std::vector<endpoint>& configured) {
        return take_listeners({{socket.descriptor(), name}}, configured);
    };
    endpoint proxied{"127.0.0.1", 1, ""};
    proxied.proxy_protocol = true;
    for (const endpoint& guarded : {with_tls("127.0.0.1", 1), proxied}) {
        const auto unnamed = taken("rediserve.socket", {guarded});
        ASSERT_FALSE(unnamed);
        EXPECT_THAT(unnamed.error().detail, HasSubstr("is none of http.listen"));
        EXPECT_FALSE(taken("http", {guarded})->at[0].tls);
        EXPECT_TRUE(taken("https", {guarded})->at[0].tls);
    }
    EXPECT_TRUE(taken("rediserve.socket", {with_tls("*", socket.port())})->at[0].tls);
    EXPECT_FALSE(taken("rediserve.socket", {{"127.0.0.1", 1, ""}})->at[0].tls);
}

TEST(InheritedListeners, AreFoundWhereTheyAre)
{
    const test::temporary_folder folder;
    const auto path = (folder.path() / "socket").string();
    const auto tcp = open_socket::tcp();
    const auto local = open_socket::unix_at(path);
    const auto abstract = open_socket::unix_at("@" + folder.path().filename().string());
    const auto taken =
        take_listeners({{tcp.descriptor(), ""}, {local.descriptor(), ""}, {abstract.descriptor(), ""}}, {});
    ASSERT_TRUE(taken) << taken.error().detail;
    EXPECT_EQ(taken->at[0], (endpoint{"127.0.0.1", tcp.port(), ""}));
    EXPECT_EQ(taken->at[1], (endpoint{"", 0, path}));
    EXPECT_EQ(taken->at[2], (endpoint{"", 0, "@" + folder.path().filename().string()}));
    EXPECT_THAT(taken->sockets, testing::ElementsAre(tcp.descriptor(), local.descriptor(), abstract.descriptor()));
}

TEST(InheritedListeners, BlockNobodyAndAreNotPassedOn)
{
    const auto socket = open_socket::tcp();
    ::fcntl(socket.descriptor(), F_SETFD, 0);
    ASSERT_TRUE(take_listeners({{socket.descriptor(), ""}}, {}));
    EXPECT_TRUE(::fcntl(socket.descriptor(), F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(::fcntl(socket.descriptor(), F_GETFD) & FD_CLOEXEC);
}

TEST(InheritedListeners, ThatAreNoneAreRefused)
{
    const auto refused = [](int descriptor) {
        const auto outcome = take_listeners({{descriptor, ""}}, {});
        return outcome ? "accepted" : outcome.error().detail;
    };
    const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int datagrams = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_THAT(refused(file), HasSubstr("is no socket"));
    EXPECT_THAT(refused(datagrams), HasSubstr("no stream socket that listens"));
    EXPECT_THAT(refused(silent), HasSubstr("no stream socket that listens"));
    for (const int each : {file, datagrams, silent})
        ::close(each);
    EXPECT_THAT(refused(file), HasSubstr("is no socket"));
}

}   // namespace
}   // namespace rediserve::app
