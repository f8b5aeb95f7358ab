#include "rediserve/redis/address.hpp"

#include "redis/address_parts.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::redis {

namespace {

// sockaddr_un::sun_path on Linux, less the final NUL.
constexpr std::size_t longest_socket_path = 107;
constexpr std::size_t longest_master = 255;
constexpr std::uint16_t port_of_sentinel = 26379;

// Of an address with all its defaults.
place default_place(std::uint16_t port)
{
    return {address().host, port};
}

result<address> read_socket(const url_parts& parts)
{
    address to;
    to.transport = transport::unix_socket;
    if (auto login = read_login(parts, to); !login)
        return login.error();
    if (!parts.hosts.empty())
        return bad_address("of a unix socket must be unix:///path, with three slashes");
    auto path = decoded_part(parts.path, "path");
    if (!path)
        return path.error();
    if (path->size() < 2)
        return bad_address("of a unix socket lacks the path");
    if (path->size() > longest_socket_path)
        return bad_address("has a path of more than 107 bytes, which no unix socket can have");
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
    if (parts.hosts.find(',') != parts.hosts.npos)
        return bad_address("lists several hosts, which only redis-sentinel:// and redis-cluster:// do");
    auto at = parse_place(parts.hosts, default_place(to.port));
    if (!at)
        return at.error();
    to.host = std::move(at->host);
    to.port = at->port;
    if (parts.path.size() > 1) {
        if (auto database = read_database(parts.path.substr(1), to); !database)
            return database.error();
    }
    if (auto query = read_query(parts.query, to); !query)
        return query.error();
    return to;
}

// Login and hosts: what lists of servers have in common.
result<address> read_seeds(const url_parts& parts, topology of, transport by, std::uint16_t usual_port)
{
    address to;
    to.transport = by;
    to.topology = of;
    if (auto login = read_login(parts, to); !login)
        return login.error();
    auto seeds = read_places(parts.hosts, default_place(usual_port));
    if (!seeds)
        return seeds.error();
    to.seeds = std::move(*seeds);
    to.host = to.seeds.front().host;
    to.port = to.seeds.front().port;
    return to;
}

// Sentinel itself allows letters, digits and ".-_"; what else a name has would break the protocol's lines or the logs.
result<void> read_master(std::string_view text, address& to)
{
    auto name = decoded_part(text, "name of the master");
    if (!name)
        return name.error();
    if (name->empty())
        return bad_address("lacks the name of the master: redis-sentinel://host:26379/mymaster");
    const auto is_bad = [](char c) { return c <= ' ' || c == '\x7f'; };
    if (name->size() > longest_master || std::any_of(name->begin(), name->end(), is_bad))
        return bad_address("has a name of the master that is none");
    to.master = std::move(*name);
    return {};
}

result<address> read_sentinel(const url_parts& parts, transport by)
{
    auto to = read_seeds(parts, topology::sentinel, by, port_of_sentinel);
    if (!to)
        return to;
    const auto path = parts.path.substr(parts.path.empty() ? 0 : 1);
    const auto slash = path.find('/');
    if (auto master = read_master(path.substr(0, slash), *to); !master)
        return master.error();
    if (slash != path.npos && slash + 1 < path.size()) {
        if (auto database = read_database(path.substr(slash + 1), *to); !database)
            return database.error();
    }
    if (auto query = read_query(parts.query, *to); !query)
        return query.error();
    return to;
}

result<address> read_cluster(const url_parts& parts, transport by)
{
    auto to = read_seeds(parts, topology::cluster, by, address().port);
    if (!to)
        return to;
    if (parts.path.size() > 1) {
        if (auto database = read_database(parts.path.substr(1), *to); !database)
            return database.error();
    }
    if (auto query = read_query(parts.query, *to); !query)
        return query.error();
    if (to->database != 0)
        return bad_address("names a database other than 0, and a cluster has no other");
    return to;
}

result<address> read_scheme(std::string_view scheme, const url_parts& parts)
{
    if (iequals(scheme, "redis"))
        return read_server(parts, transport::tcp);
    if (iequals(scheme, "rediss"))
        return read_server(parts, transport::tls);
    if (iequals(scheme, "unix"))
        return read_socket(parts);
    if (iequals(scheme, "redis-sentinel"))
        return read_sentinel(parts, transport::tcp);
    if (iequals(scheme, "rediss-sentinel"))
        return read_sentinel(parts, transport::tls);
    if (iequals(scheme, "redis-cluster"))
        return read_cluster(parts, transport::tcp);
    if (iequals(scheme, "rediss-cluster"))
        return read_cluster(parts, transport::tls);
    return bad_address("must begin with redis://, rediss:// or unix://, or with redis-sentinel:// or redis-cluster://");
}

}   // namespace

result<address> parse_address(std::string_view url)
{
    const auto mark = url.find("://");
    if (mark == url.npos)
        return read_scheme({}, {});
    const auto rest = url.substr(mark + 3);
    if (rest.find('#') != rest.npos)
        return bad_address("has a # in it; in a user name or password it is written %23");
    return read_scheme(url.substr(0, mark), split_url(rest));
}

}   // namespace rediserve::redis
