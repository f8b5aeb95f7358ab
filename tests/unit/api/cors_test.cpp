#include "api/cors.hpp"

#include "rediserve/api/keys.hpp"
#include "rediserve/api/serve.hpp"
#include "rediserve/api/upstash.hpp"
#include "support/fake_backend.hpp"
#include "support/fake_exchange.hpp"
#include "support/servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rediserve::api {
namespace {

using http::header;
using http::method;
using test::fake_exchange;
using header_map = fake_exchange::header_map;

TEST(Origin, IsReadableWhenAllowed)
{
    const fake_exchange of(method::get, "/", {}, {{header::origin, "https://a.test"}});
    EXPECT_EQ(readable_from(of.request(), "any"), "https://a.test");
    EXPECT_EQ(readable_from(of.request(), "https://b.test , https://A.test"), "https://a.test");
    for (const auto* others : {"https://b.test", "off", "https://a.test.evil", "http://a.test", "a.test", ""})
        EXPECT_EQ(readable_from(of.request(), others), "") << others;
}

TEST(Origin, IsForeignUnlessItsOwnOrListed)
{
    const auto foreign = [](const header_map& headers, std::string_view allowed) {
        const fake_exchange of(method::get, "/", {}, headers);
        return is_foreign(of.request(), allowed);
    };
    EXPECT_FALSE(foreign({}, "any"));
    EXPECT_TRUE(foreign({{header::origin, "https://a.test"}, {header::host, "b.test"}}, "any"));
    EXPECT_TRUE(foreign({{header::origin, "null"}, {header::host, "null"}}, "any"));
    EXPECT_FALSE(foreign({{header::origin, "http://b.test:1"}, {header::host, "B.test:1"}}, "off"));
    EXPECT_FALSE(foreign({{header::origin, "https://a.test"}, {header::host, "b.test"}}, "https://a.test"));
    EXPECT_TRUE(foreign({{header::sec_fetch_site, "cross-site"}}, "any"));
    EXPECT_TRUE(foreign({{header::sec_fetch_site, "same-site"}}, "any"));
    EXPECT_FALSE(foreign({{header::sec_fetch_site, "same-origin"}}, "any"));
    EXPECT_FALSE(foreign({{header::sec_fetch_site, "none"}}, "any"));
}

TEST(HostName, IsAnybodysWhenItCanBePointedHere)
{
    for (const auto* host :
         {"evil.test", "evil.test:3000", "evil.test.", "127.0.0.1.evil.test", "localhost.evil.test",
          "a.localhost.test:1", "1.2.3.4x", "mylocalhost.net", "xn--e1a.test"})
        EXPECT_TRUE(is_anybodys_name(host)) << host;
    for (const auto* host :
         {"", "localhost", "localhost:3000", "LOCALHOST.", "a.localhost", "a.b.LocalHost:1", "127.0.0.1",
          "127.0.0.1:3000", "10.1.2.3", "[::1]", "[::1]:3000", "[fe80::1.2.3.4]:1", "redis", "x:1"})
        EXPECT_FALSE(is_anybodys_name(host)) << host;
}

TEST(Authorization, IsAddedByBrowsersWhenItIsBasic)
{
    EXPECT_TRUE(adds_by_itself("Basic dTpw"));
    EXPECT_TRUE(adds_by_itself("  bAsIc dTpw"));
    EXPECT_FALSE(adds_by_itself("Bearer t"));
    EXPECT_FALSE(adds_by_itself(""));
}

// A service with the keys API, and the command API at the root.
class Pages : public testing::Test
{
protected:
    Pages() { settings.listeners = {{.cors = "", .loopback = true}, {.cors = "https://two.test", .loopback = false}}; }

    // What is answered before any dialect has run anything; for OPTIONS the whole answer.
    const fake_exchange& ask(method how, std::string_view target, const header_map& headers = {}, std::size_t by = 0)
    {
        access::params known;
        known.token = token;
        service subject(
            {{"/keys", guard::token, make_keys_dialect("/keys")}, {"", guard::token, make_upstash_dialect()}},
            test::servers_of({&backend}), settings, std::make_shared<access::policy>(known), metrics
        );
        exchange = std::make_unique<fake_exchange>(how, target, "", headers);
        exchange->from.listener = by;
        admitted = subject.admit(*exchange);
        if (admitted) {
            const task work = subject.handle(*exchange);
            backend.run();
        }
        return *exchange;
    }

    std::string reader(method how, std::string_view target, const header_map& headers = {}, std::size_t by = 0)
    {
        return ask(how, target, headers, by).header("Access-Control-Allow-Origin");
    }

    params settings;
    std::string token = "T";
    test::fake_backend backend;
    telemetry::shard_metrics metrics;
    std::unique_ptr<fake_exchange> exchange;
    bool admitted = false;
};

const header_map of_a_page = {{header::origin, "https://app.test"}, {header::host, "localhost:3000"}};

TEST_F(Pages, MayUseTheCommandApiAndNotTheKeysApi)
{
    EXPECT_EQ(reader(method::options, "/pipeline", of_a_page), "https://app.test");
    EXPECT_EQ(exchange->header("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(reader(method::options, "/keys/k", of_a_page), "");
    EXPECT_EQ(exchange->status(), 204u);
    EXPECT_EQ(exchange->header("Vary"), "Origin") << "caches must not give this answer to others";
}

TEST_F(Pages, AreToldBeforehandWhatTheyMayDo)
{
    settings.cors = {
        .origins = "https://app.test", .methods = "GET", .headers = "", .max_age = std::chrono::minutes(1)};
    auto headers = of_a_page;
    headers[header::access_control_request_headers] = "authorization,if-match";
    EXPECT_EQ(reader(method::options, "/keys/k", headers), "https://app.test");
    EXPECT_EQ(exchange->status(), 204u);
    EXPECT_EQ(exchange->header("Access-Control-Allow-Methods"), "GET");
    EXPECT_EQ(exchange->header("Access-Control-Allow-Headers"), "authorization,if-match");
    EXPECT_EQ(exchange->header("Access-Control-Max-Age"), "60");
    EXPECT_EQ(exchange->header("Access-Control-Allow-Credentials"), "");
    settings.cors.headers = "Authorization";
    settings.cors.credentials = true;
    ask(method::options, "/keys/k", headers);
    EXPECT_EQ(exchange->header("Access-Control-Allow-Headers"), "Authorization");
    EXPECT_EQ(exchange->header("Access-Control-Allow-Credentials"), "true");
}

TEST_F(Pages, OfAnyOriginAreNeverGivenCredentials)
{
    settings.cors = {.origins = "any", .headers = "", .credentials = true};
    EXPECT_EQ(reader(method::options, "/keys/k", of_a_page), "*");
    EXPECT_EQ(exchange->header("Access-Control-Allow-Credentials"), "");
}

TEST_F(Pages, ReadErrorsToo)
{
    settings.cors.origins = "https://app.test";
    EXPECT_EQ(reader(method::get, "/keys/k", of_a_page), "https://app.test");
    EXPECT_EQ(exchange->status(), 401u);
    EXPECT_NE(exchange->header("Access-Control-Expose-Headers").find("RateLimit"), std::string::npos);
    EXPECT_EQ(reader(method::get, "/get/k", of_a_page), "https://app.test");
    EXPECT_EQ(exchange->status(), 401u);
    const header_map other = {{header::origin, "https://app.test.evil"}};
    EXPECT_EQ(reader(method::get, "/keys/k", other), "");
}

TEST_F(Pages, ReadWhatTheTransportRefuses)
{
    settings.cors.origins = "https://app.test";
    service subject(
        {{"/keys", guard::token, make_keys_dialect("/keys")}}, test::servers_of({&backend}), settings,
        std::make_shared<access::policy>(access::params()), metrics
    );
    fake_exchange refused(method::put, "/keys/k", {}, of_a_page);
    subject.reject(refused, error(errc::body_too_large, "too much"));
    EXPECT_EQ(refused.status(), 413u);
    EXPECT_EQ(refused.header("Access-Control-Allow-Origin"), "https://app.test");
    fake_exchange unknown(method::get, "/nothing", {}, of_a_page);
    EXPECT_FALSE(subject.admit(unknown));
    EXPECT_EQ(unknown.header("Access-Control-Allow-Origin"), "https://app.test");
}

TEST_F(Pages, AreTheListenersAffair)
{
    settings.cors.origins = "https://app.test";
    const header_map two = {{header::origin, "https://two.test"}};
    for (const auto* target : {"/keys/k", "/get/k"}) {
        EXPECT_EQ(reader(method::options, target, two, 1), "https://two.test") << target;
        EXPECT_EQ(reader(method::options, target, of_a_page, 1), "") << target;
    }
    EXPECT_EQ(reader(method::options, "/keys/k", two, 0), "");
}

TEST_F(Pages, OfOtherSitesMayNotAskWithoutAToken)
{
    token = "";
    for (const header_map& page :
         {of_a_page, header_map{{header::sec_fetch_site, "cross-site"}}, header_map{{header::origin, "null"}},
          header_map{{header::sec_fetch_site, "same-site"}}})
        for (const auto* target : {"/keys/k", "/keys", "/set/k/v", "/keys/k?_token=x", "/get/k?_token=x"}) {
            EXPECT_EQ(ask(method::get, target, page).status(), 403u) << target;
            EXPECT_FALSE(admitted);
        }
    auto with_a_word = of_a_page;
    with_a_word[header::authorization] = "Bearer anything";
    EXPECT_EQ(ask(method::put, "/keys/k", with_a_word).status(), 403u);
    EXPECT_THAT(backend.batches(), testing::IsEmpty());
}

TEST_F(Pages, MayAskWhenTheyAreListed)
{
    token = "";
    settings.cors.origins = "https://app.test";
    ask(method::get, "/keys/k", of_a_page);
    EXPECT_TRUE(admitted);
    ask(method::get, "/get/k", of_a_page);
    EXPECT_FALSE(admitted) << "upstash.cors is any, which lists nobody";
}

TEST_F(Pages, MayAskWithATokenOfTheirOwn)
{
    auto with_token = of_a_page;
    with_token[header::authorization] = "Bearer T";
    ask(method::get, "/keys/k", with_token);
    EXPECT_TRUE(admitted);
    ask(method::get, "/get/k?_token=T", of_a_page);
    EXPECT_TRUE(admitted);
}

TEST_F(Pages, AreNotReachedByAnybodysName)
{
    token = "";
    for (const auto* target : {"/keys/k", "/get/k"}) {
        EXPECT_EQ(ask(method::get, target, {{header::host, "evil.test:3000"}}).status(), 403u) << target;
        ask(method::get, target, {{header::host, "localhost:3000"}});
        EXPECT_TRUE(admitted) << target;
        ask(method::get, target, {{header::host, "evil.test:3000"}}, 1);
        EXPECT_TRUE(admitted) << "a listener that others can reach has names: " << target;
    }
    token = "T";
    ask(method::get, "/keys/k", {{header::host, "evil.test:3000"}, {header::authorization, "Bearer T"}});
    EXPECT_TRUE(admitted);
}

TEST_F(Pages, AreKeptFromMakingMoreOfAnswers)
{
    ask(method::get, "/keys/k");
    EXPECT_EQ(exchange->header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(exchange->header("Content-Security-Policy"), "") << "nobody shows this one";
    const std::vector<header_map> browsers = {
        of_a_page, {{header::sec_fetch_site, "none"}}, {{header::accept, "text/html,application/xml;q=0.9"}}};
    for (const auto& headers : browsers)
        for (const auto* target : {"/keys/k", "/get/k"}) {
            ask(method::get, target, headers);
            EXPECT_EQ(exchange->header("Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'");
            EXPECT_EQ(exchange->header("Referrer-Policy"), "no-referrer");
            EXPECT_EQ(exchange->header("X-Content-Type-Options"), "nosniff");
        }
    ask(method::get, "/keys/k", of_a_page);
    EXPECT_EQ(exchange->header("Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_EQ(exchange->header("Cache-Control"), "private, no-cache");
    ask(method::get, "/get/k", of_a_page);
    EXPECT_EQ(exchange->header("Cross-Origin-Resource-Policy"), "cross-origin");
    EXPECT_EQ(exchange->header("Cache-Control"), "no-store");
}

TEST_F(Pages, AreNotKeptByTheTokenInTheirUrl)
{
    backend.reply("$1\r\nv\r\n");
    for (const auto* target : {"/get/k?_token=T", "/get/k?a=b&_token=wrong", "/keys/k?_token=T"}) {
        ask(method::get, target);
        EXPECT_EQ(exchange->header("Cache-Control"), "no-store") << target;
    }
    ask(method::get, "/get/k?a=b");
    EXPECT_EQ(exchange->header("Cache-Control"), "");
}

}   // namespace
}   // namespace rediserve::api
