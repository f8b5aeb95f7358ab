#include "rediserve/api/streams.hpp"

#include "api/keys/handlers.hpp"
#include "api/keys/streams/handlers.hpp"
#include "api/url_text.hpp"
#include "rediserve/access/tickets.hpp"
#include "rediserve/api/serve.hpp"
#include "rediserve/base/bytes.hpp"

#include <string>
#include <utility>

namespace rediserve::api {

namespace streams {
namespace {

using http::method;

// `/{key}`, `/{key}/groups/{group}` or `/{key}/groups/{group}/ack`; views into the path, still percent-encoded.
struct resource
{
    telemetry::route route = telemetry::route::stream;
    std::string_view methods = "GET, POST, OPTIONS";
    std::string_view key;
    std::string_view group;
};

// The key may be empty, as what decodes it will say.
result<resource> locate(std::string_view path)
{
    constexpr std::string_view of_groups = "/groups/";
    const error unknown(errc::unknown_resource, "there is nothing at this path");
    if (path.empty())
        return unknown;
    path.remove_prefix(1);
    resource found;
    found.key = path.substr(0, path.find('/'));
    path.remove_prefix(found.key.size());
    if (path.empty())
        return found;
    if (!path.starts_with(of_groups))
        return unknown;
    path.remove_prefix(of_groups.size());
    found.group = path.substr(0, path.find('/'));
    path.remove_prefix(found.group.size());
    const bool acknowledges = path == "/ack";
    if (!path.empty() && !acknowledges)
        return unknown;
    if (found.group.empty())
        return error(errc::bad_request, "the name of the group is empty");
    found.route = acknowledges ? telemetry::route::stream_ack : telemetry::route::stream_group;
    found.methods = acknowledges ? "POST, OPTIONS" : "PUT, DELETE, OPTIONS";
    return found;
}

class streams_dialect final : public dialect
{
public:
    streams_dialect(std::string_view prefix, std::string_view keys) : prefix_(prefix), keys_(keys) {}

    task respond(call of) const override
    {
        const http::request& request = of.exchange.request();
        of.exchange.route(telemetry::route::stream);
        const auto at = locate(request.path.substr(prefix_.size()));
        if (!at)
            return keys::refuse(of, at.error());
        of.exchange.route(at->route);
        auto key = key_name::decode(at->key, of.settings.key_bytes);
        if (!key)
            return keys::refuse(of, key.error());
        auto group = percent_decode(at->group);
        if (!group)
            return keys::refuse(of, {errc::bad_request, "the path has a percent sign without two hexadecimal digits"});
        if (request.method == method::options) {
            render_allowed_methods(of.exchange, at->methods);
            return {};
        }
        if (at->route == telemetry::route::stream && request.method == method::get)
            return read(of, std::move(*key));
        if (at->route == telemetry::route::stream && request.method == method::post)
            return keys::add_entry(keys::keys_call{of, keys_}, std::move(*key));
        if (at->route == telemetry::route::stream_group && request.method == method::put)
            return put_group(of, std::move(*key), std::move(*group));
        if (at->route == telemetry::route::stream_group && request.method == method::delete_)
            return delete_group(of, std::move(*key), std::move(*group));
        if (at->route == telemetry::route::stream_ack && request.method == method::post)
            return acknowledge(of, std::move(*key), std::move(*group));
        render_method_not_allowed(of.exchange, at->methods);
        return {};
    }

    // EventSource can send no header. What is no ticket is taken where query_token lets it be, as for commands.
    std::string_view token(
        const http::request& of, const params& settings, std::string_view bearer, std::string& scratch
    ) const override
    {
        if (of.method == method::get)
            if (const auto found = query_token(of.query, scratch))
                if (settings.upstash.query_token || found->starts_with(access::tickets::mark))
                    return *found;
        return bearer;
    }

    void fail(http::exchange& of, const error& why, const params&) const override { render_error(of, why); }

    bool open(const http::request& of) const override { return of.method == method::options; }

private:
    static task read(const call& of, key_name&& key)
    {
        auto wish = follow_request::read(of.exchange.request());
        if (!wish)
            return keys::refuse(of, wish.error());
        if (!wish->group.empty())
            return consume(of, std::move(key), std::move(*wish));
        return follow(of, std::move(key), std::move(*wish));
    }

    std::string prefix_;
    std::string keys_;
};

}   // namespace
}   // namespace streams

std::shared_ptr<const dialect> make_streams_dialect(std::string_view prefix, std::string_view keys)
{
    return std::make_shared<streams::streams_dialect>(prefix, keys);
}

}   // namespace rediserve::api
