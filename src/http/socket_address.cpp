#include "http/socket_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

namespace rediserve::http {

namespace {

std::optional<socket_address> v4(const std::string& host, std::uint16_t port)
{
    socket_address made;
    auto& in = made.as<sockaddr_in>();
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &in.sin_addr) != 1)
        return std::nullopt;
    return made;
}

std::optional<socket_address> v6(const std::string& host, std::uint16_t port)
{
    socket_address made;
    auto& in = made.as<sockaddr_in6>();
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    if (::inet_pton(AF_INET6, host.c_str(), &in.sin6_addr) != 1)
        return std::nullopt;
    return made;
}

}   // namespace

std::optional<socket_address> tcp_address(const std::string& host, std::uint16_t port)
{
    if (auto made = v4(host, port))
        return made;
    return v6(host, port);
}

std::optional<socket_address> unix_address(const std::string& path)
{
    socket_address made;
    auto& local = made.as<sockaddr_un>();
    if (path.size() >= sizeof local.sun_path)
        return std::nullopt;
    local.sun_family = AF_UNIX;
    std::memcpy(local.sun_path, path.c_str(), path.size() + 1);
    return made;
}

}   // namespace rediserve::http
