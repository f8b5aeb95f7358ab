// What all who load certificates or speak TLS need of OpenSSL.
#pragma once

#include <memory>
#include <string>
#include <string_view>

// OpenSSL's SSL_CTX and SSL
struct ssl_ctx_st;
struct ssl_st;

namespace rediserve {

struct ssl_deleter
{
    void operator()(ssl_ctx_st* context) const noexcept;
    void operator()(ssl_st* session) const noexcept;
};
using ssl_context = std::unique_ptr<ssl_ctx_st, ssl_deleter>;
using ssl_session = std::unique_ptr<ssl_st, ssl_deleter>;

// What OpenSSL says of the newest failure of this thread.
std::string newest_openssl_error();

// Why `file` cannot be read, of which OpenSSL says little: "cannot read the key /k.pem: No such file or directory". Empty
// when it can.
std::string why_unreadable(const std::string& file, std::string_view what);

// For SSL_CTX_set_default_passwd_cb(): an encrypted key would make OpenSSL ask for its password on the terminal.
int no_password(char*, int, int, void*) noexcept;

}   // namespace rediserve
