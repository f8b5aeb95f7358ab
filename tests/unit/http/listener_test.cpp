// Endpoints and accept loops, over real sockets.
#include "session_fixture.hpp"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <filesystem>
#include <vector>

namespace rediserve::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Listener : public testing::Test
{
protected:
    void open(std::vector<endpoint> at, const params& settings = {})
    {
        ASSERT_FALSE(try_open(std::move(at), settings).has_error());
        listening_->start();
    }

    result<void> try_open(std::vector<endpoint> at, const params& settings = {})
    {
        for (auto& pool : pools_)
            pool = make_connection_pool(context_, settings, handler_, metrics_);
        listening_ = make_listener(context_, settings, {pools_[0].get(), pools_[1].get()}, metrics_);
        return listening_->open(at);
    }

    ~Listener() override
    {
        for (const int each : clients_)
            ::close(each);
        for (auto& pool : pools_)
            if (pool)
                pool->stop();
        listening_.reset();
        run();
    }

    void run()
    {
        context_.restart();
        context_.poll();
    }

    static endpoint loopback(std::uint16_t port) { return {"127.0.0.1", port, ""}; }
    endpoint unix_socket() const { return {"", 0, (folder_.path() / "http.sock").string()}; }

    // A client of one of the listener's endpoints, which is on 127.0.0.1, ::1 or a unix socket.
    int connect(std::size_t number = 0)
    {
        const std::string url = listening_->urls()[number];
        if (url.starts_with("unix:")) {
            sockaddr_un to{};
            to.sun_family = AF_UNIX;
            url.substr(5).copy(to.sun_path, sizeof to.sun_path - 1);
            return connect_to(to);
        }
        const std::uint16_t port = htons(static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1))));
        if (url.find("[::1]") != std::string::npos)
            return connect_to(sockaddr_in6{AF_INET6, port, 0, IN6ADDR_LOOPBACK_INIT, 0});
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = port;
        return connect_to(to);
    }

    template <class Address>
    int connect_to(const Address& to)
    {
        const auto* const generic = reinterpret_cast<const sockaddr*>(&to);
        clients_.push_back(::socket(generic->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(::connect(clients_.back(), generic, sizeof to), 0);
        return clients_.back();
    }

    // What arrives until the peer closes; the second says whether it closed properly.
    std::pair<std::string, bool> read_to_end(int from)
    {
        std::string got;
        bool proper = false;
        EXPECT_TRUE(test::await([&] {
            run();
            char some[4096];
            const ssize_t n = ::recv(from, some, sizeof some, MSG_DONTWAIT);
            if (n > 0)
                got.append(some, static_cast<std::size_t>(n));
            proper = n == 0;
            return n == 0 || (n < 0 && errno != EAGAIN);
        }));
        return {got, proper};
    }

    boost::asio::io_context context_{1};
    scripted_handler handler_;
    telemetry::shard_metrics metrics_;
    test::temporary_folder folder_;
    std::array<std::unique_ptr<connection_pool>, 2> pools_;
    std::unique_ptr<listener> listening_;
    std::vector<int> clients_;
};

TEST_F(Listener, SaysWhereItListens)
{
    open({loopback(0), unix_socket()});
    const auto urls = listening_->urls();
    ASSERT_EQ(urls.size(), 2u);
    EXPECT_THAT(urls[0], StartsWith("http://127.0.0.1:"));
    EXPECT_EQ(urls[1], "unix:" + unix_socket().path);
}

TEST_F(Listener, AnswersOverTcp)
{
    open({loopback(0)});
    const int client = connect();
    const std::string request = "GET /now HTTP/1.0\r\n\r\n";
    ::send(client, request.data(), request.size(), MSG_NOSIGNAL);
    const auto [got, proper] = read_to_end(client);
    EXPECT_TRUE(got.ends_with("/now:")) << got;
    EXPECT_TRUE(proper);
}

TEST_F(Listener, SaysWhoIsAtTheOtherEnd)
{
    open({unix_socket(), loopback(0), {"::1", 0, ""}});
    const std::string request = "GET /peer HTTP/1.0\r\n\r\n";
    const auto ask = [&](std::size_t number) {
        const int client = connect(number);
        ::send(client, request.data(), request.size(), MSG_NOSIGNAL);
        const std::string got = read_to_end(client).first;
        return got.substr(got.find("\r\n\r\n") + 4);
    };
    EXPECT_EQ(ask(0), ":: local by 0");
    EXPECT_EQ(ask(1), "::ffff:127.0.0.1 by 1");
    EXPECT_EQ(ask(2), "::1 by 2");
}

// Only the end of the connection ends a stream in HTTP/1.0, so a stream that is cut off must not end like that.
TEST_F(Listener, ResetsAStreamOfOldHttpThatCannotBeCompleted)
{
    open({loopback(0)});
    const int client = connect();
    const std::string request = "GET /broken HTTP/1.0\r\n\r\n";
    ::send(client, request.data(), request.size(), MSG_NOSIGNAL);
    EXPECT_FALSE(read_to_end(client).second);
}

TEST_F(Listener, HandsConnectionsToThePoolWithTheFewest)
{
    open({loopback(0)});
    for (int i = 0; i < 4; ++i) {
        connect();
        EXPECT_TRUE(test::await([&] {
            run();
            return pools_[0]->open() + pools_[1]->open() == clients_.size();
        }));
    }
    EXPECT_EQ(pools_[0]->open(), 2u);
    EXPECT_EQ(pools_[1]->open(), 2u);
}

TEST_F(Listener, TellsConnectionsOverTheLimit)
{
    params settings;
    settings.limits.connections = 1;
    open({loopback(0)}, settings);
    connect();
    run();
    const int refused = connect();
    ::shutdown(refused, SHUT_WR);
    EXPECT_THAT(read_to_end(refused).first, StartsWith("HTTP/1.1 503 "));
    EXPECT_EQ(metrics_.rejected[static_cast<std::size_t>(telemetry::rejection::connections)].get(), 1);
}

TEST_F(Listener, SaysWhatIsInTheWay)
{
    open({loopback(0)});
    const std::string url = listening_->urls().front();
    const auto taken = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
    const auto second = make_listener(context_, {}, {pools_[0].get()}, metrics_);
    const auto refused = second->open({loopback(taken)});
    ASSERT_TRUE(refused.has_error());
    EXPECT_THAT(refused.error().detail, HasSubstr("127.0.0.1:" + std::to_string(taken)));
}

TEST_F(Listener, MakesUnixSocketsOfTheModeThatIsAskedFor)
{
    params settings;
    settings.unix_mode = 0600;
    open({unix_socket()}, settings);
    struct stat about = {};
    ASSERT_EQ(::stat(unix_socket().path.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 07777u, 0600u);
    listening_->close();
    EXPECT_FALSE(std::filesystem::exists(unix_socket().path));
}

TEST_F(Listener, TakesNoUnixSocketAwayFromSomebodyElse)
{
    open({unix_socket()});
    const auto second = make_listener(context_, {}, {pools_[0].get()}, metrics_);
    EXPECT_THAT(second->open({unix_socket()}).error().detail, HasSubstr("somebody listens there already"));
    listening_->close();
    EXPECT_FALSE(second->open({unix_socket()}).has_error());
}

// The accept loop's turn may have come already when the listener is closed.
TEST_F(Listener, ClosesWhileAConnectionIsWaiting)
{
    open({loopback(0)});
    boost::asio::posix::stream_descriptor first(context_, ::eventfd(0, EFD_CLOEXEC));
    first.async_wait(boost::asio::posix::descriptor_base::wait_read, [this](const auto&) { listening_->close(); });
    run();
    const std::uint64_t one = 1;
    ASSERT_EQ(::write(first.native_handle(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
    connect();
    run();
    EXPECT_EQ(pools_[0]->open() + pools_[1]->open(), 0u);
}

}   // namespace
}   // namespace rediserve::http
