// Which dialect answers, and to whom.
#include "rediserve/api/serve.hpp"

#include "support/audited.hpp"
#include "support/fake_backend.hpp"
#include "support/fake_exchange.hpp"
#include "support/known_commands.hpp"
#include "support/servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

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

    static std::shared_ptr<const access::policy> policy(std::string token)
    {
        access::params settings;
        settings.token = std::move(token);
        return std::make_shared<access::policy>(settings);
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
        test::servers_of({&backend, &second}),
        {},
        policy(""),
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
    subject.apply({}, policy("secret"), test::servers_of({&backend, &second}));
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
        const std::string who = of.by.name + (of.by.may ? " may use " : " uses ");
        const std::string text = who + std::to_string(of.by.backend);
        seen = &of.backend.health();
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
    std::string_view token(
        const http::request& of, const params& settings, std::string_view bearer, std::string& scratch
    ) const override
    {
        if (!settings.upstash.query_token)
            return bearer;
        scratch = of.query;   // longer than any small string when the test wants it so
        return scratch;
    }
    bool open(const http::request& of) const override { return of.method == http::method::options; }

    mutable const redis::backend_health* seen = nullptr;
};

class RootMount : public testing::Test
{
protected:
    RootMount()
    {
        settings_.token = "word";
        settings_.more = {{"a-token-too-long-for-a-small-string", {.name = "second", .backend = 1}}};
    }

    std::string answer(http::method method, std::string_view target, const fake_exchange::header_map& headers = {})
    {
        service subject(
            {{"/keys", guard::token, std::make_shared<named_dialect>("keys")}, {"", guard::token, root}},
            test::servers_of({&backend, &second}), params, std::make_shared<access::policy>(settings_), metrics
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
    EXPECT_EQ(root->seen, &backend.health());
    EXPECT_EQ(answer(http::method::get, "/get/k?a-token-too-long-for-a-small-string"), "200 second uses 1");
    EXPECT_EQ(root->seen, &second.health());
}

TEST_F(RootMount, LetsNobodyInWhereTheDialectIsOpen)
{
    EXPECT_EQ(answer(http::method::options, "/get/k"), "200 nobody may use 0");
    EXPECT_TRUE(answer(http::method::options, "/keys/k").starts_with("401 ")) << "the other dialect is not open";
}

TEST_F(RootMount, LetsEverybodyInWithoutTokens)
{
    settings_ = {};
    EXPECT_EQ(answer(http::method::get, "/get/k"), "200 anonymous uses 0");
}

// Everybody who is turned away at the entrance is told to the audit log, and nothing of what they sent.
class AuditedEntrance : public RootMount
{
protected:
    AuditedEntrance() { log_.start(false); }

    // {"401 - GET /keys the token is wrong", …}, and that they were all said of this request.
    std::vector<std::string> told()
    {
        std::vector<std::string> all;
        for (const nlohmann::json& line : log_.lines()) {
            EXPECT_EQ(line["request"], "id-of-a-test");
            EXPECT_EQ(line["verdict"], "refused");
            EXPECT_EQ(line["address"], "192.0.2.7");
            EXPECT_EQ(line.dump().find("secret"), std::string::npos) << line;
            std::string& text = all.emplace_back();
            for (const auto* field : {"code", "principal", "method", "mount", "why"})
                text += (text.empty() ? "" : " ") + line[field].get<std::string>();
        }
        return all;
    }

    std::string answer(http::method method, std::string_view target, const fake_exchange::header_map& headers = {})
    {
        service subject(
            {{"/keys", guard::token, std::make_shared<named_dialect>("keys")}, {"/root", guard::token, root}},
            test::servers_of({&backend, &second}), params, std::make_shared<access::policy>(settings_), metrics
        );
        fake_exchange exchange(method, target, {}, headers);
        exchange.from.address = *parse_address("192.0.2.7");
        return subject.admit(exchange) ? "let in" : std::to_string(exchange.status());
    }

private:
    test::audited log_;
};

TEST_F(AuditedEntrance, TellsOfMissingAndWrongTokens)
{
    EXPECT_EQ(answer(http::method::get, "/keys/secret?secret"), "401");
    EXPECT_EQ(answer(http::method::put, "/keys/secret", {{http::header::authorization, "Bearer wrong-secret"}}), "401");
    EXPECT_EQ(answer(http::method::post, "/root/secret?secret"), "401");
    EXPECT_EQ(answer(http::method::other, "/nowhere/secret"), "401");
    EXPECT_EQ(answer(http::method::get, "/keys/k", {{http::header::authorization, "Bearer word"}}), "let in");
    EXPECT_THAT(
        told(),
        testing::ElementsAre(
            "unauthorized - GET /keys credentials are needed: send the header Authorization: Bearer TOKEN",
            "unauthorized - PUT /keys the token is wrong", "unauthorized - POST /root the token is wrong",
            "unauthorized - other - credentials are needed: send the header Authorization: Bearer TOKEN"
        )
    );
}

TEST_F(AuditedEntrance, TellsOfNetworks)
{
    settings_.from.deny = *networks::parse("192.0.2.0/24");
    EXPECT_EQ(answer(http::method::get, "/keys/k", {{http::header::authorization, "Bearer word"}}), "403");
    EXPECT_THAT(told(), testing::ElementsAre("forbidden - GET /keys requests from this address are not answered"));
}

TEST_F(AuditedEntrance, TellsOfForeignPagesAndWhoseTokenTheyHad)
{
    settings_ = {};
    EXPECT_EQ(answer(http::method::get, "/keys/k", {{http::header::origin, "https://evil.example"}}), "403");
    EXPECT_THAT(
        told(),
        testing::ElementsAre(
            "forbidden anonymous GET /keys pages of other sites may not ask without a token of their own"
        )
    );
}

TEST_F(AuditedEntrance, TellsOfRatesAndConnections)
{
    access::principal who{.name = "hasty"};
    who.rates.requests = {.amount = 1, .period = std::chrono::hours(1)};
    access::principal alone{.name = "alone"};
    alone.limits.connections = 1;
    settings_.more = {{"secret", who}, {"other-secret", alone}};
    service subject(
        {{"/keys", guard::token, std::make_shared<named_dialect>("keys")}}, test::servers_of({&backend, &second}),
        params, std::make_shared<access::policy>(settings_), metrics
    );
    std::vector<std::unique_ptr<fake_exchange>> connections;
    for (const auto* token : {"Bearer secret", "Bearer secret", "Bearer other-secret", "Bearer other-secret"}) {
        const fake_exchange::header_map headers{{http::header::authorization, token}};
        auto& made = *connections.emplace_back(
            std::make_unique<fake_exchange>(http::method::get, "/keys/k", std::string_view(), headers)
        );
        made.from.address = *parse_address("192.0.2.7");
        EXPECT_EQ(subject.admit(made), connections.size() % 2 == 1);
    }
    EXPECT_THAT(
        told(),
        testing::ElementsAre(
            testing::StartsWith("rate_limited hasty GET /keys too many requests"),
            "rate_limited alone GET /keys this token has too many connections open"
        )
    );
}

// A new route whose author has thought of nothing.
class careless_dialect final : public dialect
{
public:
    task respond(call of) const override
    {
        struct : redis::reply_sink
        {
            void on_reply(const redis::reply_view&, std::size_t) noexcept override {}
            void on_failure(error) noexcept override {}
        } sink;
        const auto sent = of.backend.submit(redis::batch::of("FLUSHALL"), {}, sink);
        render_error(of.exchange, sent ? error(errc::internal, "sent") : sent.error());
        return {};
    }
    void fail(http::exchange& of, const error& why, const params&) const override { render_error(of, why); }
};

class DecisionPoint : public testing::Test
{
protected:
    // What a principal who may GET is answered by that route.
    fake_exchange& ask()
    {
        exchange = std::make_unique<fake_exchange>(
            http::method::get, "/careless", "", fake_exchange::header_map{{http::header::authorization, "Bearer word"}}
        );
        EXPECT_TRUE(subject.admit(*exchange));
        const task done = subject.handle(*exchange);
        return *exchange;
    }

    static access::params settings()
    {
        access::params made;
        made.file = "access.json";
        made.accounts = {
            {{.name = "reader", .may = std::make_shared<access::rules>(*access::rules::parse("+get ~*"))}}};
        made.tokens = {{.digest = sha256("word"), .account = 0, .name = {}}};
        return made;
    }

    test::fake_backend backend;
    telemetry::shard_metrics metrics;
    service subject{
        {{"/careless", guard::token, std::make_shared<careless_dialect>()}},
        test::servers_of({&backend}),
        params{},
        std::make_shared<access::policy>(settings()),
        metrics};
    std::unique_ptr<fake_exchange> exchange;
};

TEST_F(DecisionPoint, HoldsForARouteThatDoesNotKnowOfIt)
{
    subject.apply(
        params{}, std::make_shared<access::policy>(settings()), test::servers_of({&backend}, test::known_commands())
    );
    EXPECT_EQ(ask().status(), 403u) << exchange->body();
    EXPECT_TRUE(backend.batches().empty());
}

TEST_F(DecisionPoint, IsNotPassedBeforeTheServersCommandsAreKnown)
{
    EXPECT_EQ(ask().status(), 503u) << exchange->body();
    EXPECT_TRUE(backend.batches().empty());
}

TEST(RenderError, SaysWhatMayHaveRunAndWhenToTryAgain)
{
    fake_exchange exchange(http::method::put, "/keys/k");
    render_error(exchange, error(errc::backend_lost, "gone", executed::maybe));
    EXPECT_EQ(exchange.status(), 503u);
    EXPECT_EQ(exchange.header("Retry-After"), "1");
    EXPECT_EQ(exchange.body(), R"({"error":"gone","code":"redis_unavailable","executed":"maybe"})");
}

// Of all errors of the catalogue that are answered 5xx, also where nobody who saw them could tell.
TEST(RenderError, SaysOfEveryFailureWhetherItMayHaveRun)
{
    for (const error_row& row : error_catalogue()) {
        fake_exchange exchange(http::method::put, "/keys/k");
        render_error(exchange, error(row.code, "x"));
        EXPECT_EQ(exchange.body().find(R"(,"executed":"maybe"})") != std::string::npos, row.status >= 500) << row.word;
    }
}

TEST(RenderError, WritesTextForPeopleWhateverItsBytes)
{
    fake_exchange exchange(http::method::get, "/keys/k");
    render_error(exchange, error(errc::redis_error, "ERR \xff\"\n"));
    EXPECT_EQ(exchange.body(), R"({"error":"ERR ?\"\n","code":"redis_error","executed":"maybe"})");
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
