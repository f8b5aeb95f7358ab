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
    void fail(http::exchange& of, const error& why) const override { render_error(of, why); }

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
    telemetry::shard_metrics metrics;
    service subject{
        {
            {"/keys", guard::token, std::make_shared<named_dialect>("keys")},
            {"/keys/inner", guard::token, std::make_shared<named_dialect>("inner")},
            {"/livez", guard::open, std::make_shared<named_dialect>("livez")},
        },
        backend,
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
