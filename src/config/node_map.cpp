#include "config/node_map.hpp"

#include "rediserve/base/bytes.hpp"
#include "rediserve/redis/address.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace rediserve::config {

namespace {

using pairs = std::vector<std::pair<redis::place, redis::place>>;

constexpr std::size_t most_pairs = 1024;

// Host and port, neither of them left out.
std::optional<redis::place> whole_place(std::string_view text)
{
    auto read = redis::parse_place(trimmed(text), {});
    if (!read || read->host.empty() || read->port == 0)
        return std::nullopt;
    return std::move(*read);
}

std::string append_pair(std::string_view text, pairs& to)
{
    const auto equals = text.find('=');
    auto announced = whole_place(text.substr(0, equals));
    auto reachable = whole_place(equals == text.npos ? std::string_view() : text.substr(equals + 1));
    if (!announced || !reachable)
        return "must be pairs such as 10.0.0.1:6379=redis.example:7001, separated by commas, with IPv6 in brackets";
    if (std::ranges::find(to, *announced, &pairs::value_type::first) != to.end())
        return "says twice where one server is";
    if (to.size() == most_pairs)
        return "must have at most 1024 pairs";
    to.emplace_back(std::move(*announced), std::move(*reachable));
    return {};
}

}   // namespace

std::string get_node_map(const settings& from)
{
    std::string text;
    for (const auto& [announced, reachable] : from.redis.node_map)
        text += (text.empty() ? "" : ",") + redis::to_text(announced) + "=" + redis::to_text(reachable);
    return text;
}

std::string set_node_map(settings& to, std::string_view text)
{
    pairs read;
    for (bool more = !text.empty(); more;) {
        const auto comma = text.find(',');
        if (auto wrong = append_pair(text.substr(0, comma), read); !wrong.empty())
            return wrong;
        more = comma != text.npos;
        text.remove_prefix(more ? comma + 1 : text.size());
    }
    to.redis.node_map = std::move(read);
    return {};
}

}   // namespace rediserve::config
