#include "config/texts.hpp"

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

bool is_of_a_later_version(std::string_view url)
{
    return url.starts_with("redis-sentinel:") || url.starts_with("rediss-sentinel:")
        || url.starts_with("redis-cluster:") || url.starts_with("rediss-cluster:");
}

}   // namespace

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

std::string get_token(const settings& from)
{
    return from.access.token;
}

std::string set_token(settings& to, std::string_view text)
{
    if (!is_one_word(text))
        return "must be one word of visible ASCII characters, for it has to fit into an Authorization header";
    to.access.token = text;
    return {};
}

std::string get_url(const settings& from)
{
    return redis::masked_url(from.redis.address);
}

std::string set_url(settings& to, std::string_view text)
{
    if (is_of_a_later_version(text))
        return "names a Sentinel group or a cluster, which is not offered yet by this version; "
               "use the redis:// URL of one server";
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

std::string_view get_log_level(const settings& from)
{
    return from.log.level;
}

void set_log_level(settings& to, std::string_view name)
{
    to.log.level = name;
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
