#include "api/cors.hpp"

#include "api/text.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>

namespace rediserve::api {

namespace {

using http::header;

constexpr std::string_view exposed = "ETag, Location, Link, Allow, Accept-Query, Retry-After, Idempotent-Replayed, "
                                     "RateLimit, RateLimit-Policy, X-Request-Id, upstash-sync-token";

// Nothing that is answered is a page: a browser that shows it as one anyway runs nothing of it.
constexpr std::string_view for_every_browser = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
                                               "Referrer-Policy: no-referrer\r\n";

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

bool has_query_token(const http::request& request) noexcept
{
    return !request.query.empty() && request.query.find("_token=") != std::string_view::npos;
}

// Without a port and the root's dot.
std::string_view name_of(std::string_view host) noexcept
{
    host = host.substr(0, host.find(':'));
    if (host.ends_with('.'))
        host.remove_suffix(1);
    return host;
}

void append_field(std::string& to, std::string_view name, std::string_view value)
{
    to.append(name).append(": ").append(value).append("\r\n");
}

void append_preflight(std::string& to, const http::request& request, const cors_policy& policy)
{
    const std::string_view wanted = request[header::access_control_request_headers];
    append_field(to, "Access-Control-Allow-Methods", policy.methods);
    if (!policy.headers.empty())
        append_field(to, "Access-Control-Allow-Headers", policy.headers);
    else
        append_field(to, "Access-Control-Allow-Headers", wanted.empty() ? "*" : wanted);
    append_field(to, "Access-Control-Max-Age", std::to_string(policy.max_age / std::chrono::seconds(1)));
}

// Answers whether a page may read the answer.
bool append_cors(std::string& to, const http::request& request, const cors_policy& policy)
{
    const std::string_view origin = readable_from(request, policy.origins);
    const bool any = policy.origins == "any" && !policy.reflect;
    if (!any && !request[header::origin].empty())
        append_field(to, "Vary", "Origin");   // of a refusal, too
    if (origin.empty())
        return false;
    append_field(to, "Access-Control-Allow-Origin", any ? "*" : origin);
    if (policy.credentials && !any)
        append_field(to, "Access-Control-Allow-Credentials", "true");
    append_field(to, "Access-Control-Expose-Headers", exposed);
    if (request.method == http::method::options)
        append_preflight(to, request, policy);
    return true;
}

}   // namespace

cors_policy policy_of(const cors_params& settings) noexcept
{
    return {settings.origins, settings.methods, settings.headers, settings.max_age, settings.credentials, false};
}

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

bool is_anybodys_name(std::string_view host) noexcept
{
    if (host.starts_with('['))
        return false;
    const std::string_view name = name_of(host);
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos)
        return false;
    // A browser takes a host whose last label is a number for an IPv4 address (URL standard, "host parsing").
    const std::string_view last = name.substr(dot + 1);
    const bool is_number = std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
    return !is_number && !iequals(last, "localhost");
}

bool adds_by_itself(std::string_view authorization) noexcept
{
    const std::string_view scheme = trimmed(authorization).substr(0, 5);
    return iequals(scheme, "Basic");
}

bool is_for_browsers(const http::request& request) noexcept
{
    // Sec-Fetch-Site is not sent to plain http:// beyond localhost; but whoever shows pages asks for them.
    return !request[header::origin].empty() || !request[header::sec_fetch_site].empty()
        || request[header::accept].starts_with("text/html") || has_query_token(request);
}

std::string browser_fields(const http::request& request, const cors_policy& policy, std::string_view caching)
{
    std::string lines(for_every_browser);
    const bool readable = append_cors(lines, request, policy);
    append_field(lines, "Cross-Origin-Resource-Policy", readable ? "cross-origin" : "same-origin");
    if (has_query_token(request))
        caching = "no-store";
    if (!caching.empty())
        append_field(lines, "Cache-Control", caching);
    return lines;
}

}   // namespace rediserve::api
