// The bytes of a connection: the socket's, or those of TLS on it. What both have in common is decided by one branch.
#pragma once

#include "http/tls_connection.hpp"

#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>

namespace rediserve::http {

// Calls that move bytes answer as recv(2) and send(2) do; with TLS, errno may be what tls_connection says besides.
class transport
{
public:
    explicit transport(int socket) noexcept : socket_(socket) {}
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;

    int socket() const noexcept { return socket_; }
    void secure(std::unique_ptr<tls_connection> by) noexcept { tls_ = std::move(by); }
    tls_connection* tls() const noexcept { return tls_.get(); }

    ssize_t receive(char* to, std::size_t room) noexcept
    {
        return tls_ ? tls_->receive(to, room) : ::recv(socket_, to, room, MSG_DONTWAIT);
    }
    ssize_t send(const char* from, std::size_t size) noexcept
    {
        return tls_ ? tls_->send(from, size) : ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    // Whether there may be more behind the `got` bytes for which there was `room`.
    bool more(std::size_t got, std::size_t room) const noexcept { return tls_ ? tls_->more() : got == room; }
    // Whether bytes wait, in the kernel or here.
    bool has_input() const noexcept;
    // Says with TLS that nothing more will be sent; false: once more when the socket can be written.
    bool part() noexcept { return !tls_ || tls_->close_notify(); }
    void close() noexcept;

private:
    int socket_;
    std::unique_ptr<tls_connection> tls_;
};

}   // namespace rediserve::http
