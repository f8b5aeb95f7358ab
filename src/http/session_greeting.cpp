// What comes before anything of HTTP: a PROXY protocol header, a TLS handshake.
#include "http/connections.hpp"
#include "http/proxy_header.hpp"
#include "http/session.hpp"
#include "rediserve/telemetry/log.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace rediserve::http {

namespace {

using telemetry::level;

// Bytes that have arrived, without taking them: what follows the header is not ours, but OpenSSL's perhaps.
ssize_t peek(int socket, char* to, std::size_t room) noexcept
{
    return ::recv(socket, to, room, MSG_PEEK | MSG_DONTWAIT);
}

bool must_wait() noexcept
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}   // namespace

// Goes on as far as possible. True when all of it has come, or the connection takes no more.
bool session::greet()
{
    if (greeting_ == greeting::proxy_header)
        read_proxy_header();
    if (greeting_ == greeting::hello)
        look_at_hello();
    if (greeting_ == greeting::handshake)
        shake_hands();
    return greeting_ == greeting::none || over_;
}

void session::begin(greeting next)
{
    greeting_ = next;
    enter(next == greeting::proxy_header ? phase::header : next == greeting::none ? phase::none : phase::handshake);
}

void session::read_proxy_header()
{
    enter(phase::header);
    std::array<char, longest_proxy_header> bytes;
    const ssize_t n = peek(transport_.socket(), bytes.data(), bytes.size());
    if (n < 0 && must_wait())
        return;
    if (n <= 0)
        return give_up();
    const auto found = parse_proxy_header({bytes.data(), static_cast<std::size_t>(n)});
    if (!found)
        return refuse_proxy_header(found.error().detail);
    if (!*found) {
        if (peer_.ended)
            refuse_proxy_header("the connection ended within the header");
        return;
    }
    // It has been seen there, so it comes in one piece.
    ::recv(transport_.socket(), bytes.data(), (*found)->size, MSG_DONTWAIT);
    if ((*found)->source) {
        peer_.address = *(*found)->source;
        peer_.local = false;
    }
    begin(peer_.secure ? greeting::hello : greeting::none);
}

void session::refuse_proxy_header(std::string_view why)
{
    pool_.metrics().proxy_headers_refused.add(1);
    pool_.warn_of_proxy(peer_, why, now_);
    give_up();
}

// A TLS record begins with 22; a letter is the beginning of a request by somebody who did not say https.
void session::look_at_hello()
{
    enter(phase::handshake);
    char first = 0;
    const ssize_t n = peek(transport_.socket(), &first, 1);
    if (n < 0 && must_wait())
        return;
    if (n <= 0)
        return give_up();
    if (first >= 'A' && first <= 'Z') {
        pool_.metrics().tls_failed.add(1);
        peer_.secure = false;
        begin(greeting::none);
        return refuse({errc::bad_request, "this port speaks HTTPS: the URL begins with https://"});
    }
    const auto& by = pool_.settings().handshakes;
    auto made = by ? tls_connection::make(transport_.socket(), by) : nullptr;
    if (!made)
        return give_up();
    transport_.secure(std::move(made));
    begin(greeting::handshake);
}

void session::shake_hands()
{
    tls_connection& tls = *transport_.tls();
    if (tls.handshake() == 0) {
        pool_.metrics().tls_done[tls.resumed() ? 1 : 0].add(1);
        peer_.certificate = tls.client_certificate();
        readable_ = true;   // OpenSSL may have read a request already
        return begin(greeting::none);
    }
    if (errno != EAGAIN && errno != EINPROGRESS)
        fail_handshake(tls.take_reason());
}

void session::fail_handshake(std::string_view why)
{
    pool_.metrics().tls_failed.add(1);
    if (telemetry::enabled(level::debug)) {
        const std::string client = text_of(peer_);
        telemetry::report(level::debug, "tls", "handshake_failed", {{"client", client}, {"why", why}});
    }
    give_up();
}

void session::greet_in_time()
{
    if (greeting_ == greeting::proxy_header)
        refuse_proxy_header("the header did not arrive in time");
    else
        fail_handshake("it took too long");
}

// Not at once: its coroutine may be running, or about to.
void session::give_up()
{
    begin(greeting::failed);
    enter(phase::none);
    abort_soon();
}

}   // namespace rediserve::http
