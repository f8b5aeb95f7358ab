#include "rediserve/redis/address.hpp"

#include "rediserve/base/bytes.hpp"

#include <optional>

namespace rediserve::redis {

namespace {

// sockaddr_un::sun_path on Linux, less the final NUL.
constexpr std::size_t longest_socket_path = 107;
constexpr std::int64_t largest_database = 1'000'000;

// Nothing of the URL is ever quoted: where its parts are misplaced, any of them may be the password.
error bad(std::string_view what)
{
    return error(errc::bad_configuration, "the address of Redis " + std::string(what));
}

struct url_parts
{
    std::string_view userinfo;
    bool has_userinfo = false;
    std::string_view host;   // with its port
    std::string_view path;   // from the first slash on
    std::string_view query;
};

// Takes apart what follows `scheme://`.
url_parts split(std::string_view rest)
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
    parts.host = rest;
    return parts;
}

// Percent-decodes one part; a NUL inside it can only be a mistake or an attack.
result<std::string> decoded(std::string_view part, std::string_view what)
{
    auto text = percent_decode(part);
    if (!text || text->find('\0') != std::string::npos)
        return bad("has a malformed percent escape in its " + std::string(what));
    return std::move(*text);
}

result<void> read_login(const url_parts& parts, address& to)
{
    if (!parts.has_userinfo)
        return {};
    const auto colon = parts.userinfo.find(':');
    auto user = decoded(parts.userinfo.substr(0, colon), "user name");
    if (!user)
        return user.error();
    to.user = std::move(*user);
    if (colon == parts.userinfo.npos)
        return {};
    auto password = decoded(parts.userinfo.substr(colon + 1), "password");
    if (!password)
        return password.error();
    to.password = std::move(*password);
    return {};
}

result<void> read_port(std::string_view text, address& to)
{
    const auto port = parse_integer(text);
    if (!port || *port < 1 || *port > 65535)
        return bad("has a port that is not a number from 1 to 65535");
    to.port = static_cast<std::uint16_t>(*port);
    return {};
}

// `[IPv6]:port`: yields what follows the brackets.
result<std::string_view> read_bracketed(std::string_view text, address& to)
{
    const auto end = text.find(']');
    if (end == text.npos)
        return bad("lacks the closing bracket of its IPv6 address");
    to.host = text.substr(1, end - 1);
    if (to.host.find(':') == std::string::npos)
        return bad("has something in brackets that is not an IPv6 address");
    return text.substr(end + 1);
}

result<void> read_host(std::string_view text, address& to)
{
    if (text.starts_with('[')) {
        const auto rest = read_bracketed(text, to);
        if (!rest)
            return rest.error();
        if (rest->empty())
            return {};
        if (rest->front() != ':')
            return bad("has something other than a port behind its IPv6 address");
        return read_port(rest->substr(1), to);
    }
    const auto colon = text.find(':');
    if (colon != text.npos && text.find(':', colon + 1) != text.npos)
        return bad("has more than one colon in its host: an IPv6 address must stand in brackets");
    auto host = decoded(text.substr(0, colon), "host");
    if (!host)
        return host.error();
    if (!host->empty())
        to.host = std::move(*host);
    if (colon == text.npos)
        return {};
    return read_port(text.substr(colon + 1), to);
}

result<void> read_database(std::string_view text, address& to)
{
    const auto number = parse_integer(text);
    if (!number || *number < 0 || *number > largest_database)
        return bad("has a database that is not a number");
    to.database = static_cast<unsigned>(*number);
    return {};
}

result<void> read_query(std::string_view query, address& to)
{
    if (query.empty())
        return {};
    if (!query.starts_with("db=") || query.find('&') != query.npos)
        return bad("has a parameter other than db=N");
    return read_database(query.substr(3), to);
}

result<address> read_socket(const url_parts& parts)
{
    address to;
    to.transport = transport::unix_socket;
    if (auto login = read_login(parts, to); !login)
        return login.error();
    if (!parts.host.empty())
        return bad("of a unix socket must be unix:///path, with three slashes");
    auto path = decoded(parts.path, "path");
    if (!path)
        return path.error();
    if (path->size() < 2)
        return bad("of a unix socket lacks the path");
    if (path->size() > longest_socket_path)
        return bad("has a path of more than 107 bytes, which no unix socket can have");
    to.path = std::move(*path);
    if (auto query = read_query(parts.query, to); !query)
        return query.error();
    return to;
}

result<address> read_server(const url_parts& parts, transport by)
{
    address to;
    to.transport = by;
    if (auto login = read_login(parts, to); !login)
        return login.error();
    if (auto host = read_host(parts.host, to); !host)
        return host.error();
    if (parts.path.size() > 1) {
        if (auto database = read_database(parts.path.substr(1), to); !database)
            return database.error();
    }
    if (auto query = read_query(parts.query, to); !query)
        return query.error();
    return to;
}

std::string encode_path(std::string_view path)
{
    std::string encoded;
    while (!path.empty()) {
        const auto slash = path.find('/');
        encoded += percent_encode(path.substr(0, slash));
        if (slash == path.npos)
            break;
        encoded += '/';
        path.remove_prefix(slash + 1);
    }
    return encoded;
}

std::string masked_login(const address& from)
{
    if (from.user.empty() && from.password.empty())
        return {};
    return percent_encode(from.user) + (from.password.empty() ? "@" : ":***@");
}

}   // namespace

result<address> parse_address(std::string_view url)
{
    const auto mark = url.find("://");
    if (mark == url.npos)
        return bad("must begin with redis://, rediss:// or unix://");
    const auto scheme = url.substr(0, mark);
    const auto rest = url.substr(mark + 3);
    if (rest.find('#') != rest.npos)
        return bad("has a # in it; in a user name or password it is written %23");
    const auto parts = split(rest);
    if (iequals(scheme, "redis"))
        return read_server(parts, transport::tcp);
    if (iequals(scheme, "rediss"))
        return read_server(parts, transport::tls);
    if (iequals(scheme, "unix"))
        return read_socket(parts);
    return bad("must begin with redis://, rediss:// or unix://");
}

std::string masked_url(const address& from)
{
    if (from.transport == transport::unix_socket) {
        auto url = "unix://" + masked_login(from) + encode_path(from.path);
        return from.database == 0 ? url : url + "?db=" + std::to_string(from.database);
    }
    const bool bracketed = from.host.find(':') != std::string::npos;
    std::string url = from.transport == transport::tls ? "rediss://" : "redis://";
    url += masked_login(from);
    url += bracketed ? "[" + from.host + "]" : percent_encode(from.host);
    url += ":" + std::to_string(from.port);
    return from.database == 0 ? url : url + "/" + std::to_string(from.database);
}

}   // namespace rediserve::redis
