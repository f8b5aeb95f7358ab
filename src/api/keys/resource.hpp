// What a path means: the router of the keys dialect.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <cstdint>
#include <string_view>

namespace rediserve::api::keys {

enum class place : std::uint8_t {
    keys,
    key,
    incr,
    append,
    fields,
    field,
    field_incr,
    items,
    item,
    members,
    member,
    scores,
    score,
    score_incr,
    entries,
    entry,
    count_
};

struct resource
{
    keys::place place = keys::place::keys;
    // Still percent-encoded; views into the path.
    std::string_view key;
    std::string_view part;   // what is named inside the key: a field, an index, a member, an id; may be empty
};

// Finds what `path` names below `prefix`, which it starts with. errc::unknown_resource; errc::bad_request for a key that
// is empty.
result<resource> locate(std::string_view path, std::string_view prefix);

telemetry::route route_of(place at) noexcept;

}   // namespace rediserve::api::keys
