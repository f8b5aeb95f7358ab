// Readers and writers of the options that are texts with rules of their own. A setter returns what is wrong, or nothing.
#pragma once

#include "rediserve/config/config.hpp"

#include <string>
#include <string_view>

namespace rediserve::config {

std::string get_unix_mode(const settings& from);
std::string set_unix_mode(settings& to, std::string_view text);

// "chain.pem:key.pem", or one file with both; several by commas.
std::string get_certificates(const settings& from);
std::string set_certificates(settings& to, std::string_view text);
std::string_view get_client_certificates(const settings& from);
void set_client_certificates(settings& to, std::string_view name);
std::string get_trusted_proxies(const settings& from);
std::string set_trusted_proxies(settings& to, std::string_view text);
std::string get_allow(const settings& from);
std::string set_allow(settings& to, std::string_view text);
std::string get_deny(const settings& from);
std::string set_deny(settings& to, std::string_view text);
std::string get_address_rate(const settings& from);
std::string set_address_rate(settings& to, std::string_view text);

std::string get_token(const settings& from);
std::string set_token(settings& to, std::string_view text);
std::string get_read_only_token(const settings& from);
std::string get_sealing_secret(const settings& from);
std::string set_sealing_secret(settings& to, std::string_view text);
std::string set_read_only_token(settings& to, std::string_view text);

// With *** for a password. Replaces user and password too: it is to be set before them.
std::string get_url(const settings& from);
std::string set_url(settings& to, std::string_view text);

// Empty ones leave what the URL says.
std::string get_user(const settings& from);
std::string set_user(settings& to, std::string_view text);
std::string get_password(const settings& from);
std::string set_password(settings& to, std::string_view text);

std::string get_concurrency(const settings& from);
std::string set_concurrency(settings& to, std::string_view text);
std::string get_client_name(const settings& from);
std::string set_client_name(settings& to, std::string_view text);

// "any", "off", or origins as browsers send them: scheme://host[:port].
// Whether `text` says whose pages may ask: "any", "off", or origins, by commas.
bool is_cors(std::string_view text);
std::string get_cors(const settings& from);
std::string set_cors(settings& to, std::string_view text);
std::string get_cors_origins(const settings& from);
std::string set_cors_origins(settings& to, std::string_view text);
std::string get_cors_methods(const settings& from);
std::string set_cors_methods(settings& to, std::string_view text);
std::string get_cors_headers(const settings& from);
std::string set_cors_headers(settings& to, std::string_view text);

std::string_view get_log_level(const settings& from);
void set_log_level(settings& to, std::string_view name);
std::string_view get_read(const settings& from);
void set_read(settings& to, std::string_view name);
std::string_view get_log_format(const settings& from);
void set_log_format(settings& to, std::string_view name);

// Texts without rules.
inline std::string& tls_ca_file(settings& of)
{
    return of.redis.tls.ca_file;
}
inline std::string& tls_certificate_file(settings& of)
{
    return of.redis.tls.certificate_file;
}
inline std::string& tls_key_file(settings& of)
{
    return of.redis.tls.key_file;
}
inline std::string& sentinel_user(settings& of)
{
    return of.redis.sentinel.user;
}
inline std::string& sentinel_password(settings& of)
{
    return of.redis.sentinel.password;
}
inline std::string& tls_server_name(settings& of)
{
    return of.redis.tls.server_name;
}
inline std::string& access_file(settings& of)
{
    return of.access.file;
}
inline std::string& client_ca_file(settings& of)
{
    return of.http.tls.client_ca_file;
}
inline std::string& srh_tokens(settings& of)
{
    return of.access.srh_token_file;
}
inline std::string& audit_file(settings& of)
{
    return of.audit.file;
}
inline std::string& embedded_data(settings& of)
{
    return of.embedded.data;
}
inline std::string& embedded_server(settings& of)
{
    return of.embedded.server;
}

template <std::string& (*At)(settings&)>
std::string get_text(const settings& from)
{
    return At(const_cast<settings&>(from));   // only read
}

template <std::string& (*At)(settings&)>
std::string set_text(settings& to, std::string_view text)
{
    At(to) = text;
    return {};
}

}   // namespace rediserve::config
