// What a service manager such as systemd says to a process by its environment: sd_notify(3), sd_listen_fds(3),
// sd_watchdog_enabled(3).
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/config/load.hpp"

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace rediserve::app {

// A socket that the manager has opened for us.
struct inherited_socket
{
    int descriptor;
    std::string name;   // FileDescriptorName= of its unit, or the unit's name

    bool operator==(const inherited_socket&) const = default;
};

struct service_variables
{
    std::string notify_socket;               // "/path", or "@name" for an abstract one; empty: nobody wants to know
    std::chrono::microseconds watchdog{0};   // within which it wants a sign of life, again and again; 0: never
    std::vector<inherited_socket> sockets;

    bool operator==(const service_variables&) const = default;
};

// What is meant for another process than `self` is left out; what makes no sense is an error.
result<service_variables> read_service_variables(const config::environment& from, pid_t self);

// Takes the variables out of the environment: children must not take them for theirs. Only while there is one thread.
void forget_service_variables() noexcept;

}   // namespace rediserve::app
