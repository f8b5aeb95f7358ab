// What is told to Redis of rates that hold over all gateways, and what is learnt from its answers.
#include "rediserve/access/rate_reports.hpp"

#include "access/rate_key.hpp"
#include "rediserve/access/authenticator.hpp"
#include "rediserve/access/gate.hpp"
#include "support/fake_backend.hpp"
#include "support/known_commands.hpp"
#include "support/servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::access {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr tally::time start{std::chrono::hours(100)};

// ---- the arithmetic ----

TEST(Meter, HasBlocksOfAPartOfTheBurst)
{
    EXPECT_EQ(block_of({.amount = 20}), 1u);
    EXPECT_EQ(block_of({.amount = 64}), 2u);
    EXPECT_EQ(block_of({.amount = 64, .burst = 3200}), 100u);
}

TEST(Meter, LearnsWhatOthersHaveTaken)
{
    const rate ten{.amount = 10, .period = 1s, .global = true};
    meter one;
    learn(one, ten, 700ms, start);
    EXPECT_EQ(one.left.take(ten, 1, start).remaining, 2u) << "seven were taken elsewhere, and one now";
    learn(one, ten, -5s, start);
    EXPECT_EQ(one.left.take(ten, 1, start).remaining, 1u) << "what is taken here is not forgotten";
}

TEST(Meter, AddsWhatRedisDoesNotKnowYet)
{
    const rate ten{.amount = 10, .period = 1s, .global = true};
    meter one;
    one.unreported.add(2);
    learn(one, ten, 700ms, start);
    EXPECT_EQ(one.left.take(ten, 1, start).remaining, 0u);
    EXPECT_FALSE(one.left.take(ten, 1, start).granted);
}

TEST(Meter, LearnsNothingThatOverflows)
{
    const rate slow{.amount = 1, .period = 24h, .global = true};
    meter one;
    one.unreported.add(~std::uint64_t{0});
    learn(one, slow, std::chrono::nanoseconds::max(), start);
    EXPECT_GT(one.left.full_at(), 0);
}

TEST(Tally, IsReportedByOneAtATime)
{
    tally one;
    EXPECT_EQ(one.begin(), std::nullopt) << "nobody has claimed it";
    EXPECT_EQ(one.add(3), 3u);
    EXPECT_TRUE(one.claim(start));
    EXPECT_FALSE(one.claim(start + 1s));
    EXPECT_EQ(one.add(4), 7u);
    const auto block = one.begin();
    ASSERT_TRUE(block);
    EXPECT_EQ(block->amount, 7u);
    EXPECT_EQ(block->since, start);
    EXPECT_EQ(one.add(1), 1u);
    EXPECT_FALSE(one.claim(start)) << "a report is under way";
    EXPECT_EQ(one.begin(), std::nullopt);
    one.end();
    EXPECT_TRUE(one.claim(start));
}

TEST(Tally, KeepsWhatCouldNotBeReportedUpToABound)
{
    tally one;
    one.add(7);
    one.claim(start);
    auto block = *one.begin();
    one.add(1);
    one.put_back(block, 10, start + 1h);
    EXPECT_EQ(one.amount(), 8u);
    block = *one.begin();
    EXPECT_EQ(block.since, start);
    one.add(5);
    one.put_back(block, 10, start + 1h);
    EXPECT_EQ(one.amount(), 10u);
    EXPECT_EQ(one.begin()->since, start + 1h) << "the oldest is what is forgotten";
}

TEST(Tally, LosesNothingAmongThreads)
{
    tally one;
    std::atomic<std::uint64_t> reported{0};
    const auto report = [&] {
        while (const auto block = one.begin()) {
            reported += block->amount;
            one.end();
            if (one.amount() == 0 || !one.claim(start))
                return;
        }
    };
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&] {
            for (int step = 0; step < 5000; ++step) {
                one.add(1);
                if (one.claim(start))
                    report();
            }
        });
    for (std::thread& each : all)
        each.join();
    EXPECT_EQ(reported, 20000u);
    EXPECT_EQ(one.amount(), 0u);
}

TEST(RateKey, NamesThePrincipalAndWhatIsCounted)
{
    EXPECT_EQ(rate_key("web", "commands"), "rediserve:rate:{web}:commands");
    EXPECT_EQ(rate_key(std::string("user\0auth0|42", 13), "bytes"), "rediserve:rate:{user:auth0|42}:bytes");
}

TEST(RateKey, HidesNamesThatAreNotPlain)
{
    const auto key = [](const std::string& subject) {
        return rate_key("user" + std::string(1, '\0') + subject, "bytes");
    };
    for (const std::string& odd :
         {std::string("a}b"), std::string("a b"), std::string("\xFF"), std::string(65, 'x'), std::string("a\0b", 3),
          std::string("#0")}) {
        EXPECT_THAT(key(odd), testing::MatchesRegex("rediserve:rate:\\{user:#[0-9a-f]+\\}:bytes")) << odd;
        EXPECT_THAT(key(odd), SizeIs(16 + 5 + 65 + 7));
    }
    EXPECT_NE(key("a b"), key("a  b"));
}

// ---- reports ----

class RateReports : public testing::Test
{
protected:
    void take(std::uint64_t amount = 1, tally::time now = start)
    {
        if (who_.used->commands.left.take(who_.rates.commands, amount, now).granted)
            reports_.took(who_, measures::commands, amount, now);
    }
    bool may_take(std::uint64_t amount)
    {
        return who_.used->commands.left.take(who_.rates.commands, amount, std::chrono::steady_clock::now()).granted;
    }
    std::uint64_t unreported() const { return who_.used->commands.unreported.amount(); }
    // The cost that the latest report told of, in microseconds.
    std::string cost() const { return cost(redis_); }
    static std::string cost(const test::fake_backend& of) { return of.latest()[0].at(4); }

    static std::shared_ptr<usage> named(std::string name)
    {
        auto made = std::make_shared<usage>();
        made->name = std::move(name);
        return made;
    }

    test::fake_backend redis_;
    test::fake_backend other_;
    telemetry::shard_metrics metrics_;
    std::vector<tally::time> calls_;
    rate_reports reports_{
        test::servers_of({&redis_, &other_}), metrics_, [this](tally::time when) { calls_.push_back(when); }};
    const rate sixty_four_{.amount = 64, .period = 64s, .burst = 0, .global = true};   // a block is 2
    principal who_{.name = "p", .rates = {.requests = {}, .commands = sixty_four_, .bytes = {}}, .used = named("p")};
};

TEST_F(RateReports, AreSentOnceForABlock)
{
    take();
    EXPECT_THAT(redis_.batches(), IsEmpty());
    take();
    ASSERT_THAT(redis_.batches(), SizeIs(1));
    const auto sent = redis_.latest()[0];
    EXPECT_EQ(sent.at(0), "EVALSHA");
    EXPECT_THAT(sent.at(1), SizeIs(40));
    EXPECT_THAT(
        std::vector(sent.begin() + 2, sent.end()), ElementsAre("1", "rediserve:rate:{p}:commands", "2000000", "0")
    );
    take(5);
    EXPECT_THAT(redis_.batches(), SizeIs(1)) << "as long as one is under way";
    redis_.reply(":2000000\r\n");
    redis_.run();
    ASSERT_THAT(redis_.batches(), SizeIs(2)) << "there is a block already";
    EXPECT_EQ(cost(), "5000000");
    redis_.reply(":7000000\r\n");
    redis_.run();
    EXPECT_THAT(redis_.batches(), SizeIs(2));
    EXPECT_EQ(metrics_.rate_reports.get(), 2);
}

TEST_F(RateReports, AreSentSoonHoweverSmall)
{
    take();
    ASSERT_THAT(calls_, ElementsAre(start + 25ms));
    reports_.tell(start + 25ms);
    ASSERT_THAT(redis_.batches(), SizeIs(1));
    EXPECT_EQ(cost(), "1000000");
    EXPECT_EQ(redis_.latest()[0].at(5), "25000") << "it was taken so long ago";
    reports_.tell(start + 50ms);
    EXPECT_THAT(redis_.batches(), SizeIs(1));
}

TEST_F(RateReports, TakeOverWhatAllHaveTaken)
{
    take(60, std::chrono::steady_clock::now());
    redis_.reply(":62000000\r\n");   // two by others
    redis_.run();
    EXPECT_FALSE(may_take(4)) << "as if there were no others";
    EXPECT_TRUE(may_take(2));
}

TEST_F(RateReports, AreSentBySourceWhenTheServerHasForgottenTheScript)
{
    take(2);
    redis_.reply("-NOSCRIPT No matching script.\r\n");
    redis_.run();
    ASSERT_THAT(redis_.batches(), SizeIs(2));
    EXPECT_EQ(redis_.latest()[0].at(0), "EVAL");
    EXPECT_EQ(cost(), "2000000");
    redis_.reply(":2000000\r\n");
    redis_.run();
    EXPECT_EQ(metrics_.rate_reports.get(), 1);
    EXPECT_EQ(metrics_.rate_reports_failed.get(), 0);
    take(2);
    EXPECT_EQ(redis_.latest()[0].at(0), "EVALSHA");
}

TEST_F(RateReports, AreSentAgainWhenTheyHaveFailed)
{
    redis_.refuse(error(errc::backend_unavailable, "down", executed::no));
    take(2);
    EXPECT_THAT(redis_.batches(), SizeIs(1));
    EXPECT_EQ(unreported(), 2u);
    EXPECT_EQ(metrics_.rate_reports_failed.get(), 1);
    take(3);
    reports_.tell(start + 200ms);
    EXPECT_THAT(redis_.batches(), SizeIs(1)) << "a server that is down is not asked for every request";
    EXPECT_EQ(unreported(), 5u) << "and who asks is let in all the same";
    EXPECT_EQ(calls_.back(), start + 250ms);
    reports_.tell(start + 250ms);
    ASSERT_THAT(redis_.batches(), SizeIs(2));
    EXPECT_EQ(cost(), "5000000");
    EXPECT_EQ(redis_.latest()[0].at(5), "250000");
}

TEST_F(RateReports, KeepNoMoreThanABurst)
{
    for (int i = 0; i < 200; ++i) {
        redis_.refuse(error(errc::backend_unavailable, "down", executed::no));
        take(1, start + i * 1s);
    }
    reports_.tell(start + 200s);
    ASSERT_THAT(redis_.batches(), SizeIs(testing::Gt(10u)));
    EXPECT_LE(std::stoll(cost()), 66'000'000) << "the burst, and what came since the last attempt";
    EXPECT_LE(std::stoll(redis_.latest()[0].at(5)), 70'000'000);
}

TEST_F(RateReports, AreNotRepeatedWhenTheyMayHaveBeenCounted)
{
    take(2);
    take(3);
    redis_.fail(error(errc::backend_timeout, "slow", executed::maybe));
    redis_.run();
    EXPECT_EQ(unreported(), 3u);
}

TEST_F(RateReports, HoldNothingBackForOneThatRedisRefuses)
{
    principal another = who_;
    another.used = named("another");
    take(2);
    redis_.reply("-NOPERM this user has no permissions to run the 'evalsha' command\r\n");
    redis_.run();
    EXPECT_EQ(unreported(), 2u);
    reports_.took(another, measures::commands, 2, std::chrono::steady_clock::now());
    EXPECT_EQ(redis_.latest()[0].at(3), "rediserve:rate:{another}:commands");
}

TEST_F(RateReports, GoWhereThePrincipalsCommandsGoUnlessThereIsAPlaceForAll)
{
    who_.backend = 1;
    take(2);
    EXPECT_THAT(redis_.batches(), IsEmpty());
    EXPECT_THAT(other_.batches(), SizeIs(1));
    other_.reply(":0\r\n");
    other_.run();
    reports_.count_at(0);
    take(2);
    EXPECT_THAT(redis_.batches(), SizeIs(1));
    EXPECT_THAT(other_.batches(), SizeIs(1));
}

TEST_F(RateReports, AreFinishedWhereTheyWereBegunWhenTheServersChange)
{
    test::fake_backend fresh;
    std::weak_ptr<const server> old;
    {
        const auto leaving = std::make_shared<server>(server{7, &other_});
        old = leaving;
        reports_.use(servers({std::make_shared<server>(server{1, &redis_}), leaving}));
    }
    who_.backend = 7;
    take(2);
    take(1);
    reports_.use(servers({std::make_shared<server>(server{1, &redis_}), std::make_shared<server>(server{8, &fresh})}));
    EXPECT_FALSE(old.expired()) << "it owes an answer";
    other_.reply(":2000000\r\n");
    other_.run();
    reports_.tell(start + 1h);
    EXPECT_TRUE(old.expired());
    EXPECT_EQ(unreported(), 1u) << "and is told nothing more";
    take();
    EXPECT_THAT(fresh.batches(), IsEmpty()) << "by who was given the old one";
    who_.backend = 8;
    take(2);
    ASSERT_THAT(fresh.batches(), SizeIs(1));
    EXPECT_EQ(cost(fresh), "4000000");
    fresh.reply(":4000000\r\n");
    fresh.run();   // else one that is gone would be told of the end
}

TEST_F(RateReports, AreNotTriedAgainAtAServerThatHasGone)
{
    who_.backend = 1;
    take(2);
    reports_.use(test::servers_of({&redis_}));
    other_.fail(error(errc::draining, "out of use", executed::no));
    other_.run();
    reports_.tell(start + 1h);
    EXPECT_THAT(other_.batches(), SizeIs(1));
    EXPECT_EQ(unreported(), 2u);
    who_.backend = 0;
    take();
    EXPECT_EQ(cost(), "3000000");
}

TEST_F(RateReports, AreSentByAnyShardThatMakesABlockFull)
{
    test::fake_backend redis_of_another;
    rate_reports another(test::servers_of({&redis_of_another}), metrics_, {});
    take();
    another.took(who_, measures::commands, 1, start);
    EXPECT_THAT(redis_of_another.batches(), SizeIs(1));
    reports_.tell(start + 25ms);
    EXPECT_THAT(redis_.batches(), IsEmpty());
}

TEST_F(RateReports, OutliveThePrincipalAndEndWithTheShard)
{
    auto reports = std::make_unique<rate_reports>(test::servers_of({&redis_}), metrics_, rate_reports::caller());
    {
        principal brief = who_;
        brief.used = named("brief");
        reports->took(brief, measures::commands, 2, start);
        reports->took(brief, measures::commands, 1, start);
    }
    redis_.reply(":2000000\r\n");
    redis_.run();
    reports->tell(std::chrono::steady_clock::now() + 1s);
    EXPECT_EQ(redis_.waiting(), 1u);
    reports.reset();
    EXPECT_EQ(redis_.waiting(), 0u);
}

// Shards with a Redis each that answers at once: together they tell of all that was taken, and of nothing twice.
TEST_F(RateReports, TellOfEverythingOnceWhicheverShardTookIt)
{
    std::atomic<std::int64_t> told{0};
    const auto shard = [&] {
        test::fake_backend redis;
        telemetry::shard_metrics metrics;
        rate_reports reports(test::servers_of({&redis}), metrics, {});
        for (int i = 0; i < 2000; ++i) {
            reports.took(who_, measures::commands, 1, std::chrono::steady_clock::now());
            redis.reply(":0\r\n");
            redis.run();
            if (i % 100 == 0)
                reports.tell(std::chrono::steady_clock::now());
        }
        while (redis.waiting() > 0) {
            redis.reply(":0\r\n");
            redis.run();
        }
        for (const auto& batch : redis.batches())
            told += std::stoll(batch.commands[0].at(4)) / 1'000'000;
    };
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
        all.emplace_back(shard);
    for (std::thread& each : all)
        each.join();
    EXPECT_EQ(static_cast<std::uint64_t>(told) + unreported(), 8000u);
    EXPECT_GT(told, 7000);
}

// ---- who sends them ----

struct silent_sink final : redis::reply_sink
{
    void on_reply(const redis::reply_view&, std::size_t) noexcept override {}
    void on_failure(error) noexcept override {}
};

TEST_F(RateReports, AreOfCommandsThatPassTheGate)
{
    const auto known = test::known_commands();
    gate through(redis_, known, who_, {}, &reports_);
    silent_sink sink;
    redis::batch pipeline;
    pipeline.add("GET", "a").add("GET", "b");
    ASSERT_TRUE(through.submit(std::move(pipeline), {}, sink));
    ASSERT_THAT(redis_.batches(), SizeIs(2));
    EXPECT_EQ(redis_.batches()[0].commands[0].at(4), "2000000");
    EXPECT_EQ(redis_.batches()[1].commands[0].at(0), "GET");
}

TEST_F(RateReports, AreNotOfRatesOfOneProcess)
{
    who_.rates.commands.global = false;
    const auto known = test::known_commands();
    gate through(redis_, known, who_, {}, &reports_);
    silent_sink sink;
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(through.submit(redis::batch::of("GET", "a"), {}, sink));
    EXPECT_THAT(redis_.batches(), SizeIs(10)) << "the commands, and nothing else";
    EXPECT_THAT(calls_, IsEmpty());
    EXPECT_EQ(unreported(), 0u);
}

TEST(RateUsage, IsKnownByTheNameOfItsPrincipal)
{
    params settings;
    settings.accounts = {{{.name = "web"}}};
    settings.file = "access.json";
    const authenticator who(settings);
    EXPECT_EQ(who.find("web")->used->name, "web");
}

}   // namespace
}   // namespace rediserve::access
