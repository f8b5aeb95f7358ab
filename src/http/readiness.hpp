// Tells when sockets can be read or written: an epoll of our own, which Asio watches.
//
// A socket is registered once, edge-triggered, for as long as it lives. Asio's reactor needs a system call for every
// wait, be it an epoll_ctl or a read that fails with EAGAIN; that is 0.45 µs of a request's 15 (docs/adr/0004).
#pragma once

#include "rediserve/base/timeout_queue.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace rediserve::http {

// One thread. To be destroyed only when the context runs no more.
class readiness
{
public:
    class watcher
    {
    public:
        // `events` are epoll's (epoll_ctl(2)). Must not destroy a watcher from inside: events of the same turn may be
        // on their way to it.
        virtual void on_events(unsigned events, steady_time now) = 0;

    protected:
        ~watcher() = default;
    };

    // Throws boost::system::system_error when the process has no descriptor left.
    explicit readiness(boost::asio::io_context& context);

    // False with errno when the kernel refuses.
    bool watch(int socket, watcher& to) noexcept;
    // Before `socket` is closed: closing alone does not end it while a child process between fork and exec has a copy.
    void forget(int socket) noexcept;

private:
    void await_events();
    void turn();

    boost::asio::posix::stream_descriptor epoll_;
};

}   // namespace rediserve::http
