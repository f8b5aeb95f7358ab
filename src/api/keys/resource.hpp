// What a path means: the router of the keys dialect.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/http/message.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <cstdint>
#include <string_view>

namespace rediserve::api::keys {

enum class place : std::uint8_t { keys, key, incr, append };

struct resource
{
    keys::place place = keys::place::keys;
    std::string_view key;   // still percent-encoded; a part of the path
};

// Finds what `path` names below `prefix`, which it starts with. errc::unknown_resource; errc::bad_request for a key that
// is empty.
result<resource> locate(std::string_view path, std::string_view prefix);

// What is offered there, as an Allow header lists it.
std::string_view allowed_methods(place at) noexcept;
bool allows(place at, http::method method) noexcept;

telemetry::route route_of(place at) noexcept;

}   // namespace rediserve::api::keys
