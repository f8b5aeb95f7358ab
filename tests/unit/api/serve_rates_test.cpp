// Which requests are told to Redis: those of principals whose rates are of all gateways.
#include "rediserve/api/serve.hpp"
#include "support/fake_backend.hpp"
#include "support/fake_exchange.hpp"
#include "support/servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rediserve::api {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;
using time_point = std::chrono::steady_clock::time_point;

class ten_bytes final : public dialect
{
public:
    task respond(call of) const override
    {
        of.exchange.response().begin(200);
        of.exchange.response().content("text/plain", 10).append("0123456789");
        of.exchange.response().finish();
        return {};
    }
    void fail(http::exchange& of, const error& why, const params&) const override { render_error(of, why); }
};

class ServiceRates : public testing::Test
{
protected:
    static access::params settings(const access::rates& within)
    {
        access::params made;
        made.file = "access.json";
        made.accounts = {{.who = {.name = "p", .rates = within}}};
        made.tokens = {{.digest = sha256("word"), .account = 0, .name = {}}};
        return made;
    }

    void limit(const access::rates& within)
    {
        subject_.apply({}, std::make_shared<access::policy>(settings(within)), test::servers_of({&redis_}));
    }

    unsigned ask(std::string_view body = {})
    {
        test::fake_exchange exchange(http::method::put, "/", body, {{http::header::authorization, "Bearer word"}});
        if (subject_.admit(exchange)) {
            const task done = subject_.handle(exchange);
            subject_.settle(exchange);
        }
        return exchange.status();
    }

    test::fake_backend redis_;
    telemetry::shard_metrics metrics_;
    std::vector<time_point> calls_;
    service subject_{
        {{"", guard::token, std::make_shared<ten_bytes>()}},
        test::servers_of({&redis_}),
        params{},
        std::make_shared<access::policy>(settings({})),
        metrics_,
        [this](time_point when) { calls_.push_back(when); }};
};

TEST_F(ServiceRates, TellOfRequests)
{
    access::rates two;
    two.requests = {.amount = 2, .period = 1h, .burst = 0, .global = true};
    limit(two);
    EXPECT_EQ(ask(), 200u);
    ASSERT_THAT(redis_.batches(), SizeIs(1));
    EXPECT_EQ(redis_.latest()[0].at(3), "rediserve:rate:{p}:requests");
    redis_.reply(":3600000000\r\n");   // an hour: another gateway has granted one, too
    redis_.run();
    EXPECT_EQ(ask(), 429u);
    EXPECT_THAT(redis_.batches(), SizeIs(1)) << "what is refused is not taken";
}

TEST_F(ServiceRates, TellOfBytesInAndOut)
{
    access::rates some;
    some.bytes = {.amount = 1000, .period = 1000s, .burst = 10'000, .global = true};
    limit(some);
    EXPECT_EQ(ask("12345"), 200u);
    EXPECT_THAT(redis_.batches(), IsEmpty());
    ASSERT_THAT(calls_, SizeIs(1));
    subject_.report_rates();
    ASSERT_THAT(redis_.batches(), SizeIs(1));
    EXPECT_EQ(redis_.latest()[0].at(3), "rediserve:rate:{p}:bytes");
    EXPECT_EQ(redis_.latest()[0].at(4), "16000000") << "one to begin with, five, and ten";
}

TEST_F(ServiceRates, TellOfNothingThatIsOfThisProcess)
{
    access::rates local;
    local.requests = {.amount = 10, .period = 1h};
    local.bytes = {.amount = 1000, .period = 1h};
    limit(local);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(ask("12345"), 200u);
    EXPECT_THAT(calls_, IsEmpty());
    subject_.report_rates();
    EXPECT_THAT(redis_.batches(), IsEmpty());
}

}   // namespace
}   // namespace rediserve::api
