// Plays the service manager for a daemon under test: hears what it says, and opens sockets for it.
#pragma once

#include "support/process.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::test {

class service_manager
{
public:
    enum class place { folder, abstract };

    explicit service_manager(place at = place::folder);
    ~service_manager();
    service_manager(const service_manager&) = delete;

    // For NOTIFY_SOCKET.
    const std::string& address() const noexcept { return address_; }
    // The next message; nullopt: none came in time.
    std::optional<std::string> next(std::chrono::milliseconds within = std::chrono::seconds(20)) const;
    // The next message that holds `text`; what comes before it is passed over. Empty: none came in time.
    std::string next_with(std::string_view text) const;

private:
    temporary_folder folder_;
    std::string address_;
    int descriptor_;
};

// A listening socket that is closed with this.
class open_socket
{
public:
    static open_socket tcp(const char* host = "127.0.0.1");   // a free port of a numeric IPv4 address
    static open_socket unix_at(const std::string& path);

    ~open_socket();
    open_socket(open_socket&& other) noexcept;

    int descriptor() const noexcept { return descriptor_; }
    std::uint16_t port() const;   // 0: none

private:
    explicit open_socket(int descriptor) noexcept : descriptor_(descriptor) {}

    int descriptor_;
};

// What a command is run by that takes descriptors from 3 on for its own: only its own process knows what LISTEN_PID must be.
std::vector<std::string> as_listen_pid();

}   // namespace rediserve::test
