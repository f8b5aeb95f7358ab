#include "api/upstash/origin.hpp"

#include "api/text.hpp"

namespace rediserve::api::upstash {

namespace {

using http::header;

bool is_listed(std::string_view origin, std::string_view allowed) noexcept
{
    while (!allowed.empty())
        if (iequals(trimmed(take_part(allowed, ',')), origin))
            return true;
    return false;
}

// "http://localhost:3000" is where "localhost:3000" is asked.
bool is_own(std::string_view origin, std::string_view host) noexcept
{
    const auto begins = origin.find("://");
    return begins != std::string_view::npos && iequals(origin.substr(begins + 3), host);
}

}   // namespace

std::string_view readable_from(const http::request& request, std::string_view allowed) noexcept
{
    const std::string_view origin = request[header::origin];
    return allowed == "any" || is_listed(origin, allowed) ? origin : std::string_view();
}

bool is_foreign(const http::request& request, std::string_view allowed) noexcept
{
    const std::string_view origin = request[header::origin];
    if (!origin.empty())
        return !is_own(origin, request[header::host]) && !is_listed(origin, allowed);
    // An image or a link of a page brings no Origin, but every browser of today says this of it.
    const std::string_view site = request[header::sec_fetch_site];
    return site == "cross-site" || site == "same-site";
}

void add_origin_fields(http::response& answer, std::string_view origin)
{
    answer.field("Access-Control-Allow-Origin", origin);
    answer.field("Access-Control-Allow-Credentials", "true");
    answer.field("Access-Control-Expose-Headers", "upstash-sync-token");
    answer.field("Vary", "Origin");
}

void render_preflight(http::exchange& of, std::string_view allowed)
{
    const http::request& request = of.request();
    const std::string_view origin = readable_from(request, allowed);
    const std::string_view wanted = request[header::access_control_request_headers];
    http::response& answer = of.response();
    answer.begin(200);
    if (!origin.empty()) {
        add_origin_fields(answer, origin);
        answer.field("Access-Control-Allow-Methods", "HEAD, GET, POST, PUT");
        answer.field("Access-Control-Allow-Headers", wanted.empty() ? "*" : wanted);
        answer.field("Access-Control-Max-Age", "86400");
    }
    answer.finish();
}

}   // namespace rediserve::api::upstash
