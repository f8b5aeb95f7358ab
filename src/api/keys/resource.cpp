#include "api/keys/resource.hpp"

#include "api/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace rediserve::api::keys {

namespace {

// What may follow a key: a word, the name of a part of it, and what is done to that.
struct word
{
    std::string_view name;
    place whole;
    std::optional<place> part = {};
    std::optional<place> part_incr = {};
};

constexpr std::array<word, 7> words = {{
    {"incr", place::incr},
    {"append", place::append},
    {"fields", place::fields, place::field, place::field_incr},
    {"items", place::items, place::item},
    {"members", place::members, place::member},
    {"scores", place::scores, place::score, place::score_incr},
    {"entries", place::entries, place::entry},
}};

// In the order of the enumeration.
constexpr std::array<telemetry::route, static_cast<std::size_t>(place::count_)> routes = {
    telemetry::route::keys,           telemetry::route::key,
    telemetry::route::key_incr,       telemetry::route::key_append,
    telemetry::route::key_fields,     telemetry::route::key_field,
    telemetry::route::key_field_incr, telemetry::route::key_items,
    telemetry::route::key_item,       telemetry::route::key_members,
    telemetry::route::key_member,     telemetry::route::key_scores,
    telemetry::route::key_score,      telemetry::route::key_score_incr,
    telemetry::route::key_entries,    telemetry::route::key_entry,
};

error unknown()
{
    return error(
        errc::unknown_resource,
        "a key has nothing of this name (there are incr, append, fields, items, members, scores and entries); "
        "a / inside a name is written %2F"
    );
}

// Takes the part before the next slash off `rest`, and the slash. nullopt: there is nothing more, not even a name that is
// empty.
std::optional<std::string_view> take_segment(std::optional<std::string_view>& rest)
{
    if (!rest)
        return std::nullopt;
    const bool last = rest->find('/') == std::string_view::npos;
    const std::string_view segment = take_part(*rest, '/');
    if (last)
        rest.reset();
    return segment;
}

}   // namespace

result<resource> locate(std::string_view path, std::string_view prefix)
{
    path.remove_prefix(prefix.size());
    if (path.empty())
        return resource{place::keys, {}, {}};
    std::optional<std::string_view> rest = path.substr(1);   // behind the slash
    const std::string_view key = *take_segment(rest);
    if (key.empty())
        return error(errc::bad_request, "the key is empty");
    const auto name = take_segment(rest);
    if (!name)
        return resource{place::key, key, {}};
    const auto found = std::ranges::find(words, *name, &word::name);
    if (found == words.end())
        return unknown();
    const auto part = take_segment(rest);
    if (!part)
        return resource{found->whole, key, {}};
    if (!rest && found->part)
        return resource{*found->part, key, *part};
    if (rest == "incr" && found->part_incr)
        return resource{*found->part_incr, key, *part};
    return unknown();
}

telemetry::route route_of(place at) noexcept
{
    return routes[static_cast<std::size_t>(at)];
}

}   // namespace rediserve::api::keys
