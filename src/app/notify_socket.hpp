// Where a service manager hears how its service is: datagrams of lines NAME=VALUE (sd_notify(3)). A few lines of our own: libsystemd
// would bring three more libraries into every process, and is not there in small containers.
#pragma once

#include <string>
#include <string_view>

namespace rediserve::app {

class notify_socket
{
public:
    // "/path", "@name" in the abstract namespace, or empty: nobody listens, and nothing is sent.
    explicit notify_socket(const std::string& at);
    ~notify_socket();
    notify_socket(const notify_socket&) = delete;
    notify_socket& operator=(const notify_socket&) = delete;

    bool wanted() const noexcept { return !at_.empty(); }
    // Waits for room for at most a second. That a message was lost is logged, once.
    void send(std::string_view lines) noexcept;

private:
    bool try_send(std::string_view lines) noexcept;

    std::string at_;
    int descriptor_ = -1;
    bool failed_ = false;   // and it was reported
};

}   // namespace rediserve::app
