// Addresses as the system calls take them.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace rediserve::http {

struct socket_address
{
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
    template <class T>
    T& as() noexcept
    {
        size = sizeof(T);
        return *reinterpret_cast<T*>(&storage);
    }
};

// Of a numeric address of either family; nullopt: it is none.
std::optional<socket_address> tcp_address(const std::string& host, std::uint16_t port);

// Of a unix socket in a folder; nullopt: the path is too long for one.
std::optional<socket_address> unix_address(const std::string& path);

}   // namespace rediserve::http
