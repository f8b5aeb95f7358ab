#include "config/checks.hpp"

#include "config/units.hpp"
#include "rediserve/http/tls.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace rediserve::config {

namespace {

const assignment* given_for(const assignments& given, std::string_view path)
{
    const auto at = given.find(find_option(path));
    return at == given.end() ? nullptr : &at->second;
}

void complain(problems& found, std::string text)
{
    found.push_back({bad_configuration, std::move(text)});
}

// Set to something, rightly or not.
bool says_something(const assignment* of)
{
    return of != nullptr && (of->texts.empty() || of->texts != std::vector<std::string>{""});
}

void check_listening(const settings& merged, const assignments& given, problems& found)
{
    for (const auto* path : {"access.token", "access.read_only_token", "access.file", "access.srh_token_file"})
        if (says_something(given_for(given, path)))
            return;
    if (auto complaint = unguarded_listening(merged); !complaint.empty())
        complain(found, std::move(complaint));
}

void check_tokens(const access::params& access, problems& found)
{
    std::vector<sha256_digest> all;
    const auto add = [&](std::string_view token) {
        if (!token.empty())
            all.push_back(sha256(token));
    };
    add(access.token);
    add(access.read_only_token);
    for (const access::grant& one : access.more)
        add(one.token);
    for (const access::stored_token& one : access.tokens)
        all.push_back(one.digest);
    std::ranges::sort(all);
    if (std::ranges::adjacent_find(all) != all.end())
        complain(
            found,
            "access.token, access.read_only_token and the tokens of access.file and access.srh_token_file must differ"
        );
}

void check_readable(std::string_view option, const std::string& path, problems& found)
{
    if (!path.empty() && ::access(path.c_str(), R_OK) != 0)
        complain(found, std::string(option) + ": cannot read " + path + ": " + std::strerror(errno));
}

void check_tls(const redis::tls_params& tls, problems& found)
{
    check_readable("redis.tls.ca_file", tls.ca_file, found);
    check_readable("redis.tls.certificate_file", tls.certificate_file, found);
    check_readable("redis.tls.key_file", tls.key_file, found);
    if (tls.certificate_file.empty() != tls.key_file.empty())
        complain(found, "redis.tls.certificate_file and redis.tls.key_file belong together: set both or neither");
}

// What any page could use, its visitor would have to guard.
void check_cors(const api::cors_params& cors, problems& found)
{
    if (cors.credentials && cors.origins == "any")
        complain(found, "http.cors.credentials needs http.cors.origins to list origins: it cannot go with any");
}

void check_https(const http::params& http, problems& found)
{
    if (std::ranges::none_of(http.listen, &http::endpoint::tls))
        return;
    if (const auto loaded = http::tls_server::load(http.tls); !loaded)
        complain(found, "http.tls: " + loaded.error().detail);
    if (!http.tls.client_ca_file.empty() && http.tls.clients == http::client_certificates::off)
        complain(found, "http.tls.client_ca_file is set, but http.tls.client_certificates is off");
}

// Nobody could ever connect.
void check_proxies(const http::params& http, problems& found)
{
    const auto is_lonely = [](const http::endpoint& one) { return one.proxy_protocol && one.path.empty(); };
    if (http.proxies.empty() && std::ranges::any_of(http.listen, is_lonely))
        complain(found, "http.listen: proxy_protocol=on needs http.trusted_proxies: which proxies are believed");
}

void check_redis(const redis::params& redis, problems& found)
{
    check_tls(redis.tls, found);
    if (redis.backoff_first > redis.backoff_max)
        complain(found, "redis.backoff_first must not be longer than redis.backoff_max");
    if (!redis.address.user.empty() && redis.address.password.empty())
        complain(found, "redis.user is set, but no password: set redis.password or put it into redis.url");
    if (!redis.sentinel.user.empty() && redis.sentinel.password.empty())
        complain(found, "redis.sentinel_user is set, but redis.sentinel_password is not");
}

// Only where nothing stronger has put an embedded server out of use is a folder for it a mistake.
void check_embedded(const settings& merged, const assignments& given, problems& found)
{
    const auto* data = given_for(given, "embedded.data");
    const auto* enabled = given_for(given, "embedded.enabled");
    if (merged.embedded.enabled || merged.embedded.data.empty() || data == nullptr)
        return;
    if (enabled == nullptr || enabled->layer <= data->layer)
        found.push_back(
            {exit_code(data->layer), data->source + ": embedded.data is for an embedded server; add --embedded"}
        );
}

}   // namespace

std::string unguarded_listening(const settings& merged)
{
    if (merged.access.insecure_no_auth || merged.access.guards())
        return {};
    const auto& listen = merged.http.listen;
    const bool by_certificate = merged.http.tls.clients == http::client_certificates::required;
    // Nobody gets a word in where a certificate of one authority is asked for.
    const auto is_guarded = [&](const http::endpoint& one) { return is_local(one) || (one.tls && by_certificate); };
    const auto open = std::ranges::find_if_not(listen, is_guarded);
    if (open == listen.end())
        return {};
    return "listening on " + endpoint_text(*open)
        + ", where other machines can connect, needs a token: set "
          "REDISERVE_TOKEN or REDISERVE_TOKEN_FILE (--token), name an access file (--access), require client "
          "certificates (http.tls.client_certificates), or, if whoever can connect may do everything, "
          "say REDISERVE_INSECURE_NO_AUTH=true (--insecure-no-auth)";
}

void settle_backend(assignments& given, problems& found)
{
    const auto* url = given_for(given, "redis.url");
    const auto* enabled = given_for(given, "embedded.enabled");
    settings probe;
    set_values(given, probe);
    if (url == nullptr || enabled == nullptr || !probe.embedded.enabled)
        return;
    if (url->layer < enabled->layer) {
        given.erase(find_option("redis.url"));
        return;
    }
    if (url->layer > enabled->layer) {
        given.erase(find_option("embedded.enabled"));
        given.erase(find_option("embedded.data"));
        return;
    }
    // A file that began as a copy of config/rediserve.json names the default server as well.
    if (url->layer == layer::in_file && url->texts == std::vector<std::string>{"redis://127.0.0.1:6379"}) {
        given.erase(find_option("redis.url"));
        return;
    }
    const auto both = url->source == enabled->source ? url->source : url->source + " and " + enabled->source;
    found.push_back(
        {exit_code(url->layer),
         both + ": an embedded server (--embedded) and the URL of one (--redis) exclude each other"}
    );
}

void check(const settings& merged, const assignments& given, problems& found)
{
    check_listening(merged, given, found);
    check_https(merged.http, found);
    check_proxies(merged.http, found);
    check_tokens(merged.access, found);
    check_cors(merged.api.cors, found);
    if (!merged.embedded.enabled)
        check_redis(merged.redis, found);
    check_embedded(merged, given, found);
}

}   // namespace rediserve::config
