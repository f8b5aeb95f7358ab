#include "config/texts.hpp"

#include "config/rates.hpp"
#include "config/units.hpp"
#include "rediserve/base/bytes.hpp"
#include "rediserve/redis/address.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace rediserve::config {

namespace {

// Visible ASCII: what may stand in an Authorization header and in a name of CLIENT SETNAME.
bool is_one_word(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

bool is_port(std::string_view text)
{
    unsigned port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    return failure == std::errc() && end == text.data() + text.size() && port <= 65'535;
}

bool is_host(std::string_view text)
{
    constexpr std::string_view others = "-._:[]";
    const auto fits = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
    };
    const bool has_port_only_behind = text.starts_with('[') == (text.find(':') != std::string_view::npos);
    return !text.empty() && has_port_only_behind && text.starts_with('[') == text.ends_with(']')
        && std::all_of(text.begin(), text.end(), fits);
}

// An origin as browsers write it (RFC 6454, 6.2): scheme://host[:port], in lower case, nothing behind.
bool is_origin(std::string_view text)
{
    const auto mark = text.find("://");
    if (mark == std::string_view::npos || mark == 0)
        return false;
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '+'; };
    if (!std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(mark), letter))
        return false;
    const auto authority = text.substr(mark + 3);
    const auto colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
    return is_host(authority.substr(0, has_port ? colon : authority.size()))
        && (!has_port || is_port(authority.substr(colon + 1)));
}

bool are_origins(std::string_view text)
{
    for (auto comma = text.find(','); comma != std::string_view::npos; comma = text.find(',')) {
        if (!is_origin(trimmed(text.substr(0, comma))))
            return false;
        text.remove_prefix(comma + 1);
    }
    return is_origin(trimmed(text));
}

// Names of methods or headers (RFC 9110, 5.6.2), by commas.
bool are_tokens(std::string_view text)
{
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    const auto fits = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || others.find(c) != std::string_view::npos;
    };
    for (std::size_t comma = 0; comma != std::string_view::npos;) {
        comma = text.find(',');
        const std::string_view name = trimmed(text.substr(0, comma));
        if (name.empty() || !std::all_of(name.begin(), name.end(), fits))
            return false;
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return true;
}

std::string set_networks(networks& to, std::string_view text)
{
    auto read = networks::parse(text);
    if (!read)
        return "names what is no network: " + read.error().detail;
    to = std::move(*read);
    return {};
}

std::string set_origins(std::string& to, std::string_view text)
{
    if (!is_cors(text))
        return "must be any, off, or origins such as https://app.example or http://localhost:5173, separated by commas";
    to = text;
    return {};
}

}   // namespace

bool is_cors(std::string_view text)
{
    return text == "any" || text == "off" || are_origins(text);
}

std::string get_unix_mode(const settings& from)
{
    char digits[8];
    const auto end = std::to_chars(digits, digits + sizeof digits, from.http.unix_mode, 8).ptr;
    return "0" + std::string(digits, end);
}

std::string set_unix_mode(settings& to, std::string_view text)
{
    unsigned mode = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (failure != std::errc() || end != text.data() + text.size() || mode > 0777)
        return "must be permissions in octal such as 0660";
    to.http.unix_mode = mode;
    return {};
}

std::string get_certificates(const settings& from)
{
    std::string text;
    for (const auto& [chain, key] : from.http.tls.certificates) {
        text.append(text.empty() ? "" : ",").append(chain);
        if (key != chain)
            text.append(":").append(key);
    }
    return text;
}

std::string set_certificates(settings& to, std::string_view text)
{
    std::vector<http::certificate_files> all;
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find(','));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        const auto chain = trimmed(pair.substr(0, pair.find(':')));
        const auto key =
            chain.size() < pair.size() ? trimmed(pair.substr(std::min(pair.find(':'), pair.size() - 1) + 1)) : chain;
        if (chain.empty() || key.empty())
            return "must be a certificate's file and its key's, chain.pem:key.pem; several are separated by commas";
        all.push_back({std::string(chain), std::string(key)});
    }
    to.http.tls.certificates = std::move(all);
    return {};
}

std::string_view get_client_certificates(const settings& from)
{
    switch (from.http.tls.clients) {
    case http::client_certificates::optional: return "optional";
    case http::client_certificates::required: return "required";
    case http::client_certificates::off: break;
    }
    return "off";
}

void set_client_certificates(settings& to, std::string_view name)
{
    to.http.tls.clients = name == "optional" ? http::client_certificates::optional
        : name == "required"                 ? http::client_certificates::required
                                             : http::client_certificates::off;
}

std::string get_trusted_proxies(const settings& from)
{
    return from.http.proxies.text();
}

std::string set_trusted_proxies(settings& to, std::string_view text)
{
    auto why = set_networks(to.http.proxies, text);
    to.access.proxies = to.http.proxies;
    return why;
}

std::string get_allow(const settings& from)
{
    return from.access.from.allow.text();
}

std::string set_allow(settings& to, std::string_view text)
{
    return set_networks(to.access.from.allow, text);
}

std::string get_deny(const settings& from)
{
    return from.access.from.deny.text();
}

std::string set_deny(settings& to, std::string_view text)
{
    return set_networks(to.access.from.deny, text);
}

std::string get_address_rate(const settings& from)
{
    const access::rate& within = from.access.address_requests;
    return within.limits() ? std::to_string(within.amount) + "/" + duration_text(within.period) : "";
}

std::string set_address_rate(settings& to, std::string_view text)
{
    const auto read = text.empty() ? access::rate{} : parse_rate(text, amounts::numbers);
    if (!read)
        return "must be a rate such as 100/s or 6000/m, or empty";
    to.access.address_requests = *read;
    return {};
}

namespace {

std::string set_secret(std::string& to, std::string_view text)
{
    if (!is_one_word(text))
        return "must be one word of visible ASCII characters, for it has to fit into an Authorization header";
    to = text;
    return {};
}

}   // namespace

std::string get_token(const settings& from)
{
    return from.access.token;
}

std::string set_token(settings& to, std::string_view text)
{
    return set_secret(to.access.token, text);
}

std::string get_read_only_token(const settings& from)
{
    return from.access.read_only_token;
}

std::string set_read_only_token(settings& to, std::string_view text)
{
    return set_secret(to.access.read_only_token, text);
}

std::string get_sealing_secret(const settings& from)
{
    return from.access.sealing_secret;
}

std::string set_sealing_secret(settings& to, std::string_view text)
{
    constexpr std::size_t shortest = 32;   // bytes: of the key that is made from it
    if (!text.empty() && text.size() < shortest)
        return "must be at least 32 bytes long";
    to.access.sealing_secret = text;
    return {};
}

std::string get_url(const settings& from)
{
    return redis::masked_url(from.redis.address);
}

std::string set_url(settings& to, std::string_view text)
{
    auto address = redis::parse_address(text);
    if (!address)
        return "is not the URL of a server: " + address.error().detail;
    to.redis.address = std::move(*address);
    return {};
}

std::string get_user(const settings& from)
{
    return from.redis.address.user;
}

std::string set_user(settings& to, std::string_view text)
{
    if (!text.empty())
        to.redis.address.user = text;
    return {};
}

std::string get_password(const settings& from)
{
    return from.redis.address.password;
}

std::string set_password(settings& to, std::string_view text)
{
    if (!text.empty())
        to.redis.address.password = text;
    return {};
}

std::string get_concurrency(const settings& from)
{
    const redis::concurrency& how = from.redis.concurrency;
    if (how.adapts)
        return "auto";
    return how.most == 0 ? "unlimited" : std::to_string(how.most);
}

std::string set_concurrency(settings& to, std::string_view text)
{
    constexpr std::int64_t most = 65'536;
    const auto number = parse_integer(text);
    const bool is_number = number && *number >= 1 && *number <= most;
    if (!is_number && text != "auto" && text != "unlimited")
        return "must be auto, unlimited, or a number from 1 to " + std::to_string(most);
    to.redis.concurrency = {.adapts = text == "auto", .most = is_number ? static_cast<std::size_t>(*number) : 0};
    return {};
}

std::string get_client_name(const settings& from)
{
    return from.redis.client_name;
}

std::string set_client_name(settings& to, std::string_view text)
{
    if (!is_one_word(text))
        return "must be one word of visible ASCII characters: CLIENT SETNAME takes no other";
    to.redis.client_name = text;
    return {};
}

std::string get_cors(const settings& from)
{
    return from.api.upstash.cors;
}

std::string set_cors(settings& to, std::string_view text)
{
    return set_origins(to.api.upstash.cors, text);
}

std::string get_cors_origins(const settings& from)
{
    return from.api.cors.origins;
}

std::string set_cors_origins(settings& to, std::string_view text)
{
    return set_origins(to.api.cors.origins, text);
}

std::string get_cors_methods(const settings& from)
{
    return from.api.cors.methods;
}

std::string set_cors_methods(settings& to, std::string_view text)
{
    if (!are_tokens(text))
        return "must be names of methods such as GET, separated by commas";
    to.api.cors.methods = text;
    return {};
}

std::string get_cors_headers(const settings& from)
{
    return from.api.cors.headers;
}

std::string set_cors_headers(settings& to, std::string_view text)
{
    if (!text.empty() && !are_tokens(text))
        return "must be names of headers such as Authorization, separated by commas, or empty";
    to.api.cors.headers = text;
    return {};
}

std::string_view get_log_level(const settings& from)
{
    return from.log.level;
}

void set_log_level(settings& to, std::string_view name)
{
    to.log.level = name;
}

std::string_view get_read(const settings& from)
{
    return from.redis.reads_replicas ? "replica" : "primary";
}

void set_read(settings& to, std::string_view name)
{
    to.redis.reads_replicas = name == "replica";
}

std::string_view get_log_format(const settings& from)
{
    switch (from.log.format) {
    case telemetry::log_format::json: return "json";
    case telemetry::log_format::text: return "text";
    case telemetry::log_format::automatic: break;
    }
    return "auto";
}

void set_log_format(settings& to, std::string_view name)
{
    to.log.format = name == "json" ? telemetry::log_format::json
        : name == "text"           ? telemetry::log_format::text
                                   : telemetry::log_format::automatic;
}

}   // namespace rediserve::config
