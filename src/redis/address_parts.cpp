#include "redis/address_parts.hpp"

#include "rediserve/base/bytes.hpp"
#include "rediserve/redis/address.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::redis {

namespace {

constexpr std::int64_t largest_database = 1'000'000;
constexpr std::size_t longest_host = 255;   // bytes: of a name (RFC 1035, 2.3.4)
constexpr std::size_t most_places = 64;

result<void> read_port(std::string_view text, place& to)
{
    const auto port = parse_integer(text);
    if (!port || *port < 1 || *port > 65535)
        return bad_address("has a port that is not a number from 1 to 65535");
    to.port = static_cast<std::uint16_t>(*port);
    return {};
}

// `[IPv6]:port`: yields what follows the brackets.
result<std::string_view> read_bracketed(std::string_view text, place& to)
{
    const auto end = text.find(']');
    if (end == text.npos)
        return bad_address("lacks the closing bracket of its IPv6 address");
    to.host = text.substr(1, end - 1);
    if (to.host.find(':') == std::string::npos)
        return bad_address("has something in brackets that is not an IPv6 address");
    return text.substr(end + 1);
}

result<void> read_after_brackets(std::string_view text, place& to)
{
    const auto rest = read_bracketed(text, to);
    if (!rest)
        return rest.error();
    if (rest->empty())
        return {};
    if (rest->front() != ':')
        return bad_address("has something other than a port behind its IPv6 address");
    return read_port(rest->substr(1), to);
}

result<void> read_name(std::string_view text, place& to)
{
    const auto colon = text.find(':');
    auto host = decoded_part(text.substr(0, colon), "host");
    if (!host)
        return host.error();
    const bool has_more = colon != text.npos && text.find(':', colon + 1) != text.npos;
    if (has_more || host->find(':') != std::string::npos)
        return bad_address("has more than one colon in its host: an IPv6 address must stand in brackets");
    if (!host->empty())
        to.host = std::move(*host);
    if (colon == text.npos)
        return {};
    return read_port(text.substr(colon + 1), to);
}

result<void> append_place(std::string_view text, const place& otherwise, std::vector<place>& to)
{
    if (text.empty())
        return bad_address("has an empty place in its list of hosts");
    auto read = parse_place(text, otherwise);
    if (!read)
        return read.error();
    if (std::find(to.begin(), to.end(), *read) != to.end())
        return bad_address("has the same host and port twice in its list");
    if (to.size() == most_places)
        return bad_address("lists more than 64 hosts; some of them are enough, the others are found");
    to.push_back(std::move(*read));
    return {};
}

}   // namespace

error bad_address(std::string_view what)
{
    return error(errc::bad_configuration, "the address of Redis " + std::string(what));
}

url_parts split_url(std::string_view rest)
{
    url_parts parts;
    if (const auto mark = rest.find('?'); mark != rest.npos) {
        parts.query = rest.substr(mark + 1);
        rest = rest.substr(0, mark);
    }
    if (const auto slash = rest.find('/'); slash != rest.npos) {
        parts.path = rest.substr(slash);
        rest = rest.substr(0, slash);
    }
    if (const auto at = rest.rfind('@'); at != rest.npos) {
        parts.has_userinfo = true;
        parts.userinfo = rest.substr(0, at);
        rest = rest.substr(at + 1);
    }
    parts.hosts = rest;
    return parts;
}

result<std::string> decoded_part(std::string_view part, std::string_view what)
{
    auto text = percent_decode(part);
    if (!text || text->find('\0') != std::string::npos)
        return bad_address("has a malformed percent escape in its " + std::string(what));
    return std::move(*text);
}

result<void> read_login(const url_parts& parts, address& to)
{
    if (!parts.has_userinfo)
        return {};
    const auto colon = parts.userinfo.find(':');
    auto user = decoded_part(parts.userinfo.substr(0, colon), "user name");
    if (!user)
        return user.error();
    to.user = std::move(*user);
    if (colon == parts.userinfo.npos)
        return {};
    auto password = decoded_part(parts.userinfo.substr(colon + 1), "password");
    if (!password)
        return password.error();
    to.password = std::move(*password);
    return {};
}

result<std::vector<place>> read_places(std::string_view text, const place& otherwise)
{
    std::vector<place> places;
    if (text.empty())
        places.push_back(otherwise);
    for (bool more = !text.empty(); more;) {
        const auto comma = text.find(',');
        if (auto read = append_place(text.substr(0, comma), otherwise, places); !read)
            return read.error();
        more = comma != text.npos;
        text.remove_prefix(more ? comma + 1 : text.size());
    }
    return places;
}

result<void> read_database(std::string_view text, address& to)
{
    const auto number = parse_integer(text);
    if (!number || *number < 0 || *number > largest_database)
        return bad_address("has a database that is not a number");
    to.database = static_cast<unsigned>(*number);
    return {};
}

result<void> read_query(std::string_view query, address& to)
{
    if (query.empty())
        return {};
    if (!query.starts_with("db=") || query.find('&') != query.npos)
        return bad_address("has a parameter other than db=N");
    return read_database(query.substr(3), to);
}

result<place> parse_place(std::string_view text, place otherwise)
{
    auto read = text.starts_with('[') ? read_after_brackets(text, otherwise) : read_name(text, otherwise);
    if (!read)
        return read.error();
    if (otherwise.host.size() > longest_host)
        return bad_address("has a host name of more than 255 bytes");
    return otherwise;
}

}   // namespace rediserve::redis
