// A bound, listening, non-blocking socket: TCP or unix.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/http/params.hpp"

#include <cstdint>
#include <string>

namespace rediserve::http {

class listening_socket
{
public:
    // "*" listens on every address, IPv6 included where there is one. A unix socket nobody listens on any more is
    // replaced. The error's detail names the endpoint and the reason.
    static result<listening_socket> open(const endpoint& at, unsigned unix_mode);
    // One that somebody else has opened and place_of() approved; it becomes ours to close, but not to remove.
    static listening_socket adopt(int descriptor, endpoint at) noexcept;

    listening_socket(listening_socket&& other) noexcept;
    listening_socket& operator=(listening_socket&&) = delete;
    // Closes, and removes a unix socket that was opened here from its folder.
    ~listening_socket();

    int descriptor() const noexcept { return descriptor_; }
    const endpoint& at() const noexcept { return at_; }   // as asked for
    bool local() const noexcept { return !at_.path.empty(); }
    // What to type to get here: "http://127.0.0.1:3000", "https://[::1]:3443", "unix:/run/rediserve.sock".
    std::string url() const;

private:
    enum class origin : std::uint8_t { opened, adopted };

    listening_socket(int descriptor, endpoint at, origin from) noexcept;

    int descriptor_;
    endpoint at_;
    origin from_;
};

}   // namespace rediserve::http
