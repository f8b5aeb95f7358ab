#include "rediserve/http/listener.hpp"

#include "http/listening_socket.hpp"
#include "http/proxy_warning.hpp"
#include "http/session.hpp"
#include "rediserve/telemetry/log.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace rediserve::http {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Connections over the limit are still accepted, to be told so; beyond this many more they are just closed.
constexpr std::size_t refusals = 256;

// How long to wait when the process or the system is out of descriptors.
constexpr std::chrono::milliseconds accept_pause{100};

boost::asio::ip::address_v6 address_of(const sockaddr_storage& from) noexcept
{
    namespace ip = boost::asio::ip;
    if (from.ss_family == AF_INET) {
        const auto& in = reinterpret_cast<const sockaddr_in&>(from);
        return ip::make_address_v6(ip::v4_mapped, ip::address_v4(ntohl(in.sin_addr.s_addr)));
    }
    if (from.ss_family != AF_INET6)
        return {};
    ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr, bytes.size());
    return ip::address_v6(bytes);
}

// Shared, so that a turn that has come already finds out when the loop is gone.
class accept_loop : public std::enable_shared_from_this<accept_loop>
{
public:
    accept_loop(
        asio::io_context& context, listening_socket&& from, std::size_t number, std::vector<connection_pool*>& pools,
        const params& settings, telemetry::shard_metrics& metrics
    )
        : socket_(std::move(from))
        , number_(number)
        , descriptor_(context, socket_.descriptor())
        , pause_(context)
        , pools_(pools)
        , settings_(settings)
        , metrics_(metrics)
    {}

    ~accept_loop() { descriptor_.release(); }

    void start()
    {
        const auto turn = [weak = weak_from_this()](const error_code& failure) {
            if (const auto self = weak.lock(); self && !failure)
                self->accept_all();
        };
        descriptor_.async_wait(asio::posix::descriptor_base::wait_read, turn);
    }

    std::string url() const { return socket_.url(); }

private:
    void accept_all()
    {
        for (;;) {
            sockaddr_storage from{};
            socklen_t size = sizeof from;
            const int accepted = ::accept4(
                socket_.descriptor(), reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC
            );
            if (accepted >= 0) {
                out_of_descriptors_ = false;
                hand_over(accepted, from);
            } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
                return start();
            } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                return pause();
            }
            // Anything else is about the one connection that failed before it was accepted (accept(2)).
        }
    }

    arrival arrival_from(const sockaddr_storage& address) const
    {
        arrival how;
        how.peer.address = address_of(address);
        how.peer.local = socket_.local();
        how.peer.secure = socket_.at().tls;
        how.peer.listener = number_;
        how.proxied = socket_.at().proxy_protocol;
        return how;
    }

    // Whether whoever connects may say in whose name: anybody could say anything. The mode of a unix socket sees to that.
    bool may_speak_for_others(const peer& who) const { return who.local || settings_.proxies.contain(who.address); }

    void turn_away(int accepted, const peer& who)
    {
        ::close(accepted);
        metrics_.proxy_headers_refused.add(1);
        warning_.give(who, "it is not one of http.trusted_proxies", std::chrono::steady_clock::now());
    }

    void hand_over(int accepted, const sockaddr_storage& from)
    {
        arrival how = arrival_from(from);
        if (how.proxied && !may_speak_for_others(how.peer))
            return turn_away(accepted, how.peer);
        std::size_t open = 0;
        for (const connection_pool* pool : pools_)
            open += pool->open();
        how.refused = open >= settings_.limits.connections;
        if (how.refused) {
            metrics_.reject(telemetry::rejection::connections);
            if (open >= settings_.limits.connections + refusals) {
                ::close(accepted);
                return;
            }
        }
        if (!socket_.local()) {
            const int on = 1;
            ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        }
        const auto least_busy = std::ranges::min_element(pools_, {}, &connection_pool::open);
        (*least_busy)->adopt(accepted, std::move(how));
    }

    void pause()
    {
        const std::string_view why = std::strerror(errno);
        if (!std::exchange(out_of_descriptors_, true))
            telemetry::report(telemetry::level::warn, "listener", "accept_failed", {{"why", why}});
        pause_.expires_after(accept_pause);
        pause_.async_wait([weak = weak_from_this()](const error_code& failure) {
            if (const auto self = weak.lock(); self && !failure)
                self->start();
        });
    }

    listening_socket socket_;
    std::size_t number_;   // of its endpoint
    asio::posix::stream_descriptor descriptor_;
    asio::steady_timer pause_;
    std::vector<connection_pool*>& pools_;
    const params& settings_;
    telemetry::shard_metrics& metrics_;
    proxy_warning warning_;
    bool out_of_descriptors_ = false;   // and it was reported
};

class all_endpoints final : public listener
{
public:
    all_endpoints(
        asio::io_context& context, const params& settings, std::vector<connection_pool*> pools,
        telemetry::shard_metrics& metrics
    )
        : context_(context), settings_(settings), pools_(std::move(pools)), metrics_(metrics)
    {}

    result<void> open(const std::vector<endpoint>& at) override
    {
        std::vector<std::shared_ptr<accept_loop>> opened;
        for (const endpoint& one : at) {
            auto socket = listening_socket::open(one, settings_.unix_mode);
            if (!socket)
                return socket.error();
            opened.push_back(loop(std::move(*socket), opened.size()));
        }
        loops_ = std::move(opened);
        return {};
    }

    void adopt(const std::vector<endpoint>& at, const std::vector<int>& sockets) override
    {
        loops_.clear();
        for (std::size_t number = 0; number < at.size(); ++number)
            loops_.push_back(loop(listening_socket::adopt(sockets[number], at[number]), number));
    }

    void start() override
    {
        for (const auto& loop : loops_)
            loop->start();
    }

    std::vector<std::string> urls() const override
    {
        std::vector<std::string> all;
        for (const auto& loop : loops_)
            all.push_back(loop->url());
        return all;
    }

    void apply(const params& settings) override { settings_ = settings; }
    void close() noexcept override { loops_.clear(); }

private:
    std::shared_ptr<accept_loop> loop(listening_socket&& on, std::size_t number)
    {
        return std::make_shared<accept_loop>(context_, std::move(on), number, pools_, settings_, metrics_);
    }

    asio::io_context& context_;
    params settings_;
    std::vector<connection_pool*> pools_;
    telemetry::shard_metrics& metrics_;
    std::vector<std::shared_ptr<accept_loop>> loops_;
};

}   // namespace

std::unique_ptr<listener> make_listener(
    asio::io_context& context, const params& settings, std::vector<connection_pool*> pools,
    telemetry::shard_metrics& metrics
)
{
    return std::make_unique<all_endpoints>(context, settings, std::move(pools), metrics);
}

}   // namespace rediserve::http
