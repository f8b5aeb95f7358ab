#include "support/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace rediserve::test {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t read_size = std::size_t{256} << 10;

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

std::string lower(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

std::size_t number(std::string_view digits, int base)
{
    std::size_t value = 0;
    auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (digits.empty() || failed != std::errc{} || end != digits.data() + digits.size())
        throw std::runtime_error("not a number in the answer: " + std::string(digits));
    return value;
}

int connect_unix(const std::string& path)
{
    int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
    if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
        ::close(descriptor);
        fail("connect");
    }
    return descriptor;
}

template <class Address>
int connect_tcp(const Address& address)
{
    int descriptor = ::socket(reinterpret_cast<const sockaddr*>(&address)->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        fail("socket");
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        ::close(descriptor);
        fail("connect");
    }
    int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return descriptor;
}

int connect_to(const std::string& to)
{
    if (to.starts_with("unix:"))
        return connect_unix(to.substr(5));
    auto colon = to.rfind(':');
    auto port = htons(static_cast<std::uint16_t>(number(std::string_view(to).substr(colon + 1), 10)));
    if (to.starts_with('[')) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = port;
        ::inet_pton(AF_INET6, to.substr(1, colon - 2).c_str(), &address.sin6_addr);
        return connect_tcp(address);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = port;
    ::inet_pton(AF_INET, to.substr(0, colon).c_str(), &address.sin_addr);
    return connect_tcp(address);
}

// False when `until` has passed.
bool wait_for(int descriptor, short event, steady_clock::time_point until)
{
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now());
    pollfd wanted{descriptor, event, 0};
    return ::poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) > 0;
}

// Returns the status; fills in the headers of one head, the blank line included.
http_response parse_head(std::string_view head)
{
    http_response response;
    auto end = head.find("\r\n");
    auto line = head.substr(0, end);
    bool known = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
    if (!known || line.size() < 13 || line[12] != ' ')
        throw std::runtime_error("not a status line: " + std::string(line));
    response.status = static_cast<int>(number(line.substr(9, 3), 10));
    while (end + 2 < head.size()) {
        auto begin = end + 2;
        end = head.find("\r\n", begin);
        line = head.substr(begin, end - begin);
        if (line.empty())
            break;
        auto colon = line.find(": ");
        if (colon == std::string_view::npos || line.find_first_of("\r\n", 0) != std::string_view::npos)
            throw std::runtime_error("not a header line: " + std::string(line));
        response.headers.emplace(lower(line.substr(0, colon)), line.substr(colon + 2));
    }
    if (response.headers.contains("content-length") && response.headers.contains("transfer-encoding"))
        throw std::runtime_error("an answer with Content-Length and Transfer-Encoding");
    return response;
}

bool has_body(int status, bool head_request)
{
    return !head_request && status >= 200 && status != 204 && status != 304;
}

void check_that_it_says_what_ran(const http_response& response)
{
    const bool must_say = response.status >= 500 && response.header("content-type").starts_with("application/json");
    if (!must_say || response.body.empty())
        return;
    const bool says = response.body.find(R"("executed":"no")") != std::string::npos
        || response.body.find(R"("executed":"maybe")") != std::string::npos;
    if (!says)
        throw std::runtime_error("a failure that does not say what ran: " + response.body.substr(0, 200));
}

}   // namespace

std::string http_response::header(const std::string& name) const
{
    auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

http_connection::http_connection(const std::string& to, std::chrono::milliseconds deadline)
    : descriptor_(connect_to(to)), deadline_(deadline)
{}

http_connection::~http_connection()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

http_connection::http_connection(http_connection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), deadline_(other.deadline_), input_(std::move(other.input_))
{}

void http_connection::send(std::string_view raw)
{
    auto until = steady_clock::now() + deadline_;
    while (!raw.empty()) {
        auto sent = ::send(descriptor_, raw.data(), raw.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            raw.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            if (!wait_for(descriptor_, POLLOUT, until))
                throw std::runtime_error("the peer does not take what is sent");
        } else if (errno != EINTR) {
            fail("send");
        }
    }
}

void http_connection::shut_write()
{
    ::shutdown(descriptor_, SHUT_WR);
}

void http_connection::fill()
{
    if (!wait_for(descriptor_, POLLIN, steady_clock::now() + deadline_))
        throw std::runtime_error("no answer in time; so far: " + input_.substr(0, 200));
    // Shared, so that ten thousand idle connections cost the test nothing.
    static thread_local std::vector<char> piece(read_size);
    auto got = ::recv(descriptor_, piece.data(), piece.size(), 0);
    if (got < 0)
        fail("recv");
    if (got == 0)
        throw std::runtime_error("the peer closed; so far: " + input_.substr(0, 200));
    input_.append(piece.data(), static_cast<std::size_t>(got));
}

// Position behind the next `mark` at or after `from`, reading as much as that takes.
std::size_t http_connection::find_end(std::string_view mark, std::size_t from)
{
    for (auto scanned = from;;) {
        auto found = input_.find(mark, scanned);
        if (found != std::string::npos)
            return found + mark.size();
        scanned = std::max(from, input_.size() - std::min(input_.size(), mark.size() - 1));
        fill();
    }
}

// Reads the chunks that begin at `from`; returns the position behind the last one.
std::size_t http_connection::read_chunks(std::size_t from, std::string& to)
{
    for (auto at = from;;) {
        auto line_end = find_end("\r\n", at);
        auto size = number(std::string_view(input_).substr(at, line_end - 2 - at), 16);
        while (input_.size() < line_end + size + 2)
            fill();
        to.append(input_, line_end, size);
        if (input_.compare(line_end + size, 2, "\r\n") != 0)
            throw std::runtime_error("a chunk does not end where it says");
        at = line_end + size + 2;
        if (size == 0)
            return at;
    }
}

http_response http_connection::read(bool head_request)
{
    http_response response = read_any(head_request);
    check_that_it_says_what_ran(response);
    return response;
}

http_response http_connection::read_any(bool head_request)
{
    auto at = find_end("\r\n\r\n", 0);
    auto response = parse_head(std::string_view(input_).substr(0, at));
    if (has_body(response.status, head_request)) {
        if (response.header("transfer-encoding") == "chunked") {
            at = read_chunks(at, response.body);
        } else if (response.headers.contains("content-length")) {
            auto size = number(response.header("content-length"), 10);
            while (input_.size() < at + size)
                fill();
            response.body = input_.substr(at, size);
            at += size;
        } else {
            auto rest = read_to_end();
            response.body = rest.substr(at);
            return response;
        }
    }
    input_.erase(0, at);
    return response;
}

std::string http_connection::read_to_end()
{
    auto until = steady_clock::now() + deadline_;
    std::string result = std::exchange(input_, {});
    std::array<char, 65536> piece{};
    for (;;) {
        if (!wait_for(descriptor_, POLLIN, until))
            throw std::runtime_error("the peer does not close; so far: " + result.substr(0, 200));
        auto got = ::recv(descriptor_, piece.data(), piece.size(), 0);
        if (got <= 0)
            return result;   // a reset ends it as well as a proper end
        result.append(piece.data(), static_cast<std::size_t>(got));
    }
}

bool http_connection::closed_by_peer()
{
    if (!input_.empty())
        return false;
    std::array<char, 4096> piece{};
    auto got = ::recv(descriptor_, piece.data(), piece.size(), MSG_DONTWAIT);
    if (got > 0)
        input_.append(piece.data(), static_cast<std::size_t>(got));
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

http_response http_connection::request(
    std::string_view method, std::string_view target, std::string_view body,
    const std::vector<std::pair<std::string, std::string>>& headers
)
{
    std::string head = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
    for (const auto& [name, value] : headers)
        head += name + ": " + value + "\r\n";
    bool bodiless = method == "GET" || method == "HEAD" || method == "DELETE" || method == "OPTIONS";
    if (!body.empty() || !bodiless)
        head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(head + "\r\n");
    send(body);
    auto response = read(method == "HEAD");
    while (response.status < 200)
        response = read(method == "HEAD");
    return response;
}

}   // namespace rediserve::test
