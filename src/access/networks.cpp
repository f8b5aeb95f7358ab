#include "rediserve/access/networks.hpp"

#include "rediserve/base/bytes.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace rediserve::access {

namespace {

// The end of the list element or pair that begins at `from`: the next `mark` outside of quotes; nullopt when a quote is
// not closed.
std::optional<std::size_t> end_of_part(std::string_view text, std::size_t from, char mark) noexcept
{
    bool quoted = false;
    for (std::size_t at = from; at < text.size(); ++at) {
        if (quoted && text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            quoted = !quoted;
        else if (!quoted && text[at] == mark)
            return at;
    }
    return quoted ? std::nullopt : std::optional(text.size());
}

// The parts of `text` between the marks; nullopt when they cannot be told.
std::optional<std::vector<std::string_view>> split(std::string_view text, char mark)
{
    std::vector<std::string_view> parts;
    for (std::size_t from = 0; from <= text.size();) {
        const auto end = end_of_part(text, from, mark);
        if (!end)
            return std::nullopt;
        parts.push_back(trimmed(text.substr(from, *end - from)));
        from = *end + 1;
    }
    return parts;
}

// The `for` of an element of Forwarded, without quotes; empty: it has none that helps.
std::string_view node_of(std::string_view element)
{
    const auto pairs = split(element, ';');
    for (const std::string_view pair : pairs.value_or(std::vector<std::string_view>())) {
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || !iequals(trimmed(pair.substr(0, equals)), "for"))
            continue;
        std::string_view value = trimmed(pair.substr(equals + 1));
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
            value = value.substr(1, value.size() - 2);
        return value;
    }
    return {};
}

// "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]:80", "2001:db8::1"; what else there may be is nobody's address.
result<ip_address> parse_node(std::string_view text)
{
    if (text.starts_with('['))
        return parse_address(text.substr(0, text.find(']') + 1));
    const auto colon = text.find(':');
    const bool has_port = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
    return parse_address(has_port ? text.substr(0, colon) : text);
}

std::vector<std::string_view> nodes(std::string_view forwarded, std::string_view x_forwarded_for)
{
    if (forwarded.empty())
        return split(x_forwarded_for, ',').value_or(std::vector<std::string_view>());
    auto all = split(forwarded, ',').value_or(std::vector<std::string_view>());
    for (std::string_view& one : all)
        one = node_of(one);
    return all;
}

}   // namespace

bool network_policy::admits(const ip_address& address) const noexcept
{
    return !deny.contain(address) && (allow.empty() || allow.contain(address));
}

ip_address client_address(
    const ip_address& peer, const networks& trusted, std::string_view forwarded, std::string_view x_forwarded_for
)
{
    ip_address speaker = peer;
    if (!trusted.contain(speaker))
        return speaker;
    const auto said = nodes(forwarded, x_forwarded_for);
    for (auto node = said.rbegin(); node != said.rend() && trusted.contain(speaker); ++node) {
        const auto next = parse_node(*node);
        if (!next)
            break;
        speaker = *next;
    }
    return speaker;
}

}   // namespace rediserve::access
