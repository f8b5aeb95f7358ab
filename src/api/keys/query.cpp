#include "api/keys/query.hpp"

#include "api/reads.hpp"
#include "api/text.hpp"
#include "rediserve/base/bytes.hpp"
#include "rediserve/base/edit_distance.hpp"

#include <algorithm>

namespace rediserve::api::keys {

namespace {

constexpr std::size_t longest_shown = 40;

error bad(std::string_view name, std::string_view why)
{
    return error(
        errc::bad_request, "the option \"" + std::string(name.substr(0, longest_shown)) + "\" " + std::string(why)
    );
}

error unknown(std::string_view name, std::span<const known_option> known)
{
    const std::string_view meant = nearest(name, known);
    return bad(
        name, meant.empty() ? "is not known here" : "is not known; did you mean \"" + std::string(meant) + "\"?"
    );
}

}   // namespace

result<query> query::read(std::string_view text, std::span<const known_option> known)
{
    query all;
    while (!text.empty()) {
        const std::string_view part = take_part(text, '&');
        if (part.empty())
            continue;
        if (auto added = all.add(part, known); !added)
            return added.error();
    }
    return all;
}

result<void> query::add(std::string_view part, std::span<const known_option> known)
{
    const bool has_value = part.find('=') != std::string_view::npos;
    auto name = form_decode(take_part(part, '='));
    auto value = form_decode(part);
    if (!name || !value)
        return error(errc::bad_request, "the query has a percent sign without two hexadecimal digits");
    if (*name == reads_option)   // said to the service, which has read it
        return {};
    const auto found = std::ranges::find(known, *name, &known_option::name);
    if (found == known.end())
        return unknown(*name, known);
    if (found->kind != option_kind::repeated && has(*name))
        return bad(*name, "is given twice");
    if (found->kind == option_kind::flag && !value->empty())
        return bad(*name, "takes no value");
    if (found->kind != option_kind::flag && !has_value)
        return bad(*name, "needs a value");
    options_.push_back({found->name, std::move(*value)});
    return {};
}

std::optional<std::string_view> query::find(std::string_view name) const noexcept
{
    const auto found = std::ranges::find(options_, name, &option::name);
    if (found == options_.end())
        return std::nullopt;
    return found->value;
}

std::vector<std::string_view> query::all(std::string_view name) const
{
    std::vector<std::string_view> values;
    for (const option& one : options_)
        if (one.name == name)
            values.push_back(one.value);
    return values;
}

// "30s", "500ms", "2m", "1h", and seconds without a unit.
std::optional<std::chrono::milliseconds> read_time(std::string_view text) noexcept
{
    constexpr std::int64_t most = 86'400'000;
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view unit = text.substr(digits);
    const std::int64_t each = unit == "ms" ? 1
        : unit == "s" || unit.empty()      ? 1'000
        : unit == "m"                      ? 60'000
        : unit == "h"                      ? 3'600'000
                                           : 0;
    const auto count = parse_integer(text.substr(0, digits));
    if (!count || each == 0 || *count > most / each)
        return std::nullopt;
    return std::chrono::milliseconds(*count * each);
}

std::string_view nearest(std::string_view name, std::span<const known_option> known)
{
    std::string_view best;
    std::size_t best_distance = 3;   // further away is another word
    for (const known_option& candidate : known) {
        const std::size_t away = edit_distance(name.substr(0, longest_shown), candidate.name);
        if (away < best_distance && away < candidate.name.size()) {
            best = candidate.name;
            best_distance = away;
        }
    }
    return best;
}

}   // namespace rediserve::api::keys
