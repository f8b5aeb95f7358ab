#include "api/upstash/place.hpp"

#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>

namespace rediserve::api::upstash {

namespace {

using redis::subscription_kind;
using telemetry::route;

constexpr std::array<place, 6> named = {{
    {place_kind::pipeline, route::pipeline, {}, "pipeline"},
    {place_kind::multi_exec, route::multi_exec, {}, "multi-exec"},
    {place_kind::events, route::events, subscription_kind::channel, "subscribe"},
    {place_kind::events, route::events, subscription_kind::pattern, "psubscribe"},
    {place_kind::events, route::events, subscription_kind::shard_channel, "ssubscribe"},
    {place_kind::events, route::events, subscription_kind::monitor, "monitor"},
}};
constexpr place document{place_kind::document, route::command, {}, {}};
constexpr place in_path{place_kind::path, route::command, {}, {}};

// A pipeline has nothing behind its name; /pipeline/x is a command, if an unknown one.
bool fits(const place& known, std::string_view rest) noexcept
{
    return known.is == place_kind::events || rest.empty() || rest == "/";
}

}   // namespace

const place& place_of(std::string_view path) noexcept
{
    if (path.empty() || path == "/")
        return document;
    const std::string_view first = path.substr(1, path.find('/', 1) - 1);
    const std::string_view rest = path.substr(1 + first.size());
    const auto found = std::ranges::find_if(named, [&](const place& known) {
        return iequals(first, known.name) && fits(known, rest);
    });
    return found == named.end() ? in_path : *found;
}

}   // namespace rediserve::api::upstash
