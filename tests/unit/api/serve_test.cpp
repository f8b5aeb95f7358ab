// Which dialect answers, and to whom.
#include "rediserve/api/serve.hpp"

#include "support/fake_backend.hpp"
#include "support/fake_exchange.hpp"

#include <gtest/gtest.h>

namespace rediserve::api {
namespace {

using test::fake_exchange;

// Answers with its own name.
class named_dialect final : public dialect
{
public:
    explicit named_dialect(std::string name) : name_(std::move(name)) {}

    task respond(call of) const override
    {
        of.exchange.response().begin(200);
        of.exchange.response().content("text/plain", name_.size()).append(name_);
        of.exchange.response().finish();
        return {};
    }
    void fail(http::exchange& of, const error& why, const params&) const override { render_error(of, why); }

private:
    std::string name_;
};

class Service : public testing::Test
{
protected:
    // What answers a GET of `path`, or what admit() has already answered.
    std::string answer(std::string_view path, const fake_exchange::header_map& headers = {})
    {
        fake_exchange exchange(http::method::get, path, {}, headers);
        if (subject.admit(exchange))
            const task done = subject.handle(exchange);
        return std::to_string(exchange.status()) + " " + exchange.body();
    }

    static std::shared_ptr<const access::authenticator> authenticator(std::string token)
    {
        access::params settings;
        settings.token = std::move(token);
        return std::make_shared<access::authenticator>(settings);
    }

    test::fake_backend backend;
    test::fake_backend second;
    telemetry::shard_metrics metrics;
    service subject{
        {
            {"/keys", guard::token, std::make_shared<named_dialect>("keys")},
            {"/keys/inner", guard::token, std::make_shared<named_dialect>("inner")},
            {"/livez", guard::open, std::make_shared<named_dialect>("livez")},
        },
        {&backend, &second},
        {},
        authenticator(""),
        metrics,
    };
};

TEST_F(Service, GivesARequestToTheLongestPrefix)
{
    EXPECT_EQ(answer("/keys"), "200 keys");
    EXPECT_EQ(answer("/keys/k"), "200 keys");
    EXPECT_EQ(answer("/keys/inner/k"), "200 inner");
    EXPECT_EQ(answer("/keys/innermost"), "200 keys");
    EXPECT_EQ(answer("/livez"), "200 livez");
}

TEST_F(Service, KnowsNoOtherPaths)
{
    for (const auto* path : {"/", "/key", "/keyss", "/KEYS", "//keys", "/keys%2Fk"})
        EXPECT_TRUE(answer(path).starts_with("404 ")) << path;
}

TEST_F(Service, AsksForTheTokenWhereItIsDue)
{
    subject.apply({}, authenticator("secret"));
    EXPECT_TRUE(answer("/keys/k").starts_with("401 "));
    EXPECT_TRUE(answer("/keys/k", {{http::header::authorization, "Bearer wrong"}}).starts_with("401 "));
    EXPECT_EQ(answer("/keys/k", {{http::header::authorization, "Bearer secret"}}), "200 keys");
    EXPECT_EQ(answer("/livez"), "200 livez");
    EXPECT_EQ(metrics.rejected[static_cast<std::size_t>(telemetry::rejection::unauthorized)].get(), 2);
}

TEST_F(Service, RendersWhatTheTransportRefused)
{
    fake_exchange exchange(http::method::put, "/keys/k");
    subject.reject(exchange, error(errc::body_too_large, "too much"));
    EXPECT_EQ(exchange.status(), 413u);
    EXPECT_EQ(exchange.body(), R"({"error":"too much","code":"too_large"})");
}

// Has words of its own for refusals, reads the token from the query, and answers OPTIONS to anybody.
class root_dialect final : public dialect
{
public:
    task respond(call of) const override
    {
        const std::string who = of.by.name + (of.by.read_only ? " reads " : " uses ");
        const std::string text = who + std::to_string(of.by.backend);
        seen = &of.backend;
        of.exchange.response().begin(200);
        of.exchange.response().content("text/plain", text.size()).append(text);
        of.exchange.response().finish();
        return {};
    }
    void fail(http::exchange& of, const error& why, const params&) const override
    {
        of.response().begin(static_cast<unsigned>(row_of(why.code).status));
        of.response().content("text/plain", 4).append("root");
        of.response().finish();
    }
    std::string_view token(const http::request& of, const params& settings, std::string& scratch) const override
    {
        if (!settings.upstash.query_token)
            return dialect::token(of, settings, scratch);
        scratch = of.query;   // longer than any small string when the test wants it so
        return scratch;
    }
    bool open(const http::request& of) const override { return of.method == http::method::options; }

    mutable const redis::backend* seen = nullptr;
};

class RootMount : public testing::Test
{
protected:
    RootMount()
    {
        settings_.token = "word";
        settings_.more = {{"a-token-too-long-for-a-small-string", {.name = "second", .backend = 1, .read_only = true}}};
    }

    std::string answer(http::method method, std::string_view target, const fake_exchange::header_map& headers = {})
    {
        service subject(
            {{"/keys", guard::token, std::make_shared<named_dialect>("keys")}, {"", guard::token, root}},
            {&backend, &second}, params, std::make_shared<access::authenticator>(settings_), metrics
        );
        fake_exchange exchange(method, target, {}, headers);
        if (subject.admit(exchange))
            const task done = subject.handle(exchange);
        return std::to_string(exchange.status()) + " " + exchange.body();
    }

    access::params settings_;
    test::fake_backend backend;
    test::fake_backend second;
    telemetry::shard_metrics metrics;
    api::params params;
    std::shared_ptr<root_dialect> root = std::make_shared<root_dialect>();
};

TEST_F(RootMount, TakesEveryPathThatNoOtherHas)
{
    for (const auto* path : {"/", "/get/k", "/keysx", "/keysx/", "//", "//keys", "/KEYS", "/livez"})
        EXPECT_EQ(answer(http::method::get, std::string(path) + "?word"), "200 token uses 0") << path;
    for (const auto* path : {"/keys", "/keys/", "/keys/k"})
        EXPECT_EQ(answer(http::method::get, path, {{http::header::authorization, "Bearer word"}}), "200 keys") << path;
}

TEST_F(RootMount, HasNoPartInTheAsterisk)
{
    EXPECT_EQ(answer(http::method::options, "*", {{http::header::authorization, "Bearer word"}}), "204 ");
    EXPECT_TRUE(answer(http::method::options, "*").starts_with("401 "));
}

TEST_F(RootMount, ReadsItsOwnTokenAndRefusesInItsOwnWords)
{
    EXPECT_EQ(answer(http::method::get, "/get/k?wrong"), "401 root");
    EXPECT_EQ(answer(http::method::get, "/get/k", {{http::header::authorization, "Bearer word"}}), "401 root");
    params.upstash.query_token = false;
    EXPECT_EQ(answer(http::method::get, "/get/k?word"), "401 root");
    EXPECT_EQ(answer(http::method::get, "/get/k", {{http::header::authorization, "Bearer word"}}), "200 token uses 0");
    EXPECT_TRUE(answer(http::method::get, "/keys/k").starts_with("401 {")) << "the other dialect's words are its own";
    EXPECT_EQ(metrics.rejected[static_cast<std::size_t>(telemetry::rejection::unauthorized)].get(), 4);
}

TEST_F(RootMount, GivesEachPrincipalItsBackend)
{
    EXPECT_EQ(answer(http::method::get, "/get/k?word"), "200 token uses 0");
    EXPECT_EQ(root->seen, &backend);
    EXPECT_EQ(answer(http::method::get, "/get/k?a-token-too-long-for-a-small-string"), "200 second reads 1");
    EXPECT_EQ(root->seen, &second);
}

TEST_F(RootMount, LetsNobodyInWhereTheDialectIsOpen)
{
    EXPECT_EQ(answer(http::method::options, "/get/k"), "200 nobody reads 0");
    EXPECT_TRUE(answer(http::method::options, "/keys/k").starts_with("401 ")) << "the other dialect is not open";
}

TEST_F(RootMount, LetsEverybodyInWithoutTokens)
{
    settings_ = {};
    EXPECT_EQ(answer(http::method::get, "/get/k"), "200 anonymous uses 0");
}

TEST(RenderError, SaysWhatMayHaveRunAndWhenToTryAgain)
{
    fake_exchange exchange(http::method::put, "/keys/k");
    render_error(exchange, error(errc::backend_lost, "gone", executed::maybe));
    EXPECT_EQ(exchange.status(), 503u);
    EXPECT_EQ(exchange.header("Retry-After"), "1");
    EXPECT_EQ(exchange.body(), R"({"error":"gone","code":"redis_unavailable","executed":"maybe"})");
}

TEST(RenderError, WritesTextForPeopleWhateverItsBytes)
{
    fake_exchange exchange(http::method::get, "/keys/k");
    render_error(exchange, error(errc::redis_error, "ERR \xff\"\n"));
    EXPECT_EQ(exchange.body(), R"({"error":"ERR ?\"\n","code":"redis_error"})");
}

TEST(RenderError, CutsOffAnAnswerThatHasBegun)
{
    fake_exchange exchange(http::method::get, "/keys/k");
    exchange.response().begin(200);
    exchange.response().stream("text/plain");
    render_error(exchange, error(errc::backend_lost, "gone"));
    EXPECT_TRUE(exchange.aborted());
    EXPECT_FALSE(exchange.complete());
}

}   // namespace
}   // namespace rediserve::api
