// Browsers and pages of other sites, before the whole gateway.
#include "e2e/rest_test.hpp"

#include <memory>

namespace rediserve::test {
namespace {

using testing::HasSubstr;

constexpr auto app = "https://app.example";

class Cors : public testing::Test
{
protected:
    void start(const std::map<std::string, std::string>& environment, const std::vector<std::string>& more = {})
    {
        std::vector<std::string> arguments = {"--redis", redis_.url()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        gateway_ = std::make_unique<gateway>(arguments, environment);
        ASSERT_TRUE(gateway_->await_ready());
    }

    gateway& rest() { return *gateway_; }

    http_response ask(const std::string& method, const std::string& target, header_list headers = {})
    {
        headers.emplace_back("Origin", app);
        return rest().request(method, target, method == "PUT" ? "v" : "", headers);
    }

    http_response preflight(const std::string& target)
    {
        return ask(
            "OPTIONS", target,
            {{"Access-Control-Request-Method", "PUT"}, {"Access-Control-Request-Headers", "authorization,if-match"}}
        );
    }

    // By this name, and no other header.
    http_response ask_host(const std::string& host, const std::string& target)
    {
        auto client = rest().connect();
        client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        return client.read();
    }

    redis_server redis_;

private:
    std::unique_ptr<gateway> gateway_;
};

const header_list with_token = {{"Authorization", "Bearer T"}};

TEST_F(Cors, LetsListedPagesUseEveryApi)
{
    start({{"REDISERVE_HTTP_CORS_ORIGINS", app}}, {"--token", "T"});
    for (const auto* target : {"/keys/k", "/keys", "/pipeline", "/get/k", "/metrics"}) {
        auto answer = preflight(target);
        EXPECT_EQ(answer.status / 100, 2) << target;
        EXPECT_EQ(answer.header("access-control-allow-origin"), app) << target;
        EXPECT_THAT(answer.header("access-control-allow-methods"), HasSubstr("PUT")) << target;
        EXPECT_EQ(answer.header("access-control-allow-headers"), "authorization,if-match") << target;
        EXPECT_EQ(answer.header("access-control-max-age"), "86400") << target;
        EXPECT_EQ(answer.header("vary"), "Origin") << target;
    }
    EXPECT_THAT(ask("PUT", "/keys/k", with_token), HasStatus(201));
    auto got = ask("GET", "/keys/k", with_token);
    EXPECT_THAT(got, HasStatus(200));
    EXPECT_EQ(got.header("access-control-allow-origin"), app);
    EXPECT_THAT(got.header("access-control-expose-headers"), HasSubstr("ETag"));
    EXPECT_THAT(got.header("access-control-expose-headers"), HasSubstr("Idempotent-Replayed"));
    EXPECT_EQ(got.header("cache-control"), "private, no-cache");
}

TEST_F(Cors, LetsListedPagesReadErrors)
{
    start({{"REDISERVE_HTTP_CORS_ORIGINS", app}, {"REDISERVE_HTTP_LIMITS_BODY", "16"}}, {"--token", "T"});
    EXPECT_EQ(ask("GET", "/keys/k").header("access-control-allow-origin"), app);
    EXPECT_THAT(ask("GET", "/keys/k"), HasStatus(401));
    const auto missing = ask("GET", "/keys/none", with_token);
    EXPECT_THAT(missing, HasStatus(404));
    EXPECT_EQ(missing.header("access-control-allow-origin"), app);
    const auto large =
        rest().request("PUT", "/keys/k", std::string(100, 'x'), {{"Origin", app}, {"Authorization", "Bearer T"}});
    EXPECT_THAT(large, HasStatus(413));
    EXPECT_EQ(large.header("access-control-allow-origin"), app);
    const auto method = ask("POST", "/keys/k", with_token);
    EXPECT_THAT(method, HasStatus(405));
    EXPECT_EQ(method.header("access-control-allow-origin"), app);
}

TEST_F(Cors, LetsNobodyReadKeysUnlessItIsSaid)
{
    start({}, {"--token", "T"});
    EXPECT_EQ(preflight("/keys/k").header("access-control-allow-origin"), "");
    EXPECT_EQ(preflight("/keys/k").header("access-control-allow-methods"), "");
    EXPECT_EQ(ask("GET", "/keys/k", with_token).header("access-control-allow-origin"), "");
    EXPECT_EQ(preflight("/get/k").header("access-control-allow-origin"), app) << "the command API says any by itself";
}

TEST_F(Cors, KeepsPagesFromAGatewayWithoutAToken)
{
    start({});
    const std::vector<header_list> foreign = {
        {{"Origin", app}}, {{"Origin", "null"}}, {{"Sec-Fetch-Site", "cross-site"}}};
    for (const auto& headers : foreign) {
        EXPECT_THAT(rest().request("PUT", "/keys/k", "v", headers), Fails(403, "forbidden"));
        EXPECT_THAT(rest().request("GET", "/keys/k", {}, headers), Fails(403, "forbidden"));
        EXPECT_THAT(rest().request("DELETE", "/keys/k", {}, headers), Fails(403, "forbidden"));
        EXPECT_THAT(rest().request("GET", "/metrics", {}, headers), Fails(403, "forbidden"));
    }
    EXPECT_EQ(redis_.cli({"exists", "k"}), "0");
    EXPECT_THAT(rest().request("PUT", "/keys/k", "v", {{"Origin", "http://localhost"}}), HasStatus(201));
}

// A page of evil.example whose name was changed to point to this machine is of the same site as the gateway.
TEST_F(Cors, KeepsReboundNamesFromAGatewayWithoutAToken)
{
    start({});
    for (const auto* target : {"/keys/k", "/get/k", "/metrics", "/pipeline"}) {
        EXPECT_THAT(ask_host("evil.example:3000", target), HasStatus(403)) << target;
        EXPECT_THAT(ask_host("localhost.evil.example", target).body, HasSubstr("Host names something else")) << target;
    }
    EXPECT_THAT(ask_host("evil.example", "/livez"), HasStatus(200));
    for (const auto* host : {"localhost:1", "127.0.0.1:3000", "[::1]", "me.localhost", "redis"})
        EXPECT_THAT(ask_host(host, "/keys/k"), HasStatus(404)) << host;
}

TEST_F(Cors, TakesAnyNameFromWhoHasAToken)
{
    start({}, {"--token", "T"});
    auto client = rest().connect();
    client.send("GET /keys/k HTTP/1.1\r\nHost: redis.example\r\nAuthorization: Bearer T\r\n\r\n");
    EXPECT_THAT(client.read(), HasStatus(404));
}

TEST_F(Cors, TellsBrowsersToMakeNoMoreOfAnswersThanTheyAre)
{
    start({});
    redis_.cli({"set", "k", "<script>alert(1)</script>"});
    for (const auto* target : {"/keys/k", "/get/k", "/nowhere/at/all", "/livez"}) {
        EXPECT_EQ(rest().request("GET", target).header("x-content-type-options"), "nosniff") << target;
        auto shown = rest().request("GET", target, {}, {{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Mode", "navigate"}});
        EXPECT_EQ(shown.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'") << target;
        EXPECT_EQ(shown.header("referrer-policy"), "no-referrer") << target;
        EXPECT_EQ(shown.header("cross-origin-resource-policy"), "same-origin") << target;
        EXPECT_NE(shown.header("cache-control"), "") << target;
    }
}

TEST_F(Cors, KeepsAnswersToTokensInUrlsOutOfCaches)
{
    start({}, {"--token", "T"});
    EXPECT_EQ(rest().request("GET", "/get/k?_token=T").header("cache-control"), "no-store");
    EXPECT_EQ(rest().request("GET", "/get/k?_token=wrong").header("cache-control"), "no-store");
}

TEST_F(Cors, RefusesCredentialsForEverybody)
{
    const std::map<std::string, std::string> everybody = {
        {"REDISERVE_HTTP_CORS_ORIGINS", "any"}, {"REDISERVE_HTTP_CORS_CREDENTIALS", "true"}};
    EXPECT_THROW(start(everybody), std::runtime_error);
}

}   // namespace
}   // namespace rediserve::test
