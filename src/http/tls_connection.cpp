#include "http/tls_connection.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace rediserve::http {

namespace {

// ---- the socket as OpenSSL sees it: its own would raise SIGPIPE, and does not tell when the socket is empty ----

tls_connection& owner(BIO* of)
{
    return *static_cast<tls_connection*>(BIO_get_data(of));
}

bool must_wait() noexcept
{
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

int read_bio(BIO* of, char* to, std::size_t room, std::size_t* got)
{
    BIO_clear_retry_flags(of);
    const ssize_t n = owner(of).read_socket(to, room);
    if (n < 0 && must_wait())
        BIO_set_retry_read(of);
    *got = n > 0 ? static_cast<std::size_t>(n) : 0;
    return n > 0;
}

int write_bio(BIO* of, const char* from, std::size_t size, std::size_t* taken)
{
    BIO_clear_retry_flags(of);
    const ssize_t n = owner(of).write_socket(from, size);
    if (n < 0 && must_wait())
        BIO_set_retry_write(of);
    *taken = n > 0 ? static_cast<std::size_t>(n) : 0;
    return n > 0;
}

long control_bio(BIO* of, int command, long, void*)
{
    switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_EOF: return owner(of).at_end();
    default: return 0;
    }
}

const BIO_METHOD* socket_bio()
{
    static BIO_METHOD* const made = [] {
        BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "client socket");
        BIO_meth_set_read_ex(method, read_bio);
        BIO_meth_set_write_ex(method, write_bio);
        BIO_meth_set_ctrl(method, control_bio);
        return method;
    }();
    return made;
}

// SSL_get_error() tells the truth only when the queue was empty before; others use OpenSSL on this thread, too.
void forget_errors() noexcept
{
    if (ERR_peek_error() != 0)
        ERR_clear_error();
}

// ---- names ----

std::string subject_of(X509* certificate)
{
    std::string text;
    BIO* const to = BIO_new(BIO_s_mem());
    X509_NAME_print_ex(to, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    const char* bytes = nullptr;
    if (const long size = BIO_get_mem_data(to, &bytes); size > 0)
        text.assign(bytes, static_cast<std::size_t>(size));
    BIO_free(to);
    return text;
}

// Names are compared and logged: what is not plain text is not taken for one.
bool is_plain(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

void add_name(std::vector<std::string>& to, std::string_view kind, const ASN1_IA5STRING* from)
{
    const std::string_view text(
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(from)), static_cast<std::size_t>(ASN1_STRING_length(from))
    );
    if (is_plain(text))
        to.push_back(std::string(kind).append(text));
}

void add_alternative_names(std::vector<std::string>& to, X509* certificate)
{
    auto* const all =
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int number = 0; number < sk_GENERAL_NAME_num(all); ++number) {
        const GENERAL_NAME* const one = sk_GENERAL_NAME_value(all, number);
        switch (one->type) {
        case GEN_DNS: add_name(to, "DNS:", one->d.dNSName); break;
        case GEN_URI: add_name(to, "URI:", one->d.uniformResourceIdentifier); break;
        case GEN_EMAIL: add_name(to, "email:", one->d.rfc822Name); break;
        default: break;
        }
    }
    GENERAL_NAMES_free(all);
}

}   // namespace

std::unique_ptr<tls_connection> tls_connection::make(int socket, std::shared_ptr<const tls_server> by)
{
    std::unique_ptr<tls_connection> made(new tls_connection(socket, std::move(by)));
    made->session_ = made->by_->new_session();
    BIO* const bio = BIO_new(socket_bio());
    if (!made->session_ || !bio) {
        BIO_free(bio);
        return nullptr;
    }
    BIO_set_data(bio, made.get());
    BIO_set_init(bio, 1);
    SSL_set_bio(made->session_.get(), bio, bio);
    SSL_set_accept_state(made->session_.get());
    return made;
}

ssize_t tls_connection::read_socket(char* to, std::size_t room) noexcept
{
    ssize_t n = 0;
    do
        n = ::recv(socket_, to, room, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    drained_ = n < 0 || static_cast<std::size_t>(n) < room;
    at_end_ = n == 0;
    socket_error_ = n < 0 ? errno : 0;
    return n;
}

ssize_t tls_connection::write_socket(const char* from, std::size_t size) noexcept
{
    ssize_t n = 0;
    do
        n = ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    socket_error_ = n < 0 ? errno : 0;
    return n;
}

// What `of`, the result of a call that did not succeed, comes to: 0 for the client's end, else -1 with errno.
int tls_connection::outcome(int of) noexcept
{
    switch (SSL_get_error(session_.get(), of)) {
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_WANT_READ: errno = EAGAIN; break;
    case SSL_ERROR_WANT_WRITE: errno = EINPROGRESS; break;
    case SSL_ERROR_SYSCALL: errno = socket_error_ != 0 ? socket_error_ : ECONNRESET; break;
    default: errno = EPROTO; break;
    }
    return -1;
}

int tls_connection::handshake() noexcept
{
    forget_errors();
    const int done = SSL_do_handshake(session_.get());
    if (done == 1)
        return 0;
    if (outcome(done) == 0)
        errno = ECONNRESET;
    return -1;
}

bool tls_connection::resumed() const noexcept
{
    return SSL_session_reused(session_.get()) == 1;
}

std::vector<std::string> tls_connection::client_certificate() const
{
    std::vector<std::string> names;
    X509* const certificate = SSL_get0_peer_certificate(session_.get());
    if (!certificate || SSL_get_verify_result(session_.get()) != X509_V_OK)
        return names;
    if (std::string subject = subject_of(certificate); !subject.empty())
        names.push_back(std::move(subject));
    add_alternative_names(names, certificate);
    return names;
}

ssize_t tls_connection::receive(char* to, std::size_t room) noexcept
{
    forget_errors();
    drained_ = false;   // until the socket is asked: what comes may be from OpenSSL's buffer
    std::size_t got = 0;
    const int done = SSL_read_ex(session_.get(), to, room, &got);
    return done == 1 ? static_cast<ssize_t>(got) : outcome(done);
}

ssize_t tls_connection::send(const char* from, std::size_t size) noexcept
{
    forget_errors();
    std::size_t taken = 0;
    const int done = SSL_write_ex(session_.get(), from, size, &taken);
    if (done == 1)
        return static_cast<ssize_t>(taken);
    if (outcome(done) == 0 || errno == EAGAIN)
        errno = EPROTO;   // nothing that is sent waits for a client once the handshake is done
    return -1;
}

bool tls_connection::more() const noexcept
{
    return !drained_ || holds_input();
}

bool tls_connection::holds_input() const noexcept
{
    return SSL_has_pending(session_.get()) == 1;
}

bool tls_connection::close_notify() noexcept
{
    if (SSL_in_init(session_.get()) == 1)
        return true;
    forget_errors();
    const int done = SSL_shutdown(session_.get());
    return done >= 0 || SSL_get_error(session_.get(), done) != SSL_ERROR_WANT_WRITE;
}

std::string tls_connection::take_reason() const
{
    const auto verified = SSL_get_verify_result(session_.get());
    const auto code = ERR_peek_last_error();
    const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    if (verified != X509_V_OK)
        return X509_verify_cert_error_string(verified);
    return reason ? reason : "the client has closed";
}

}   // namespace rediserve::http
