#include "e2e/raw_redis.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <stdexcept>

namespace rediserve::test {

namespace {

constexpr int patience_ms = 20'000;

std::string wire_form(const std::vector<std::string>& command)
{
    auto text = "*" + std::to_string(command.size()) + "\r\n";
    for (const auto& word : command)
        text += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    return text;
}

long long number_at(std::string_view text)
{
    long long value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// Takes one reply off the front of `rest`.
nlohmann::json take(std::string_view& rest)
{
    auto end = rest.find("\r\n");
    char kind = rest.front();
    auto line = rest.substr(1, end - 1);
    rest.remove_prefix(end + 2);
    if (kind == '+' || kind == '-')
        return std::string(line);
    auto number = number_at(line);
    if (kind == ':')
        return number;
    if (number < 0)
        return nullptr;
    if (kind == '$') {
        std::string text(rest.substr(0, static_cast<std::size_t>(number)));
        rest.remove_prefix(static_cast<std::size_t>(number) + 2);
        return text;
    }
    auto all = nlohmann::json::array();
    for (long long element = 0; element < number; ++element)
        all.push_back(take(rest));
    return all;
}

}   // namespace

std::string raw_redis::ask(const std::vector<std::string>& command)
{
    return ask_all({command}).front();
}

std::vector<std::string> raw_redis::ask_all(const std::vector<std::vector<std::string>>& commands)
{
    std::string all;
    for (const auto& command : commands)
        all += wire_form(command);
    connection_.send(all);
    std::vector<std::string> replies;
    for (std::size_t number = 0; number < commands.size(); ++number)
        replies.push_back(read_reply());
    return replies;
}

std::string raw_redis::read_reply()
{
    auto end = end_of_reply(0);
    auto reply = input_.substr(0, end);
    input_.erase(0, end);
    return reply;
}

std::size_t raw_redis::end_of_reply(std::size_t at)
{
    auto line_end = end_of_line(at);
    char kind = input_[at];
    if (kind != '$' && kind != '*')
        return line_end;
    auto number = number_at(std::string_view(input_).substr(at + 1, line_end - at - 3));
    if (number < 0)
        return line_end;
    if (kind == '$') {
        auto end = line_end + static_cast<std::size_t>(number) + 2;
        while (input_.size() < end)
            fill();
        return end;
    }
    for (long long element = 0; element < number; ++element)
        line_end = end_of_reply(line_end);
    return line_end;
}

std::size_t raw_redis::end_of_line(std::size_t at)
{
    for (;;) {
        auto found = input_.find("\r\n", at);
        if (found != std::string::npos)
            return found + 2;
        fill();
    }
}

void raw_redis::fill()
{
    pollfd wanted{connection_.descriptor(), POLLIN, 0};
    std::array<char, 65536> piece{};
    ssize_t got = 0;
    if (::poll(&wanted, 1, patience_ms) > 0)
        got = ::recv(connection_.descriptor(), piece.data(), piece.size(), 0);
    if (got <= 0)
        throw std::runtime_error("Redis gives no reply; so far: " + input_.substr(0, 200));
    input_.append(piece.data(), static_cast<std::size_t>(got));
}

nlohmann::json shown(std::string_view reply)
{
    return take(reply);
}

}   // namespace rediserve::test
