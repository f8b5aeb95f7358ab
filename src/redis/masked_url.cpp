#include "rediserve/base/bytes.hpp"
#include "rediserve/redis/address.hpp"

namespace rediserve::redis {

namespace {

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

std::string scheme_of(const address& from)
{
    std::string scheme = from.transport == transport::tls ? "rediss" : "redis";
    if (from.topology == topology::sentinel)
        scheme += "-sentinel";
    if (from.topology == topology::cluster)
        scheme += "-cluster";
    return scheme + "://";
}

std::string hosts_of(const address& from)
{
    if (from.topology == topology::standalone)
        return to_text({from.host, from.port});
    std::string hosts;
    for (const auto& seed : from.seeds)
        hosts += (hosts.empty() ? "" : ",") + to_text(seed);
    return hosts;
}

}   // namespace

std::string masked_url(const address& from)
{
    if (from.transport == transport::unix_socket) {
        auto url = "unix://" + masked_login(from) + encode_path(from.path);
        return from.database == 0 ? url : url + "?db=" + std::to_string(from.database);
    }
    auto url = scheme_of(from) + masked_login(from) + hosts_of(from);
    if (from.topology == topology::sentinel)
        url += "/" + percent_encode(from.master);
    return from.database == 0 ? url : url + "/" + std::to_string(from.database);
}

std::string to_text(const place& at)
{
    const bool bracketed = at.host.find(':') != std::string::npos;
    const auto host = bracketed ? "[" + at.host + "]" : percent_encode(at.host);
    return host + ":" + std::to_string(at.port);
}

}   // namespace rediserve::redis
