#include "http/readiness.hpp"

#include <boost/system/system_error.hpp>

#include <sys/epoll.h>

#include <array>
#include <cerrno>

namespace rediserve::http {

namespace {

constexpr std::size_t most_at_once = 64;   // then timers and Redis have their turn

int open_epoll()
{
    const int opened = ::epoll_create1(EPOLL_CLOEXEC);
    if (opened < 0)
        throw boost::system::system_error(errno, boost::system::system_category(), "epoll_create1");
    return opened;
}

}   // namespace

readiness::readiness(boost::asio::io_context& context) : epoll_(context, open_epoll())
{
    await_events();
}

bool readiness::watch(int socket, watcher& to) noexcept
{
    epoll_event wanted{};
    wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    wanted.data.ptr = &to;
    return ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket, &wanted) == 0;
}

void readiness::forget(int socket) noexcept
{
    ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, socket, nullptr);
}

void readiness::await_events()
{
    epoll_.async_wait(boost::asio::posix::descriptor_base::wait_read, [this](const boost::system::error_code& failure) {
        if (!failure)
            turn();
    });
}

void readiness::turn()
{
    std::array<epoll_event, most_at_once> events;
    const int count = ::epoll_wait(epoll_.native_handle(), events.data(), events.size(), 0);
    const auto now = std::chrono::steady_clock::now();
    for (int number = 0; number < count; ++number) {
        const epoll_event& event = events[static_cast<std::size_t>(number)];
        static_cast<watcher*>(event.data.ptr)->on_events(event.events, now);
    }
    await_events();
}

}   // namespace rediserve::http
