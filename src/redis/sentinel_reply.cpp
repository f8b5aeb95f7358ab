#include "redis/sentinel_reply.hpp"

#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rediserve::redis {

namespace {

std::optional<place> place_of(std::string_view host, std::string_view port)
{
    const auto number = parse_integer(port);
    if (host.empty() || !number || *number < 1 || *number > 65535)
        return std::nullopt;
    return place{std::string(host), static_cast<std::uint16_t>(*number)};
}

// Of a list of names, each with its value behind it.
std::string_view value_in(const reply_view& fields, std::string_view name) noexcept
{
    for (std::size_t at = 0; at + 1 < fields.size(); at += 2)
        if (fields[at].text() == name)
            return fields[at + 1].text();
    return {};
}

}   // namespace

std::optional<place> master_in(const reply_view& reply)
{
    if (!reply.is_array() || reply.size() != 2)
        return std::nullopt;
    return place_of(reply[0].text(), reply[1].text());
}

std::vector<place> sentinels_in(const reply_view& reply)
{
    std::vector<place> others;
    for (std::size_t at = 0; reply.is_array() && at < reply.size(); ++at)
        if (auto one = place_of(value_in(reply[at], "ip"), value_in(reply[at], "port")))
            others.push_back(std::move(*one));
    return others;
}

// `mymaster 10.0.0.1 6379 10.0.0.2 6379`
std::optional<master_switch> switch_in(const reply_view& message, std::string_view name)
{
    if (!message.is_array() || message.size() != 3 || message[0].text() != "message")
        return std::nullopt;
    std::array<std::string_view, 5> words;
    std::string_view rest = message[2].text();
    for (auto& word : words) {
        word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
    auto from = place_of(words[1], words[2]);
    auto to = place_of(words[3], words[4]);
    if (words[0] != name || !from || !to || !rest.empty())
        return std::nullopt;
    return master_switch{std::move(*from), std::move(*to)};
}

}   // namespace rediserve::redis
