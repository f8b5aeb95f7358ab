#include "app/notify_socket.hpp"

#include "rediserve/telemetry/log.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

namespace rediserve::app {

namespace {

// How long a manager that does not read may keep us.
constexpr timeval patience{1, 0};

}   // namespace

notify_socket::notify_socket(const std::string& at) : at_(at)
{
    if (at.empty())
        return;
    descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

notify_socket::~notify_socket()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

bool notify_socket::try_send(std::string_view lines) noexcept
{
    sockaddr_un to{};
    if (at_.size() >= sizeof to.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, at_.data(), at_.size());
    if (at_.front() == '@')
        to.sun_path[0] = '\0';
    // An abstract name is as long as the address says, a path ends with a NUL.
    const std::size_t end = at_.front() == '@' ? 0 : 1;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + at_.size() + end);
    return ::sendto(descriptor_, lines.data(), lines.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size)
        >= 0;
}

void notify_socket::send(std::string_view lines) noexcept
{
    if (!wanted() || try_send(lines))
        return;
    const std::string_view why = std::strerror(errno);
    if (!std::exchange(failed_, true))
        telemetry::report(telemetry::level::warn, "service", "notify_failed", {{"socket", at_}, {"why", why}});
}

}   // namespace rediserve::app
