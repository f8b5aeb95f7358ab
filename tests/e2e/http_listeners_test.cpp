// Where the daemon listens: TCP, IPv6 and unix sockets, several at once.
#include "e2e/rest_test.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

namespace rediserve::test {
namespace {

bool machine_has_ipv6()
{
    int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    bool bound = descriptor >= 0 && ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    if (descriptor >= 0)
        ::close(descriptor);
    return bound;
}

class HttpListeners : public testing::Test
{
protected:
    redis_server redis_;
    temporary_folder folder_;
    std::string socket_ = (folder_.path() / "http.sock").string();
};

TEST_F(HttpListeners, ServeAUnixSocketOfTheirOwnMode)
{
    gateway rest({"--listen", "unix:" + socket_, "--redis", redis_.url()});
    ASSERT_TRUE(rest.await_ready());
    http_connection connection("unix:" + socket_);
    EXPECT_THAT(connection.request("PUT", "/keys/k", "v"), HasStatus(201));
    EXPECT_THAT(connection.request("GET", "/keys/k?raw"), Answers(200, "v"));
    struct stat about = {};
    ASSERT_EQ(::stat(socket_.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 07777U, 0660U);
    rest.process().signal(SIGTERM);
    EXPECT_EQ(rest.process().wait(), 0);
    EXPECT_FALSE(std::filesystem::exists(socket_));
}

TEST_F(HttpListeners, TakeOverASocketThatNobodyServes)
{
    {
        gateway killed({"--listen", "unix:" + socket_, "--redis", redis_.url()});
        killed.process().signal(SIGKILL);
        killed.process().wait();
    }
    ASSERT_TRUE(std::filesystem::exists(socket_));
    gateway rest({"--listen", "unix:" + socket_, "--redis", redis_.url()});
    EXPECT_THAT(http_connection("unix:" + socket_).request("GET", "/livez"), HasStatus(200));
}

TEST_F(HttpListeners, TakeOverNoSocketThatIsServed)
{
    gateway rest({"--listen", "unix:" + socket_, "--redis", redis_.url()});
    process::options how;
    how.command = {binary(), "--listen", "unix:" + socket_, "--redis", redis_.url()};
    how.clear_environment = true;
    process second(how);
    EXPECT_EQ(second.wait(), 69) << second.output();
    EXPECT_THAT(http_connection("unix:" + socket_).request("GET", "/livez"), HasStatus(200));
}

TEST_F(HttpListeners, TakeNoOrdinaryFileForASocket)
{
    configuration file("{}");
    process::options how;
    how.command = {binary(), "--listen", "unix:" + file.path(), "--redis", redis_.url()};
    how.clear_environment = true;
    process refused(how);
    EXPECT_EQ(refused.wait(), 69) << refused.output();
    EXPECT_TRUE(std::filesystem::is_regular_file(file.path()));
}

TEST_F(HttpListeners, ServeIpv6)
{
    if (!machine_has_ipv6())
        GTEST_SKIP() << "this machine has no IPv6";
    gateway rest({"--listen", "[::1]:0", "--redis", redis_.url()});
    auto url = std::find_if(rest.urls().begin(), rest.urls().end(), [](const auto& one) {
        return one.starts_with("http://[");
    });
    ASSERT_NE(url, rest.urls().end());
    EXPECT_THAT(http_connection(url->substr(7)).request("GET", "/livez"), HasStatus(200));
}

TEST_F(HttpListeners, ServeSeveralAddressesAtOnce)
{
    gateway rest({"--listen", "127.0.0.1:0", "--listen", "unix:" + socket_, "--redis", redis_.url()});
    ASSERT_EQ(rest.urls().size(), 3U);
    for (const auto& url : rest.urls()) {
        http_connection connection(url.starts_with("http://") ? url.substr(7) : url);
        EXPECT_THAT(connection.request("GET", "/livez"), HasStatus(200)) << url;
    }
}

}   // namespace
}   // namespace rediserve::test
