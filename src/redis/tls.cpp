#include "redis/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace rediserve::redis {

namespace {

error failure(std::string what)
{
    return error(errc::backend_unavailable, "tls: " + std::move(what), executed::no);
}

}   // namespace

result<void> tls_client::load_authorities(ssl_ctx_st* context) const
{
    if (settings_.ca_file.empty()) {
        SSL_CTX_set_default_verify_paths(context);
        return {};
    }
    if (auto why = why_unreadable(settings_.ca_file, "CA file"); !why.empty())
        return failure(std::move(why));
    if (SSL_CTX_load_verify_locations(context, settings_.ca_file.c_str(), nullptr) != 1)
        return failure("no certificate authority in " + settings_.ca_file + ": " + newest_openssl_error());
    return {};
}

result<void> tls_client::load_certificate(ssl_ctx_st* context) const
{
    if (settings_.certificate_file.empty())
        return {};
    const auto& key = settings_.key_file.empty() ? settings_.certificate_file : settings_.key_file;
    if (auto why = why_unreadable(settings_.certificate_file, "client certificate"); !why.empty())
        return failure(std::move(why));
    if (auto why = why_unreadable(key, "key of the client certificate"); !why.empty())
        return failure(std::move(why));
    if (SSL_CTX_use_certificate_chain_file(context, settings_.certificate_file.c_str()) != 1)
        return failure("no certificate in " + settings_.certificate_file + ": " + newest_openssl_error());
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
        return failure("no key in " + key + " that fits the client certificate: " + newest_openssl_error());
    return {};
}

result<void> tls_client::load()
{
    ERR_clear_error();
    ssl_context context(SSL_CTX_new(TLS_client_method()));
    if (!context)
        return failure(newest_openssl_error());
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_default_passwd_cb(context.get(), no_password);
    SSL_CTX_set_verify(context.get(), settings_.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    // One record per write: then what hiredis still holds is exactly what has not left, which decides about retries.
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (auto loaded = load_authorities(context.get()); !loaded)
        return loaded;
    if (auto loaded = load_certificate(context.get()); !loaded)
        return loaded;
    context_ = std::move(context);
    return {};
}

result<ssl_session> tls_client::new_session(const std::string& host)
{
    if (!context_) {
        if (auto loaded = load(); !loaded)
            return loaded.error();
    }
    ssl_session session(SSL_new(context_.get()));
    if (!session)
        return failure(newest_openssl_error());
    const auto& name = settings_.server_name.empty() ? host : settings_.server_name;
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), name.c_str()) == 1)
        return session;   // an address: verified as such, and SNI carries names only (RFC 6066, 3)
    ERR_clear_error();
    SSL_set_hostflags(session.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(session.get(), name.c_str()) != 1 || SSL_set_tlsext_host_name(session.get(), name.c_str()) != 1)
        return failure("the server name cannot be used: " + newest_openssl_error());
    return session;
}

void forget_tls_errors() noexcept
{
    ERR_clear_error();
}

std::string tls_reason(const ssl_st* session, std::string_view otherwise)
{
    const auto verified = SSL_get_verify_result(session);
    const bool verifying = SSL_get_verify_mode(session) != SSL_VERIFY_NONE;
    if (verifying && verified != X509_V_OK)
        return std::string("tls: certificate verify failed: ") + X509_verify_cert_error_string(verified);
    if (const auto code = ERR_peek_last_error(); code != 0) {
        if (const char* const reason = ERR_reason_error_string(code))
            return std::string("tls: ") + reason;
    }
    return std::string(otherwise);
}

}   // namespace rediserve::redis
