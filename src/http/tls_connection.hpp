// TLS on one connected socket: OpenSSL's session, with answers like those of recv(2) and send(2).
#pragma once

#include "rediserve/http/tls.hpp"

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace rediserve::http {

// Each of the calls that move bytes returns -1 with errno when it does not succeed: EAGAIN, when it waits for bytes from
// the client; EINPROGRESS, when it waits until the socket can be written, whatever was asked for; EPROTO, when the client
// breaks the protocol; or what the socket says.
class tls_connection
{
public:
    // nullptr: there is no memory. Does not own `socket`, a non-blocking one.
    static std::unique_ptr<tls_connection> make(int socket, std::shared_ptr<const tls_server> by);
    tls_connection(const tls_connection&) = delete;
    tls_connection& operator=(const tls_connection&) = delete;

    // Goes on with the handshake as far as possible; 0: it is done.
    int handshake() noexcept;
    bool resumed() const noexcept;
    // Of the client's verified certificate, as http::peer has it.
    std::vector<std::string> client_certificate() const;

    // 0: the client sends no more.
    ssize_t receive(char* to, std::size_t room) noexcept;
    // May take less than all.
    ssize_t send(const char* from, std::size_t size) noexcept;
    // Whether receive() may have more to give, as far as its last call shows.
    bool more() const noexcept;
    // Whether bytes have been read from the socket that receive() has not given out.
    bool holds_input() const noexcept;
    // Says that nothing more will be sent; false: once more when the socket can be written.
    bool close_notify() noexcept;

    // Why the last call failed. Once.
    std::string take_reason() const;

    // For OpenSSL.
    ssize_t read_socket(char* to, std::size_t room) noexcept;
    ssize_t write_socket(const char* from, std::size_t size) noexcept;
    bool at_end() const noexcept { return at_end_; }

private:
    tls_connection(int socket, std::shared_ptr<const tls_server> by) noexcept : by_(std::move(by)), socket_(socket) {}
    int outcome(int of) noexcept;

    std::shared_ptr<const tls_server> by_;
    ssl_session session_;
    int socket_;
    int socket_error_ = 0;
    bool drained_ = false;   // the socket had no more when it was last asked
    bool at_end_ = false;
};

}   // namespace rediserve::http
