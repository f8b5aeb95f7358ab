#include "rediserve/http/tls.hpp"

#include "http/ticket_keys.hpp"
#include "rediserve/base/bytes.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string>

namespace rediserve::http {

namespace {

// TLS 1.2 with forward secrecy and authenticated encryption only (RFC 9325, 4.2); 1.3 has nothing else.
constexpr const char* ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

constexpr std::string_view http_1_1("\x08http/1.1");   // as ALPN writes it

error failure(std::string what)
{
    return {errc::bad_configuration, std::move(what)};
}

// A client that offers protocols must offer ours: h2 would be answered with what it cannot read (RFC 7301, 3.2).
int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned in_size, void*)
{
    const auto* const ours = reinterpret_cast<const unsigned char*>(http_1_1.data());
    unsigned char* chosen = nullptr;
    const auto ours_size = static_cast<unsigned>(http_1_1.size());
    if (SSL_select_next_proto(&chosen, size, ours, ours_size, in, in_size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

// Ties the session to its name, so that it is not resumed under another one.
int note_name(SSL* session, int*, void*)
{
    return SSL_get_servername(session, TLSEXT_NAMETYPE_host_name) ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

// Puts the certificates for the name that is asked for in the place of the first one. 0 ends the handshake.
int choose_certificate(SSL* session, void* server)
{
    const auto& from = *static_cast<const tls_server*>(server);
    const char* const name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    const auto* const numbers = name ? from.certificates_for(name) : nullptr;
    if (!numbers)
        return 1;
    SSL_certs_clear(session);
    for (const std::size_t number : *numbers) {
        SSL_CTX* const holder = from.certificate(number);
        STACK_OF(X509)* chain = nullptr;
        SSL_CTX_get0_chain_certs(holder, &chain);
        X509* const certificate = SSL_CTX_get0_certificate(holder);
        if (SSL_use_cert_and_key(session, certificate, SSL_CTX_get0_privatekey(holder), chain, 1) != 1)
            return 0;
    }
    return 1;
}

result<void> load_pair(SSL_CTX* into, const certificate_files& from)
{
    if (auto why = why_unreadable(from.chain, "certificate"); !why.empty())
        return failure(std::move(why));
    if (auto why = why_unreadable(from.key, "key"); !why.empty())
        return failure(std::move(why));
    SSL_CTX_set_default_passwd_cb(into, no_password);
    if (SSL_CTX_use_certificate_chain_file(into, from.chain.c_str()) != 1)
        return failure("no usable certificate in " + from.chain + ": " + newest_openssl_error());
    if (SSL_CTX_use_PrivateKey_file(into, from.key.c_str(), SSL_FILETYPE_PEM) != 1
        || SSL_CTX_check_private_key(into) != 1)
        return failure("no key in " + from.key + " that fits " + from.chain + ": " + newest_openssl_error());
    return {};
}

std::string lower(std::string_view text)
{
    std::string made(text);
    for (char& c : made)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return made;
}

std::string_view text_of(const ASN1_STRING* from)
{
    return {
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(from)), static_cast<std::size_t>(ASN1_STRING_length(from))};
}

// The host names a certificate is for: alternative names, else the common name (RFC 6125, 6.4.4).
std::vector<std::string> host_names(X509* of)
{
    std::vector<std::string> names;
    auto* const all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(of, NID_subject_alt_name, nullptr, nullptr));
    for (int number = 0; number < sk_GENERAL_NAME_num(all); ++number)
        if (const auto* const one = sk_GENERAL_NAME_value(all, number); one->type == GEN_DNS)
            names.push_back(lower(text_of(one->d.dNSName)));
    GENERAL_NAMES_free(all);
    const X509_NAME* const subject = X509_get_subject_name(of);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (names.empty() && at >= 0)
        names.push_back(lower(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)))));
    return names;
}

void set_rules(SSL_CTX* of)
{
    SSL_CTX_set_min_proto_version(of, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(of, ciphers);
    // A client that ends without a word has ended all the same: a request is whole or not by its own length.
    SSL_CTX_set_options(
        of,
        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA
            | SSL_OP_IGNORE_UNEXPECTED_EOF
    );
    // The output buffer grows and moves while OpenSSL has not taken it; an idle connection holds no buffer of OpenSSL's.
    SSL_CTX_set_mode(
        of, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS
    );
    SSL_CTX_set_read_ahead(of, 1);   // a record's head and body in one recv
    SSL_CTX_set_alpn_select_cb(of, choose_protocol, nullptr);
    SSL_CTX_set_tlsext_servername_callback(of, note_name);
    // Tickets only: what a client may resume, it keeps itself.
    SSL_CTX_set_session_cache_mode(of, SSL_SESS_CACHE_OFF);
    constexpr std::string_view id = "rediserve";
    SSL_CTX_set_session_id_context(of, reinterpret_cast<const unsigned char*>(id.data()), id.size());
}

}   // namespace

tls_server::tls_server() : tickets_(std::make_unique<ticket_keys>()) {}

tls_server::~tls_server() = default;

result<std::shared_ptr<const tls_server>> tls_server::load(const tls_params& from)
{
    std::shared_ptr<tls_server> made(new tls_server);
    ERR_clear_error();
    if (auto done = made->set_up(from); !done) {
        ERR_clear_error();
        return done.error();
    }
    return std::shared_ptr<const tls_server>(std::move(made));
}

result<void> tls_server::set_up(const tls_params& from)
{
    context_.reset(SSL_CTX_new(TLS_server_method()));
    if (!context_)
        return failure(newest_openssl_error());
    set_rules(context_.get());
    if (!use_ticket_keys(context_.get(), *tickets_))
        return failure(newest_openssl_error());
    if (auto loaded = load_certificates(from.certificates); !loaded)
        return loaded;
    return load_client_authorities(from);
}

result<void> tls_server::load_certificates(const std::vector<certificate_files>& from)
{
    if (from.empty())
        return failure("an https:// endpoint needs a certificate and its key: set http.tls.certificates");
    if (auto loaded = load_pair(context_.get(), from.front()); !loaded)
        return loaded;
    for (const certificate_files& one : from) {
        certificates_.emplace_back(SSL_CTX_new(TLS_server_method()));
        if (!certificates_.back())
            return failure(newest_openssl_error());
        if (auto loaded = load_pair(certificates_.back().get(), one); !loaded)
            return loaded;
        learn_names(certificates_.size() - 1);
    }
    if (from.size() > 1)
        SSL_CTX_set_cert_cb(context_.get(), choose_certificate, this);
    return {};
}

// Of several certificates for a name with keys of one kind the first is used; with keys of several kinds, all are.
void tls_server::learn_names(std::size_t number)
{
    const auto kind = [this](std::size_t of) { return EVP_PKEY_get_base_id(SSL_CTX_get0_privatekey(certificate(of))); };
    for (const std::string& name : host_names(SSL_CTX_get0_certificate(certificate(number)))) {
        auto& numbers = by_name_[name];
        bool is_new = true;
        for (const std::size_t other : numbers)
            is_new = is_new && kind(other) != kind(number);
        if (is_new)
            numbers.push_back(number);
    }
}

const std::vector<std::size_t>* tls_server::certificates_for(std::string_view name) const
{
    const std::string asked = lower(name);
    auto at = by_name_.find(asked);
    if (const auto dot = asked.find('.'); at == by_name_.end() && dot != std::string::npos && dot > 0)
        at = by_name_.find("*" + asked.substr(dot));
    return at == by_name_.end() ? nullptr : &at->second;
}

result<void> tls_server::load_client_authorities(const tls_params& from)
{
    if (from.clients == client_certificates::off)
        return {};
    if (from.client_ca_file.empty())
        return failure("client certificates need http.tls.client_ca_file: who may have issued them");
    if (auto why = why_unreadable(from.client_ca_file, "authorities of client certificates"); !why.empty())
        return failure(std::move(why));
    auto* const names = SSL_load_client_CA_file(from.client_ca_file.c_str());
    if (!names || SSL_CTX_load_verify_file(context_.get(), from.client_ca_file.c_str()) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return failure("no certificate authority in " + from.client_ca_file + ": " + newest_openssl_error());
    }
    SSL_CTX_set_client_CA_list(context_.get(), names);
    const bool required = from.clients == client_certificates::required;
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    return {};
}

ssl_session tls_server::new_session() const
{
    return ssl_session(SSL_new(context_.get()));
}

}   // namespace rediserve::http
