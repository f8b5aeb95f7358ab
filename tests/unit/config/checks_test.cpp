#include "config_test.hpp"

#include <algorithm>

namespace rediserve::config {
namespace {

TEST(Listening, BeyondLoopbackNeedsATokenOrPlainWords)
{
    for (const auto* address : {"0.0.0.0:3000", "[::]:3000", "*:3000", ":3000", "192.0.2.1:3000"}) {
        const auto refused = refusal_of({"--listen", address});
        EXPECT_EQ(refused.exit_code, 78) << address;
        EXPECT_THAT(refused.text, HasSubstr("REDISERVE_TOKEN"));
        EXPECT_THAT(refused.text, HasSubstr("--insecure-no-auth"));
        EXPECT_TRUE(load_with({"--listen", address, "--token", "word"})) << address;
        EXPECT_TRUE(load_with({"--listen", address, "--insecure-no-auth"})) << address;
        EXPECT_FALSE(load_with({"--listen", address}, {{"REDISERVE_INSECURE_NO_AUTH", "false"}})) << address;
    }
}

TEST(Listening, OnThisMachineNeedsNone)
{
    for (const auto* address : {"127.0.0.1:3000", "[::1]:3000", "localhost:1", "unix:/run/r.sock"})
        EXPECT_TRUE(load_with({"--listen", address})) << address;
}

TEST(Listening, BeyondLoopbackMayAskForCertificatesInstead)
{
    const http::endpoint secure{.host = "*", .port = 3443, .path = {}, .tls = true};
    settings made;
    made.http.listen = {secure, {.host = "127.0.0.1", .port = 3000, .path = {}}};
    made.http.tls.clients = http::client_certificates::required;
    EXPECT_EQ(objection(made, made), "");
    made.http.listen.push_back({.host = "192.0.2.1", .port = 3000, .path = {}});
    EXPECT_THAT(objection(made, made), HasSubstr("listening on 192.0.2.1:3000"));
    made.http.listen = {secure};
    settings lax = made;
    for (const auto clients : {http::client_certificates::optional, http::client_certificates::off}) {
        lax.http.tls.clients = clients;
        EXPECT_THAT(objection(made, lax), HasSubstr("needs a token")) << "a reload would let everybody in";
    }
}

TEST(Listening, IsNotComplainedAboutWhenTheTokenIsWhatIsWrong)
{
    const auto refused = refusal_of({"--listen", ":3000"}, {{"TOKEN", "two words"}});
    EXPECT_THAT(refused.text, HasSubstr("environment TOKEN"));
    EXPECT_THAT(refused.text, Not(HasSubstr("listening on")));
}

TEST(Listening, TakesAnEmptyTokenForNone)
{
    temporary_file file(R"({"access":{"token":""}})");
    EXPECT_FALSE(load_with({"--listen", ":3000", "--config", file.path()}));
}

TEST(Backend, EmbeddedAndAUrlExcludeEachOtherInOnePlace)
{
    EXPECT_EQ(refusal_of({"--embedded", "--redis", "redis://127.0.0.1:6379"}).exit_code, 2);
    EXPECT_EQ(refusal_of({}, {{"REDIS_URL", "redis://a"}, {"REDISERVE_EMBEDDED", "true"}}).exit_code, 78);
    temporary_file file(R"({"redis":{"url":"redis://a"},"embedded":{"enabled":true}})");
    EXPECT_THAT(refusal_of({"--config", file.path()}).text, HasSubstr(file.path() + ": an embedded server"));
    temporary_file off(R"({"redis":{"url":"redis://a"},"embedded":{"enabled":false}})");
    EXPECT_EQ(settings_of({"--config", off.path()}).redis.address.host, "a");
}

TEST(Backend, IsTheOneOfTheStrongerPlace)
{
    EXPECT_TRUE(settings_of({"--embedded"}, {{"REDIS_URL", "redis://a"}}).embedded.enabled);
    const auto merged =
        settings_of({"--redis", "redis://a"}, {{"REDISERVE_EMBEDDED", "true"}, {"REDISERVE_DATA", "/data"}});
    EXPECT_FALSE(merged.embedded.enabled);
    EXPECT_EQ(merged.redis.address.host, "a");
}

TEST(Backend, MayBeEmbeddedInAFileThatWasCopiedFromTheExample)
{
    auto text = example_file();
    const std::string off = "\"enabled\": false";
    text.replace(text.find(off), off.size(), "\"enabled\": true");
    temporary_file file(text);
    EXPECT_TRUE(settings_of({"--config", file.path()}).embedded.enabled);
}

TEST(Backend, KeepsDataOnlyWhenItIsEmbedded)
{
    EXPECT_EQ(refusal_of({"--data", "/data"}).exit_code, 2);
    EXPECT_EQ(refusal_of({}, {{"REDISERVE_EMBEDDED_DATA", "/data"}}).exit_code, 78);
    EXPECT_EQ(settings_of({"--embedded", "--data", "/data"}).embedded.data, "/data");
}

TEST(Login, OfItsOwnReplacesThatOfTheUrl)
{
    const auto merged = settings_of(
        {"--redis", "redis://one:first@host"}, {{"REDISERVE_REDIS_USER", "two"}, {"REDISERVE_REDIS_PASSWORD", "second"}}
    );
    EXPECT_EQ(merged.redis.address.user, "two");
    EXPECT_EQ(merged.redis.address.password, "second");
    temporary_file file(R"({"redis":{"url":"redis://one:first@host","user":"","password":""}})");
    EXPECT_EQ(settings_of({"--config", file.path()}).redis.address.password, "first");
}

TEST(Login, NeedsAPasswordForAUser)
{
    EXPECT_THAT(refusal_of({}, {{"REDISERVE_REDIS_USER", "two"}}).text, HasSubstr("but no password"));
}

TEST(Tls, FilesMustBeReadable)
{
    temporary_file there("PEM");
    EXPECT_THAT(
        refusal_of({}, {{"REDISERVE_REDIS_TLS_CA_FILE", "/nonexistent/ca.pem"}}).text,
        HasSubstr("redis.tls.ca_file: cannot read /nonexistent/ca.pem: No such file")
    );
    EXPECT_TRUE(load_with({}, {{"REDISERVE_REDIS_TLS_CA_FILE", there.path()}}));
    EXPECT_THAT(
        refusal_of({}, {{"REDISERVE_REDIS_TLS_CERTIFICATE_FILE", there.path()}}).text, HasSubstr("belong together")
    );
}

TEST(Limits, MustFitTogether)
{
    const auto refused =
        refusal_of({}, {{"REDISERVE_REDIS_BACKOFF_FIRST", "5s"}, {"REDISERVE_REDIS_BACKOFF_MAX", "1s"}});
    EXPECT_EQ(refused.exit_code, 78);
    EXPECT_THAT(refused.text, HasSubstr("redis.backoff_first must not be longer"));
}

TEST(Checks, ReportEverythingAtOnce)
{
    temporary_file file(R"({"threads":"x","logs":{}})");
    const auto refused = refusal_of(
        {"--config", file.path(), "--listen", ":3000"},
        {
            {"REDISERVE_LOG_LEVEL", "loud"},
            {"SRH_MODE", "both"},
            {"REDISERVE_REDIS_TLS_CA_FILE", "/nonexistent"},
        }
    );
    EXPECT_EQ(refused.exit_code, 78);
    EXPECT_EQ(std::count(refused.text.begin(), refused.text.end(), '\n'), 5) << refused.text;
}

}   // namespace
}   // namespace rediserve::config
