#include "rediserve/http/local_request.hpp"

#include "http/socket_address.hpp"
#include "rediserve/base/openssl.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace rediserve::http {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t most_of_answer = std::size_t{8} << 10;

std::string local_host(const std::string& listening)
{
    if (listening == "*" || listening == "0.0.0.0")
        return "127.0.0.1";
    return listening == "::" ? "::1" : listening;
}

[[noreturn]] void fail(const std::string& what, int error)
{
    throw std::runtime_error(what + ": " + std::generic_category().message(error));
}

socket_address address_of(const endpoint& at)
{
    const auto made = at.path.empty() ? tcp_address(local_host(at.host), at.port) : unix_address(at.path);
    if (!made)
        throw std::runtime_error("that is no address");
    return *made;
}

class connection
{
public:
    explicit connection(clock::time_point until) : until_(until) {}
    ~connection()
    {
        if (socket_ >= 0)
            ::close(socket_);
    }
    connection(const connection&) = delete;

    void open(const socket_address& to)
    {
        socket_ = ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (socket_ < 0)
            fail("no socket can be had", errno);
        if (::connect(socket_, to.get(), to.size) == 0)
            return;
        // A unix socket whose queue is full says EAGAIN, and cannot be waited for.
        if (errno != EINPROGRESS)
            fail("cannot connect", errno);
        await(POLLOUT);
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0)
            fail("cannot connect", error);
    }

    void shake_hands()
    {
        context_.reset(::SSL_CTX_new(::TLS_client_method()));
        tls_.reset(context_ ? ::SSL_new(context_.get()) : nullptr);
        if (!tls_ || ::SSL_set_fd(tls_.get(), socket_) != 1)
            throw std::runtime_error("TLS cannot be used: " + newest_openssl_error());
        encrypted([&] { return ::SSL_connect(tls_.get()); });
    }

    void send(std::string_view bytes)
    {
        while (!bytes.empty())
            bytes.remove_prefix(send_some(bytes));
    }

    // 0: the end.
    std::size_t receive(char* to, std::size_t room)
    {
        if (tls_)
            return encrypted([&] { return ::SSL_read(tls_.get(), to, static_cast<int>(room)); });
        for (;;) {
            const auto size = ::recv(socket_, to, room, 0);
            if (size >= 0)
                return static_cast<std::size_t>(size);
            await_after(errno, POLLIN);
        }
    }

private:
    std::size_t send_some(std::string_view bytes)
    {
        if (tls_)
            return encrypted([&] { return ::SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())); });
        for (;;) {
            const auto size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size >= 0)
                return static_cast<std::size_t>(size);
            await_after(errno, POLLOUT);
        }
    }

    // Repeats a call of OpenSSL until it succeeds; 0: the daemon has closed the connection.
    template <class Call>
    std::size_t encrypted(Call call)
    {
        for (;;) {
            ::ERR_clear_error();
            const int done = call();
            if (done > 0)
                return static_cast<std::size_t>(done);
            switch (::SSL_get_error(tls_.get(), done)) {
            case SSL_ERROR_WANT_READ: await(POLLIN); break;
            case SSL_ERROR_WANT_WRITE: await(POLLOUT); break;
            case SSL_ERROR_ZERO_RETURN: return 0;
            default: throw std::runtime_error("TLS failed: " + newest_openssl_error());
            }
        }
    }

    void await_after(int error, short events)
    {
        if (error != EAGAIN && error != EINTR)
            fail("the connection broke", error);
        await(events);
    }

    void await(short events)
    {
        for (;;) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - clock::now()).count();
            pollfd waiting{socket_, events, 0};
            const int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(left)) : 0;
            if (ready > 0)
                return;
            if (ready == 0)
                throw std::runtime_error("no answer in time");
            if (errno != EINTR)
                fail("cannot wait", errno);
        }
    }

    clock::time_point until_;
    int socket_ = -1;
    ssl_context context_;
    ssl_session tls_;
};

std::string read_all(connection& from)
{
    std::string all;
    std::array<char, 2048> part;
    while (all.size() < most_of_answer) {
        const std::size_t size = from.receive(part.data(), part.size());
        if (size == 0)
            break;
        all.append(part.data(), size);
    }
    return all;
}

// "HTTP/1.1 200 OK", headers, an empty line, and the body; the connection's end is that of the body.
local_answer parse(std::string_view text)
{
    constexpr std::string_view start = "HTTP/1.1 ";
    local_answer made;
    if (!text.starts_with(start))
        throw std::runtime_error(text.empty() ? "the connection was closed without an answer" : "that is not HTTP");
    const auto* const digits = text.data() + start.size();
    std::from_chars(digits, text.data() + text.size(), made.status);
    const auto end = text.find("\r\n\r\n");
    if (end != std::string_view::npos)
        made.body = text.substr(end + 4);
    return made;
}

}   // namespace

std::string local_name(const endpoint& at)
{
    if (!at.path.empty())
        return "unix:" + at.path;
    const std::string host = local_host(at.host);
    const std::string shown = host.find(':') == std::string::npos ? host : '[' + host + ']';
    return shown + ':' + std::to_string(at.port);
}

std::string why_unaskable(const endpoint& at, const params& of)
{
    if (at.tls && of.tls.clients == client_certificates::required)
        return "it wants a client certificate";
    if (!at.path.empty())
        return {};
    if (at.port == 0)
        return "its port is any that is free";
    const auto own = parse_address(local_host(at.host));
    if (at.proxy_protocol && !(own && of.proxies.contain(*own)))
        return "it listens to proxies only, and this machine is none of http.trusted_proxies";
    return {};
}

local_answer get_locally(const endpoint& at, std::string_view path, std::chrono::milliseconds within)
{
    connection to(clock::now() + within);
    to.open(address_of(at));
    if (at.proxy_protocol)
        to.send("PROXY UNKNOWN\r\n");   // version 1: a connection that is for nobody else
    if (at.tls)
        to.shake_hands();
    to.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const std::string answer = read_all(to);
    return parse(answer);
}

}   // namespace rediserve::http
