#include "rediserve/api/admin.hpp"

#include "api/admin/openapi.hpp"
#include "api/errors.hpp"
#include "rediserve/api/serve.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace rediserve::api {

namespace {

void answer(http::exchange& to, unsigned status, std::string_view type, std::string_view body)
{
    http::response& response = to.response();
    response.begin(status);
    response.field("Cache-Control", "no-store");
    response.content(type, body.size()).append(body);
    response.finish();
}

void answer_json(http::exchange& to, unsigned status, const nlohmann::ordered_json& document)
{
    const auto replace =
        nlohmann::ordered_json::error_handler_t::replace;   // texts of other programs may hold any bytes
    answer(to, status, "application/json", document.dump(-1, ' ', false, replace));
}

constexpr std::string_view methods = "GET, HEAD, OPTIONS";

void refuse_method(http::exchange& to)
{
    constexpr std::string_view body = R"({"error":"only GET and HEAD are offered here","code":"method_not_allowed"})";
    http::response& response = to.response();
    response.begin(405);
    response.field("Allow", methods);
    response.content("application/json", body.size()).append(body);
    response.finish();
}

// Whether `If-None-Match` has this tag, or any. A tag in quotes is found inside of no other.
bool names_tag(std::string_view if_none_match, std::string_view tag)
{
    return if_none_match == "*" || if_none_match.find(tag) != std::string_view::npos;
}

class admin_dialect final : public dialect
{
public:
    explicit admin_dialect(process_view of) : process_(std::move(of)) {}

    task respond(call of) const override
    {
        const http::request& request = of.exchange.request();
        const auto found = std::ranges::find(resources, request.path, &resource::path);
        if (found == resources.end()) {
            render_error(of.exchange, error(errc::unknown_resource, "there is nothing at this path"));
            co_return;
        }
        of.exchange.route(found->route);
        if (request.method == http::method::get || request.method == http::method::head)
            (this->*found->render)(of);
        else if (request.method == http::method::options)
            render_allowed_methods(of.exchange, methods);
        else
            refuse_method(of.exchange);
    }

    void fail(http::exchange& of, const error& why, const params&) const override { render_error(of, why); }

    bool open(const http::request& of) const override { return of.method == http::method::options; }
    std::string_view caching() const override { return {}; }

private:
    struct resource
    {
        std::string_view path;
        telemetry::route route;
        void (admin_dialect::*render)(call& of) const;
    };
    static const std::array<resource, 5> resources;

    // Alive means that a request gets through; whether Redis is there is another question.
    void livez(call& of) const { answer_json(of.exchange, 200, {{"status", "ok"}}); }

    void readyz(call& of) const
    {
        const redis::backend_health& health = of.backend.health();
        std::string why = health.up ? process_.not_ready() : health.why;
        if (why.empty())
            answer_json(of.exchange, 200, {{"status", "ready"}});
        else
            answer_json(of.exchange, 503, {{"status", "not_ready"}, {"why", why}, {"executed", "no"}});
    }

    void version(call& of) const { answer_json(of.exchange, 200, {{"version", REDISERVE_VERSION}}); }

    // They tell about everybody's requests, as INFO does about Redis.
    void metrics(call& of) const
    {
        constexpr std::array<std::string_view, 1> like = {"INFO"};
        if (of.by.login)   // whose rules are Redis' affair
            return api::fail(of, {errc::forbidden, "the metrics are not for users of Redis"});
        if (const access::decision may = of.backend.judge(like); !may)
            return api::fail(of, {errc::forbidden, "the metrics are for who may send INFO: " + access::words_of(may)});
        answer(of.exchange, 200, "text/plain; version=0.0.4; charset=utf-8", process_.metrics_text());
    }

    // It changes with the version only, so whoever has it is told that it is still the same.
    void openapi(call& of) const
    {
        http::response& response = of.exchange.response();
        const bool known = names_tag(of.exchange.request()[http::header::if_none_match], openapi_tag);
        response.begin(known ? 304 : 200);
        response.field("Cache-Control", "private, no-cache");
        response.field("ETag", openapi_tag);
        if (!known) {
            buffer& to = response.content("application/json", openapi_size);
            for (const std::string_view piece : openapi_pieces)
                to.append(piece);
        }
        response.finish();
    }

    process_view process_;
};

const std::array<admin_dialect::resource, 5> admin_dialect::resources = {{
    {"/livez", telemetry::route::livez, &admin_dialect::livez},
    {"/readyz", telemetry::route::readyz, &admin_dialect::readyz},
    {"/version", telemetry::route::version, &admin_dialect::version},
    {"/metrics", telemetry::route::metrics, &admin_dialect::metrics},
    {"/openapi.json", telemetry::route::openapi, &admin_dialect::openapi},
}};

}   // namespace

std::shared_ptr<const dialect> make_admin_dialect(process_view of)
{
    return std::make_shared<admin_dialect>(std::move(of));
}

}   // namespace rediserve::api
