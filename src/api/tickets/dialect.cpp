#include "rediserve/api/tickets.hpp"

#include "api/errors.hpp"
#include "rediserve/access/credentials.hpp"
#include "rediserve/api/serve.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace rediserve::api {

namespace {

constexpr std::string_view path = "/tickets";
constexpr std::string_view methods = "POST, OPTIONS";

class tickets_dialect final : public dialect
{
public:
    explicit tickets_dialect(std::shared_ptr<access::tickets> out) : out_(std::move(out)) {}

    task respond(call of) const override
    {
        const http::request& request = of.exchange.request();
        of.exchange.route(telemetry::route::tickets);
        if (request.path != path)
            api::fail(of, {errc::unknown_resource, "there is nothing at this path"});
        else if (request.method == http::method::options)
            render_allowed_methods(of.exchange, methods);
        else if (request.method != http::method::post)
            render_method_not_allowed(of.exchange, methods);
        else
            issue(of);
        return {};
    }

    void fail(http::exchange& of, const error& why, const params&) const override { render_error(of, why); }

    bool open(const http::request& of) const override { return of.method == http::method::options; }

private:
    void issue(const call& of) const
    {
        const http::request& request = of.exchange.request();
        if (access::bearer_token(request[http::header::authorization]).starts_with(access::tickets::mark))
            return api::fail(of, {errc::forbidden, "a ticket is given for a token, not for another ticket"});
        const auto made = out_->issue(of.exchange.principal(), std::chrono::steady_clock::now());
        if (!made)
            return api::fail(of, made.error());
        render(of.exchange.response(), *made);
    }

    static void render(http::response& answer, std::string_view ticket)
    {
        answer.begin(201);
        answer.field("Cache-Control", "no-store");
        buffer& to = answer.content("application/json", 80);
        to.append("{\"ticket\":\"");
        to.append(ticket);
        to.append("\",\"expires_in\":");
        to.append_number(static_cast<long long>(access::tickets::lifetime.count()));
        to.append('}');
        answer.finish();
    }

    std::shared_ptr<access::tickets> out_;
};

}   // namespace

std::shared_ptr<const dialect> make_tickets_dialect(std::shared_ptr<access::tickets> out)
{
    return std::make_shared<tickets_dialect>(std::move(out));
}

}   // namespace rediserve::api
