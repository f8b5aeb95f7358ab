#include "http/listening_socket.hpp"

#include "http/socket_address.hpp"
#include "rediserve/http/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

namespace rediserve::http {

namespace {

constexpr int backlog = 4096;

std::string text_of(const endpoint& at)
{
    if (!at.path.empty())
        return "unix:" + at.path;
    const bool v6 = at.host.find(':') != std::string::npos;
    return (v6 ? "[" + at.host + "]" : at.host) + ":" + std::to_string(at.port);
}

error refusal(const endpoint& at, std::string_view why)
{
    return {errc::internal, "cannot listen on " + text_of(at) + ": " + std::string(why)};
}

// Between bind and listen, so that nobody comes in before the mode is right.
bool give_mode(const socket_address& at, unsigned mode) noexcept
{
    return at.storage.ss_family != AF_UNIX
        || ::chmod(reinterpret_cast<const sockaddr_un&>(at.storage).sun_path, mode) == 0;
}

// Opens, binds and listens; -1 with errno on failure. `mode` is that of a unix socket.
int listen_at(const socket_address& at, unsigned mode = 0)
{
    const int family = at.storage.ss_family;
    const int opened = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (opened < 0)
        return -1;
    const int on = 1;
    const int off = 0;
    if (family != AF_UNIX)
        ::setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6)
        ::setsockopt(opened, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (::bind(opened, at.get(), at.size) == 0 && give_mode(at, mode) && ::listen(opened, backlog) == 0)
        return opened;
    const int why = errno;
    ::close(opened);
    errno = why;
    return -1;
}

result<int> listen_tcp(const endpoint& at)
{
    if (at.host == "*") {
        const int both = listen_at(*tcp_address("::", at.port));
        if (both >= 0)
            return both;
        if (errno == EADDRINUSE)
            return refusal(at, std::strerror(errno));
    }
    const auto address = tcp_address(at.host == "*" ? "0.0.0.0" : at.host, at.port);
    if (!address)
        return refusal(at, "the host must be a numeric address or *");
    const int opened = listen_at(*address);
    if (opened < 0)
        return refusal(at, std::strerror(errno));
    return opened;
}

// Whether somebody accepts connections on the unix socket.
bool is_alive(const socket_address& at)
{
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return true;
    const bool alive = ::connect(probe, at.get(), at.size) == 0 || errno != ECONNREFUSED;
    ::close(probe);
    return alive;
}

result<int> listen_unix(const endpoint& at, unsigned mode)
{
    const auto address = unix_address(at.path);
    if (!address)
        return refusal(at, "the path is too long for a unix socket");

    struct stat existing = {};
    if (::stat(at.path.c_str(), &existing) == 0) {
        if (!S_ISSOCK(existing.st_mode))
            return refusal(at, "there is a file of that name");
        if (is_alive(*address))
            return refusal(at, "somebody listens there already");
        ::unlink(at.path.c_str());
    }
    const int opened = listen_at(*address, mode);
    if (opened < 0)
        return refusal(at, std::strerror(errno));
    return opened;
}

// In a folder, or "@name" for one in Linux' abstract namespace.
std::string path_of(const sockaddr_un& local, socklen_t size)
{
    const std::size_t length = size - std::min<std::size_t>(size, offsetof(sockaddr_un, sun_path));
    if (length == 0)
        return {};
    if (local.sun_path[0] == '\0')
        return "@" + std::string(local.sun_path + 1, length - 1);
    return {local.sun_path, ::strnlen(local.sun_path, length)};
}

// Where a socket really is; nullopt: at no address that this server knows.
std::optional<endpoint> bound_place(int descriptor)
{
    socket_address bound;
    bound.size = sizeof bound.storage;
    if (::getsockname(descriptor, bound.get(), &bound.size) != 0)
        return std::nullopt;
    char text[INET6_ADDRSTRLEN] = "";
    if (bound.storage.ss_family == AF_INET) {
        const auto& in = *reinterpret_cast<const sockaddr_in*>(&bound.storage);
        ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
        return endpoint{text, ntohs(in.sin_port), ""};
    }
    if (bound.storage.ss_family == AF_INET6) {
        const auto& in = *reinterpret_cast<const sockaddr_in6*>(&bound.storage);
        ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
        return endpoint{text, ntohs(in.sin6_port), ""};
    }
    auto path = path_of(reinterpret_cast<const sockaddr_un&>(bound.storage), bound.size);
    if (bound.storage.ss_family != AF_UNIX || path.empty())
        return std::nullopt;
    return endpoint{"", 0, std::move(path)};
}

// A figure of the socket; -1: it is none.
int option_of(int descriptor, int option) noexcept
{
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

}   // namespace

result<endpoint> place_of(int descriptor)
{
    const auto no = [&](const char* why) {
        return error{errc::internal, "descriptor " + std::to_string(descriptor) + " " + why};
    };
    if (option_of(descriptor, SO_TYPE) < 0)
        return no("is no socket");
    if (option_of(descriptor, SO_TYPE) != SOCK_STREAM || option_of(descriptor, SO_ACCEPTCONN) != 1)
        return no("is no stream socket that listens");
    auto place = bound_place(descriptor);
    if (!place)
        return no("is neither a TCP nor a unix socket");
    return *std::move(place);
}

result<listening_socket> listening_socket::open(const endpoint& at, unsigned unix_mode)
{
    const auto opened = at.path.empty() ? listen_tcp(at) : listen_unix(at, unix_mode);
    if (!opened)
        return opened.error();
    return listening_socket(*opened, at, origin::opened);
}

listening_socket listening_socket::adopt(int descriptor, endpoint at) noexcept
{
    return {descriptor, std::move(at), origin::adopted};
}

listening_socket::listening_socket(int descriptor, endpoint at, origin from) noexcept
    : descriptor_(descriptor), at_(std::move(at)), from_(from)
{}

listening_socket::listening_socket(listening_socket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), at_(std::move(other.at_)), from_(other.from_)
{}

listening_socket::~listening_socket()
{
    if (descriptor_ < 0)
        return;
    ::close(descriptor_);
    if (local() && from_ == origin::opened)
        ::unlink(at_.path.c_str());
}

std::string listening_socket::url() const
{
    if (local())
        return "unix:" + at_.path;
    return (at_.tls ? "https://" : "http://") + text_of(bound_place(descriptor_).value_or(at_));
}

}   // namespace rediserve::http
