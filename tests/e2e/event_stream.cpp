#include "e2e/event_stream.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <stdexcept>

namespace rediserve::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view line_end = "\r\n";

bool is_comment_only(std::string_view event)
{
    return event.starts_with(':') && event.find('\n') == std::string_view::npos;
}

milliseconds left_until(steady_clock::time_point deadline)
{
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(deadline - steady_clock::now()));
}

std::string request_text(
    std::string_view method, std::string_view target, const header_list& headers, std::string_view body
)
{
    std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
    bool says_what_it_accepts = false;
    for (const auto& [name, value] : headers) {
        says_what_it_accepts = says_what_it_accepts || name == "Accept";
        text += name + ": " + value + "\r\n";
    }
    if (!says_what_it_accepts)
        text += "Accept: text/event-stream\r\n";
    if (method != "GET")
        text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + std::string(method == "GET" ? "" : body);
}

http_response parse_head(std::string_view head)
{
    http_response answer;
    if (!head.starts_with("HTTP/1.1 "))
        throw std::runtime_error("not a status line: " + std::string(head.substr(0, head.find(line_end))));
    std::from_chars(head.data() + 9, head.data() + 12, answer.status);
    for (auto at = head.find(line_end) + 2; at < head.size();) {
        auto end = head.find(line_end, at);
        auto colon = head.find(": ", at);
        if (end == at || colon == std::string_view::npos)
            break;
        std::string name(head.substr(at, colon - at));
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        answer.headers.emplace(name, head.substr(colon + 2, end - colon - 2));
        at = end + 2;
    }
    return answer;
}

}   // namespace

event_stream::event_stream(
    const std::string& address, std::string_view target, const header_list& headers, std::string_view method,
    std::string_view body
)
    : connection_(address)
{
    connection_.send(request_text(method, target, headers, body));
    auto deadline = steady_clock::now() + std::chrono::seconds(20);
    auto head_end = std::string::npos;
    while ((head_end = raw_.find("\r\n\r\n")) == std::string::npos)
        if (!receive(left_until(deadline)))
            throw std::runtime_error("no answer in time; so far: " + raw_);
    head_ = parse_head(std::string_view(raw_).substr(0, head_end + 4));
    raw_.erase(0, head_end + 4);
    if (head_.header("transfer-encoding") == "chunked") {
        take_chunks();
        return;
    }
    auto length = head_.header("content-length");
    auto size = length.empty() ? 0 : std::stoul(length);
    while (raw_.size() < size && receive(left_until(deadline))) {}
    head_.body = std::move(raw_);
    ended_ = end::clean;
}

// False when nothing came in time, or the peer has closed.
bool event_stream::receive(milliseconds within)
{
    pollfd wanted{connection_.descriptor(), POLLIN, 0};
    if (::poll(&wanted, 1, static_cast<int>(within.count())) <= 0)
        return false;
    static thread_local std::array<char, 65536> piece;
    auto got = ::recv(connection_.descriptor(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got <= 0) {
        if (ended_ == end::open && (got == 0 || errno != EAGAIN))
            ended_ = end::cut;
        return false;
    }
    raw_.append(piece.data(), static_cast<std::size_t>(got));
    return true;
}

void event_stream::take_chunks()
{
    std::size_t at = 0;
    for (;;) {
        auto size_end = raw_.find(line_end, at);
        if (size_end == std::string::npos)
            break;
        std::size_t size = 0;
        auto [digits_end, failed] = std::from_chars(raw_.data() + at, raw_.data() + size_end, size, 16);
        if (failed != std::errc{} || digits_end != raw_.data() + size_end)
            throw std::runtime_error("not the size of a chunk: " + raw_.substr(at, size_end - at));
        if (raw_.size() < size_end + 2 + size + 2)
            break;
        events_.append(raw_, size_end + 2, size);
        at = size_end + 2 + size + 2;
        if (size == 0)
            ended_ = end::clean;
    }
    raw_.erase(0, at);
}

std::optional<std::string> event_stream::take_event()
{
    auto found = events_.find("\n\n");
    if (found == std::string::npos)
        return std::nullopt;
    auto event = events_.substr(0, found);
    events_.erase(0, found + 2);
    return event;
}

std::optional<std::string> event_stream::next(milliseconds within)
{
    auto deadline = steady_clock::now() + within;
    for (;;) {
        if (auto event = take_event())
            return event;
        if (ended_ != end::open)
            return std::nullopt;
        bool received = receive(left_until(deadline));
        take_chunks();
        if (!received && ended_ == end::open && steady_clock::now() >= deadline)
            return std::nullopt;
    }
}

std::string event_stream::next_data(milliseconds within)
{
    for (;;) {
        auto event = next(within);
        if (!event)
            return ended_ == end::open ? "(nothing)" : "(the end)";
        if (!is_comment_only(*event))
            return *event;
    }
}

bool event_stream::drain()
{
    bool any = false;
    while (ended_ == end::open && receive(milliseconds(0)))
        any = true;
    take_chunks();
    return any;
}

event_stream::end event_stream::await_end(milliseconds within)
{
    auto deadline = steady_clock::now() + within;
    while (ended_ == end::open && steady_clock::now() < deadline) {
        receive(left_until(deadline));
        take_chunks();
    }
    return ended_;
}

}   // namespace rediserve::test
