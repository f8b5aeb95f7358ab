#include "support/service_manager.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <utility>

namespace rediserve::test {

namespace {

int checked(int outcome, const char* what)
{
    if (outcome < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return outcome;
}

void bind_unix(int descriptor, const std::string& address)
{
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    address.copy(at.sun_path, sizeof at.sun_path - 1);
    const bool abstract = address.front() == '@';
    if (abstract)
        at.sun_path[0] = '\0';
    const auto size = offsetof(sockaddr_un, sun_path) + address.size() + (abstract ? 0 : 1);
    checked(::bind(descriptor, reinterpret_cast<const sockaddr*>(&at), static_cast<socklen_t>(size)), "bind");
}

}   // namespace

service_manager::service_manager(place at)
    : address_((folder_.path() / "notify").string())
    , descriptor_(checked(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"))
{
    if (at == place::abstract)
        address_ = "@" + folder_.path().filename().string();
    bind_unix(descriptor_, address_);
}

service_manager::~service_manager()
{
    ::close(descriptor_);
}

std::optional<std::string> service_manager::next(std::chrono::milliseconds within) const
{
    pollfd wait{descriptor_, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(within.count())) <= 0)
        return std::nullopt;
    std::array<char, 4096> bytes{};
    const auto size = checked(static_cast<int>(::recv(descriptor_, bytes.data(), bytes.size(), 0)), "recv");
    return std::string(bytes.data(), static_cast<std::size_t>(size));
}

std::string service_manager::next_with(std::string_view text) const
{
    using std::chrono::steady_clock;
    const auto until = steady_clock::now() + std::chrono::seconds(20);
    while (steady_clock::now() < until)
        if (auto message = next(); message && message->find(text) != std::string::npos)
            return *message;
    return {};
}

open_socket open_socket::tcp(const char* host)
{
    open_socket made(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    ::inet_pton(AF_INET, host, &at.sin_addr);
    checked(::bind(made.descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof at), "bind");
    checked(::listen(made.descriptor_, 64), "listen");
    return made;
}

open_socket open_socket::unix_at(const std::string& path)
{
    open_socket made(checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    bind_unix(made.descriptor_, path);
    checked(::listen(made.descriptor_, 64), "listen");
    return made;
}

open_socket::open_socket(open_socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

open_socket::~open_socket()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

std::uint16_t open_socket::port() const
{
    sockaddr_in at{};
    socklen_t size = sizeof at;
    const bool known = ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size) == 0;
    return known && at.sin_family == AF_INET ? ntohs(at.sin_port) : std::uint16_t{0};
}

std::vector<std::string> as_listen_pid()
{
    return {"/bin/sh", "-c", R"(LISTEN_PID=$$ exec "$@")", "sh"};
}

}   // namespace rediserve::test
