// A client that speaks TLS, on a blocking socket with deadlines, and the certificates it wants to see.
#pragma once

#include "support/http_client.hpp"
#include "support/process.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;
struct ssl_session_st;

namespace rediserve::test {

// An authority of its own and what it has issued, as PEM files in a folder that goes with it. Made by openssl(1).
class authority
{
public:
    authority();
    // Issues a certificate: "NAME.pem" and "NAME.key". `names` is its subjectAltName: "DNS:one.test,DNS:*.one.test".
    void issue(const std::string& name, const std::string& names, const std::string& key = "ec") const;

    std::string path(const std::string& file) const { return (folder_.path() / file).string(); }
    // As http.tls.certificates has it.
    std::string pair(const std::string& name) const { return path(name + ".pem") + ":" + path(name + ".key"); }
    std::string file() const { return path("authority.pem"); }

private:
    void run(const std::vector<std::string>& arguments) const;

    temporary_folder folder_;
};

class tls_client
{
public:
    struct options
    {
        std::string name;        // asked for, and verified; empty: neither
        std::string authority;   // file; empty: whoever it is
        std::string alpn;        // as on the wire: "\x02h2"
        std::string identity;    // path of a certificate without ".pem": with its key beside it
        int version = 0;         // TLS1_2_VERSION …; 0: any
        ssl_session_st* resume = nullptr;
        std::string before;   // bytes that go out before the handshake
    };

    // Connects to "127.0.0.1:PORT" and shakes hands; throws std::runtime_error with OpenSSL's reason when that fails.
    tls_client(const std::string& address, const options& how);
    explicit tls_client(const std::string& address) : tls_client(address, options()) {}
    ~tls_client();
    tls_client(const tls_client&) = delete;

    // Throws std::runtime_error when it is not all taken.
    void send(std::string_view bytes);
    // The next answer; throws std::runtime_error when the connection ends before it does.
    http_response read();
    http_response request(std::string_view method, std::string_view target, std::string_view body = {});
    // Some bytes; empty at the end, which is `proper` when the server has said so.
    std::string read_some();
    bool proper() const noexcept { return proper_; }
    // Says that nothing more will be sent, and goes on reading.
    void close_notify();
    void shut_write();

    bool resumed() const;
    std::string subject() const;   // of the server's certificate
    std::string protocol() const;
    std::string alpn() const;
    // For options::resume; to be called after an answer was read. Freed with this client.
    ssl_session_st* session();

private:
    [[noreturn]] void fail(const char* what) const;
    void read_until(std::size_t size);

    ssl_ctx_st* context_ = nullptr;
    ssl_st* tls_ = nullptr;
    ssl_session_st* session_ = nullptr;
    int socket_ = -1;
    std::string input_;
    bool proper_ = false;
};

// Why `how` gets no connection, or an answer to one request when it does.
std::string refusal(const std::string& address, const tls_client::options& how);

}   // namespace rediserve::test
