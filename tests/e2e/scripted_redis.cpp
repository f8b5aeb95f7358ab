#include "e2e/scripted_redis.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <system_error>

namespace rediserve::test {

namespace {

constexpr int look_every_ms = 20;

// What the gateway asks every server, and the answers of a usual one: what commands there are, and whether it may use
// transactions.
struct question
{
    std::string_view bytes;
    std::string_view answers;
};
constexpr std::array<question, 2> questions = {{
    {"*1\r\n$7\r\nCOMMAND\r\n*1\r\n$4\r\nEXEC\r\n", "+OK\r\n-ERR EXEC without MULTI\r\n"},
    {"*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nEXEC\r\n", "+OK\r\n*0\r\n"},
}};

bool may_become_a_question(std::string_view input)
{
    const auto begins = [input](const question& each) {
        return input.size() < each.bytes.size() && each.bytes.starts_with(input);
    };
    return std::any_of(questions.begin(), questions.end(), begins);
}

// Takes a question off the front of `input`; empty when there is none.
std::string_view answer_question(std::string& input)
{
    for (const question& each : questions)
        if (input.starts_with(each.bytes)) {
            input.erase(0, each.bytes.size());
            return each.answers;
        }
    return {};
}

// Takes one whole command off the front of `input`, or nothing when it is not all there.
std::optional<scripted_redis::command> take_command(std::string& input)
{
    std::size_t at = 0;
    auto line = [&]() -> std::optional<std::string> {
        auto end = input.find("\r\n", at);
        if (end == std::string::npos)
            return std::nullopt;
        auto text = input.substr(at, end - at);
        at = end + 2;
        return text;
    };
    auto head = line();
    if (!head)
        return std::nullopt;
    scripted_redis::command words;
    for (auto left = std::stoul(head->substr(1)); left > 0; --left) {
        auto size_line = line();
        if (!size_line)
            return std::nullopt;
        auto size = std::stoul(size_line->substr(1));
        if (input.size() < at + size + 2)
            return std::nullopt;
        words.push_back(input.substr(at, size));
        at += size + 2;
    }
    input.erase(0, at);
    for (char& letter : words.front())
        letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return words;
}

bool readable(int descriptor)
{
    pollfd wanted{descriptor, POLLIN, 0};
    return ::poll(&wanted, 1, look_every_ms) > 0;
}

}   // namespace

scripted_redis::scripted_redis(script answers) : answers_(std::move(answers))
{
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listening_, 64) != 0)
        throw std::system_error(errno, std::generic_category(), "listen");
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

scripted_redis::~scripted_redis()
{
    stopping_ = true;
    thread_.join();
    ::close(listening_);
}

void scripted_redis::serve()
{
    std::vector<std::thread> connections;
    while (!stopping_) {
        if (!readable(listening_))
            continue;
        int descriptor = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor >= 0)
            connections.emplace_back([this, descriptor] { serve_one(descriptor); });
    }
    for (auto& connection : connections)
        connection.join();
}

void scripted_redis::serve_one(int descriptor)
{
    std::string input;
    std::array<char, 65536> piece{};
    bool open = true;
    while (open && !stopping_) {
        if (!readable(descriptor))
            continue;
        auto got = ::recv(descriptor, piece.data(), piece.size(), 0);
        if (got <= 0)
            break;
        input.append(piece.data(), static_cast<std::size_t>(got));
        while (open && !may_become_a_question(input)) {
            std::optional<std::string> reply(answer_question(input));
            if (reply->empty()) {
                auto received = take_command(input);
                if (!received)
                    break;
                reply = answer(*received);
            } else {
                ++questions_answered_;
            }
            open = reply.has_value();
            if (open)
                ::send(descriptor, reply->data(), reply->size(), MSG_NOSIGNAL);
        }
    }
    ::close(descriptor);
}

std::optional<std::string> scripted_redis::answer(const command& received) const
{
    constexpr std::array<std::string_view, 3> set_up = {"AUTH", "CLIENT", "SELECT"};
    if (std::find(set_up.begin(), set_up.end(), received.front()) != set_up.end())
        return "+OK\r\n";
    if (received.front() == "PING")
        return "+PONG\r\n";
    return answers_(received);
}

}   // namespace rediserve::test
