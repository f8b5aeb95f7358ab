#include "api/keys/resource.hpp"

#include "api/text.hpp"

namespace rediserve::api::keys {

result<resource> locate(std::string_view path, std::string_view prefix)
{
    path.remove_prefix(prefix.size());
    if (path.empty())
        return resource{place::keys, {}};
    path.remove_prefix(1);   // the slash
    const bool only_key = path.find('/') == std::string_view::npos;
    const std::string_view key = take_part(path, '/');
    if (key.empty())
        return error(errc::bad_request, "the key is empty");
    if (only_key)
        return resource{place::key, key};
    if (path == "incr")
        return resource{place::incr, key};
    if (path == "append")
        return resource{place::append, key};
    return error(
        errc::unknown_resource,
        "a key has nothing of this name (there are incr and append); a / inside a key is written %2F"
    );
}

std::string_view allowed_methods(place at) noexcept
{
    switch (at) {
    case place::keys: return "GET, HEAD, PUT, DELETE, OPTIONS";
    case place::key: return "GET, HEAD, PUT, PATCH, DELETE, OPTIONS";
    default: return "POST, OPTIONS";
    }
}

bool allows(place at, http::method method) noexcept
{
    using enum http::method;
    switch (method) {
    case get:
    case head:
    case put:
    case delete_: return at == place::keys || at == place::key;
    case patch: return at == place::key;
    case post: return at == place::incr || at == place::append;
    case options: return true;
    default: return false;
    }
}

telemetry::route route_of(place at) noexcept
{
    switch (at) {
    case place::keys: return telemetry::route::keys;
    case place::incr: return telemetry::route::key_incr;
    case place::append: return telemetry::route::key_append;
    default: return telemetry::route::key;
    }
}

}   // namespace rediserve::api::keys
