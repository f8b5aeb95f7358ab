#include "faults/line.hpp"

#include "support/http_client.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace rediserve::test {

bool line::open(const std::string& to)
{
    close();
    try {
        const http_connection made(to);
        descriptor_ = ::fcntl(made.descriptor(), F_DUPFD_CLOEXEC, 0);
        ::fcntl(descriptor_, F_SETFL, O_NONBLOCK);
    } catch (const std::system_error&) {
        return false;
    }
    return true;
}

void line::close() noexcept
{
    if (const int ended = std::exchange(descriptor_, -1); ended >= 0)
        ::close(ended);
    input.clear();
    unsent_.clear();
}

bool line::send(std::string_view bytes)
{
    unsent_.append(bytes);
    while (!unsent_.empty()) {
        const auto sent = ::send(descriptor_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        unsent_.erase(0, static_cast<std::size_t>(sent));
    }
    return true;
}

bool line::receive()
{
    std::array<char, 16384> piece;
    for (;;) {
        const auto got = ::recv(descriptor_, piece.data(), piece.size(), 0);
        if (got > 0)
            input.append(piece.data(), static_cast<std::size_t>(got));
        else
            return got < 0 && (errno == EAGAIN || errno == EINTR);
    }
}

}   // namespace rediserve::test
