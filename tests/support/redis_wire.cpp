#include "support/redis_wire.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>

namespace rediserve::test {

namespace {

constexpr int patience_ms = 30'000;

}   // namespace

redis_wire::redis_wire(const std::string& socket, const std::string& password) : connection_("unix:" + socket)
{
    if (!password.empty())
        ask({"AUTH", password});
}

std::optional<std::string> redis_wire::ask(const std::vector<std::string>& command)
{
    auto text = "*" + std::to_string(command.size()) + "\r\n";
    for (const auto& word : command)
        text += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    connection_.send(text);
    return reply();
}

std::optional<std::string> redis_wire::reply()
{
    const auto head = line();
    auto said = head.substr(1);
    if (head.front() == '-')
        throw std::runtime_error(said);
    if (head.front() == '+' || head.front() == ':')
        return said;
    if (said == "-1")
        return std::nullopt;
    if (head.front() == '$')
        return take(std::stoul(said));
    skip(std::stoul(said));
    return said;
}

void redis_wire::skip(std::size_t replies)
{
    for (; replies > 0; --replies)
        reply();
}

std::string redis_wire::line()
{
    while (input_.find("\r\n") == std::string::npos)
        fill();
    const auto end = input_.find("\r\n");
    auto text = input_.substr(0, end);
    input_.erase(0, end + 2);
    if (text.empty())
        throw std::runtime_error("an empty line from Redis");
    return text;
}

std::string redis_wire::take(std::size_t bytes)
{
    while (input_.size() < bytes + 2)
        fill();
    auto text = input_.substr(0, bytes);
    input_.erase(0, bytes + 2);
    return text;
}

void redis_wire::fill()
{
    pollfd wanted{connection_.descriptor(), POLLIN, 0};
    if (::poll(&wanted, 1, patience_ms) <= 0)
        throw std::runtime_error("Redis does not answer");
    std::array<char, 65536> piece;
    const auto got = ::recv(connection_.descriptor(), piece.data(), piece.size(), 0);
    if (got <= 0)
        throw std::runtime_error("Redis closed the connection");
    input_.append(piece.data(), static_cast<std::size_t>(got));
}

}   // namespace rediserve::test
