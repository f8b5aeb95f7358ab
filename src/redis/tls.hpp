// TLS towards Redis: what is verified, with what, and why it failed.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/base/openssl.hpp"
#include "rediserve/redis/params.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace rediserve::redis {

// Makes the TLS sessions of one backend. hiredis' own options check no host name, so sessions are made here and handed
// to redisInitiateSSL().
class tls_client
{
public:
    explicit tls_client(const tls_params& settings) : settings_(settings) {}

    // A session for one connection to `host`, as the address says: verified against the certificate unless
    // settings.server_name replaces it. Reads the files on first use, and again as long as that fails.
    // errc::backend_unavailable with the file and the reason.
    result<ssl_session> new_session(const std::string& host);

private:
    result<void> load();
    result<void> load_authorities(ssl_ctx_st* context) const;
    result<void> load_certificate(ssl_ctx_st* context) const;

    tls_params settings_;
    ssl_context context_;
};

// Call before OpenSSL is used for reading or writing: its error queue must be empty for SSL_get_error() to tell the truth.
void forget_tls_errors() noexcept;

// Why a connection failed: the verification result, else OpenSSL's newest error, else `otherwise`.
std::string tls_reason(const ssl_st* session, std::string_view otherwise);

}   // namespace rediserve::redis
