#include "rediserve/api/keys.hpp"

#include "api/keys/handlers.hpp"
#include "api/keys/resource.hpp"
#include "rediserve/api/serve.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace rediserve::api {

namespace keys {
namespace {

using http::method;

struct call_on_key
{
    keys::place place;
    http::method method;
    task (*start)(const keys_call& of, key_name&& key);
};

constexpr std::array<call_on_key, 7> calls_on_key = {{
    {place::key, method::get, get_key},
    {place::key, method::head, head_key},
    {place::key, method::put, put_key},
    {place::key, method::patch, patch_key},
    {place::key, method::delete_, delete_key},
    {place::incr, method::post, increment_key},
    {place::append, method::post, append_to_key},
}};

struct call_on_keys
{
    http::method method;
    task (*start)(const keys_call& of);
};

constexpr std::array<call_on_keys, 4> calls_on_keys = {{
    {method::get, get_keys},
    {method::head, get_keys},
    {method::put, put_keys},
    {method::delete_, delete_keys},
}};

bool reads(const http::request& request) noexcept
{
    return request.method == method::get || request.method == method::head;
}

// To do a write as if its condition had not been there would lose an update that the client asked not to lose.
bool ignores_conditions(place at, const http::request& request) noexcept
{
    const bool conditional = !request[http::header::if_match].empty() || !request[http::header::if_none_match].empty();
    return conditional && !reads(request) && at != place::key;
}

task start(const keys_call& of, const resource& at, http::method method)
{
    if (at.place == place::keys)
        return std::ranges::find(calls_on_keys, method, &call_on_keys::method)->start(of);
    auto key = key_name::decode(at.key, of.settings.key_bytes);
    if (!key)
        return refuse(of, key.error());
    const auto wanted = [&](const call_on_key& one) { return one.place == at.place && one.method == method; };
    return std::ranges::find_if(calls_on_key, wanted)->start(of, std::move(*key));
}

class keys_dialect final : public dialect
{
public:
    explicit keys_dialect(std::string_view prefix) : prefix_(prefix) {}

    task respond(call of) const override
    {
        const http::request& request = of.exchange.request();
        const auto at = locate(request.path, prefix_);
        if (!at)
            return refuse(of, at.error());
        of.exchange.route(route_of(at->place));
        if (request.method == method::options) {
            render_allowed_methods(of.exchange, allowed_methods(at->place));
            return {};
        }
        if (!allows(at->place, request.method)) {
            render_method_not_allowed(of.exchange, allowed_methods(at->place));
            return {};
        }
        if (ignores_conditions(at->place, request))
            return refuse(of, {errc::bad_request, "If-Match and If-None-Match are only for calls on one key itself"});
        return start(keys_call{of, prefix_}, *at, request.method);
    }

    void fail(http::exchange& of, const error& why, const params&) const override { render_error(of, why); }

    bool open(const http::request& of) const override { return of.method == method::options; }

    // Kept, but asked about each time: tags make that cheap.
    std::string_view caching() const override { return "private, no-cache"; }

private:
    std::string prefix_;
};

}   // namespace
}   // namespace keys

std::shared_ptr<const dialect> make_keys_dialect(std::string_view prefix)
{
    return std::make_shared<keys::keys_dialect>(prefix);
}

}   // namespace rediserve::api
