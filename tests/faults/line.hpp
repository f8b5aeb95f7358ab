// A connection that never blocks: what a client has of HTTP's bytes.
#pragma once

#include <string>
#include <string_view>

namespace rediserve::test {

class line
{
public:
    line() = default;
    ~line() { close(); }
    line(const line&) = delete;
    line& operator=(const line&) = delete;

    // "127.0.0.1:PORT" or "unix:/path". False when nobody listens there.
    bool open(const std::string& to);
    void close() noexcept;
    bool is_open() const noexcept { return descriptor_ >= 0; }
    int descriptor() const noexcept { return descriptor_; }

    // As much as the kernel takes now; the rest with the next call. False when the connection has ended.
    bool send(std::string_view bytes);
    // Takes what has arrived; false when the connection has ended.
    bool receive();

    std::string input;

private:
    int descriptor_ = -1;
    std::string unsent_;
};

}   // namespace rediserve::test
