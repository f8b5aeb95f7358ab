#include "cluster/redirect.hpp"

#include "cluster/slots.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <limits>

namespace rediserve::cluster {

namespace {

using kind = redirect::kind;

constexpr std::string_view unknown_host = "?";

// Whether the first word of `text` is `word`; it is taken off then, with the blank behind it.
bool take_word(std::string_view& text, std::string_view word) noexcept
{
    if (!text.starts_with(word) || (text.size() > word.size() && text[word.size()] != ' '))
        return false;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return true;
}

// Not that of CLIENT UNBLOCK, which somebody has asked for.
constexpr std::string_view demoted = "UNBLOCKED force unblock from blocking operation, instance state changed";

std::optional<std::uint16_t> number_below(std::string_view text, std::int64_t limit) noexcept
{
    const auto number = parse_integer(text);
    if (!number || *number < 0 || *number >= limit)
        return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

// "1234 host:port": IPv6 addresses have no brackets, so it is the last colon.
std::optional<redirect> to_other(kind is, std::string_view rest, const redis::place& asked)
{
    const auto blank = rest.find(' ');
    const auto colon = rest.rfind(':');
    if (blank == std::string_view::npos || colon == std::string_view::npos || colon < blank)
        return std::nullopt;
    const auto slot = number_below(rest.substr(0, blank), slot_count);
    const auto port = number_below(rest.substr(colon + 1), std::numeric_limits<std::uint16_t>::max() + 1);
    if (!slot || !port || *port == 0)
        return std::nullopt;
    const std::string_view host = rest.substr(blank + 1, colon - blank - 1);
    redirect found{is, *slot, {asked.host, *port}};
    if (!host.empty())
        found.to.host = host == unknown_host ? std::string_view() : host;
    return found;
}

}   // namespace

std::optional<redirect> read_redirect(std::string_view error_text, const redis::place& asked)
{
    if (error_text.empty())
        return std::nullopt;
    switch (error_text.front()) {
    case 'M': return take_word(error_text, "MOVED") ? to_other(kind::moved, error_text, asked) : std::nullopt;
    case 'A': return take_word(error_text, "ASK") ? to_other(kind::ask, error_text, asked) : std::nullopt;
    case 'T': return take_word(error_text, "TRYAGAIN") ? std::optional(redirect{kind::try_again, 0, {}}) : std::nullopt;
    case 'C': return take_word(error_text, "CLUSTERDOWN") ? std::optional(redirect{kind::down, 0, {}}) : std::nullopt;
    case 'R': return take_word(error_text, "READONLY") ? std::optional(redirect{kind::try_again, 0, {}}) : std::nullopt;
    case 'U': return error_text.starts_with(demoted) ? std::optional(redirect{kind::try_again, 0, {}}) : std::nullopt;
    default: return std::nullopt;
    }
}

}   // namespace rediserve::cluster
