// A small HTTP/1.1 client for tests, on plain blocking sockets, every call with a deadline: independent of
// the code under test, and able to send what no proper client would.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rediserve::test {

struct http_response
{
    int status = 0;
    std::multimap<std::string, std::string> headers;     // names in lower case
    std::string body;                                    // chunks joined
    std::string header(const std::string& name) const;   // first value or ""
};

class http_connection
{
public:
    // "127.0.0.1:PORT", "[::1]:PORT" or "unix:/path". Throws std::system_error.
    explicit http_connection(const std::string& to, std::chrono::milliseconds deadline = std::chrono::seconds(20));
    ~http_connection();
    http_connection(http_connection&& other) noexcept;

    void send(std::string_view raw);
    void shut_write();
    // The next response, 1xx ones included; `head_request` says that it has no body whatever Content-Length
    // says. Throws std::runtime_error when the peer closes first, breaks the syntax, or the deadline passes, and when a
    // failure (5xx) in JSON does not say whether what was asked for has run.
    http_response read(bool head_request = false);
    // Everything until the peer closes; throws on the deadline.
    std::string read_to_end();
    // True when the peer has closed (or reset) and nothing is left to read. Does not wait.
    bool closed_by_peer();

    // Sends METHOD TARGET with Content-Length (unless there is no body and the method is GET, HEAD, DELETE or
    // OPTIONS) and reads the answer.
    http_response request(
        std::string_view method, std::string_view target, std::string_view body = {},
        const std::vector<std::pair<std::string, std::string>>& headers = {}
    );

    int descriptor() const noexcept { return descriptor_; }

private:
    http_response read_any(bool head_request);
    void fill();
    std::size_t find_end(std::string_view mark, std::size_t from);
    std::size_t read_chunks(std::size_t from, std::string& to);

    int descriptor_ = -1;
    std::chrono::milliseconds deadline_;
    std::string input_;
};

}   // namespace rediserve::test
