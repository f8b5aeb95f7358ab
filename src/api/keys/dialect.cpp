#include "rediserve/api/keys.hpp"

#include "api/keys/offers.hpp"
#include "api/keys/resource.hpp"
#include "rediserve/api/serve.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>

namespace rediserve::api {

namespace keys {
namespace {

bool reads(const http::request& request) noexcept
{
    return request.method == http::method::get || request.method == http::method::head;
}

// Of the others, members, scores and entries have no tags, and say themselves what they cannot weigh.
bool weighs_conditions(place at) noexcept
{
    constexpr std::array places = {
        place::key, place::field, place::item, place::member, place::score, place::entry,
    };
    return std::ranges::find(places, at) != places.end();
}

// To do a write as if its condition had not been there would lose an update that the client asked not to lose.
bool ignores_conditions(place at, const http::request& request) noexcept
{
    if (reads(request) || weighs_conditions(at))
        return false;
    return !request[http::header::if_match].empty() || !request[http::header::if_none_match].empty();
}

task start(const keys_call& of, const resource& at, const offer& what)
{
    if (const auto* const many = std::get_if<on_keys>(&what.start))
        return (*many)(of);
    auto key = key_name::decode(at.key, of.settings.key_bytes);
    if (!key)
        return refuse(of, key.error());
    if (const auto* const one = std::get_if<on_key>(&what.start))
        return (*one)(of, std::move(*key));
    auto part = percent_decode(at.part);
    if (!part)
        return refuse(of, {errc::bad_request, "the path has a percent sign without two hexadecimal digits"});
    return std::get<on_part>(what.start)(of, std::move(*key), std::move(*part));
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
        if (request.method == http::method::options) {
            render_allowed_methods(of.exchange, allowed_methods(at->place));
            return {};
        }
        const offer* const what = find_offer(at->place, request.method);
        if (!what) {
            render_method_not_allowed(of.exchange, allowed_methods(at->place));
            return {};
        }
        if (ignores_conditions(at->place, request))
            return refuse(of, {errc::bad_request, "If-Match and If-None-Match are only for calls on one thing itself"});
        return start(keys_call{of, prefix_}, *at, *what);
    }

    void fail(http::exchange& of, const error& why, const params&) const override { render_error(of, why); }

    bool open(const http::request& of) const override { return of.method == http::method::options; }

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
