#include "redis/link_fsm.hpp"

#include <gtest/gtest.h>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;

backoff waits()
{
    return backoff(20ms, 500ms, 7);
}

TEST(LinkFsm, TakesEveryStepThatIsAskedFor)
{
    link_fsm link(
        {.secure = true, .authenticate = true, .speak_resp3 = true, .select = true, .set_name = true}, waits()
    );
    EXPECT_EQ(link.action(), link_action::rest);
    EXPECT_EQ(link.start(), link_action::connect);
    EXPECT_EQ(link.on_done(), link_action::secure);
    EXPECT_EQ(link.on_done(), link_action::authenticate);
    EXPECT_EQ(link.on_done(), link_action::speak_resp3);
    EXPECT_EQ(link.on_done(), link_action::select);
    EXPECT_EQ(link.on_done(), link_action::set_name);
    EXPECT_EQ(link.on_done(), link_action::check);
    EXPECT_FALSE(link.ready());
    EXPECT_EQ(link.on_done(), link_action::serve);
    EXPECT_TRUE(link.ready());
}

TEST(LinkFsm, AsksWhetherThereMayBeTransactions)
{
    link_fsm link({.try_transaction = true}, waits());
    link.start();
    link.on_done();
    EXPECT_EQ(link.on_done(), link_action::try_exec);
    EXPECT_EQ(link.on_done(), link_action::try_multi);
    EXPECT_EQ(link.on_done(), link_action::end_multi);
    EXPECT_EQ(link.on_done(), link_action::serve);
}

TEST(LinkFsm, FollowsAMaster)
{
    link_fsm link({.follow_master = true, .try_transaction = true}, waits());
    EXPECT_EQ(link.start(), link_action::locate);
    EXPECT_EQ(link.on_done(), link_action::connect);
    EXPECT_EQ(link.on_done(), link_action::check);
    EXPECT_EQ(link.on_done(), link_action::verify_role);
    EXPECT_EQ(link.on_failure(), link_action::wait);
    EXPECT_EQ(link.on_waited(), link_action::locate) << "it may be elsewhere by now";
    EXPECT_EQ(link.on_done(), link_action::connect);
    EXPECT_EQ(link.on_done(), link_action::check);
    EXPECT_EQ(link.on_done(), link_action::verify_role);
    EXPECT_EQ(link.on_done(), link_action::try_exec);
}

TEST(LinkFsm, TakesTheWordOfAServerThatMayNotBeAskedForItsRole)
{
    EXPECT_FALSE(
        judge_refusal(link_action::verify_role, "NOPERM this user has no permissions to run the 'role' command")
    );
    EXPECT_FALSE(judge_refusal(link_action::verify_role, "ERR unknown command 'ROLE'"));
    const auto too_old =
        judge_refusal(link_action::speak_resp3, "ERR unknown command `HELLO`, with args beginning with: `3`, ");
    ASSERT_TRUE(too_old);
    EXPECT_EQ(too_old->detail, "it does not speak RESP3, which this needs: ERR unknown command `HELLO`");
    EXPECT_TRUE(judge_refusal(link_action::verify_role, "LOADING Redis is loading the dataset in memory"));
    EXPECT_TRUE(judge_refusal(link_action::verify_role, "ERR max number of clients reached"));
}

TEST(LinkFsm, LeavesOutWhatIsNotNeededAnyMore)
{
    link_fsm link({.try_transaction = true}, waits());
    link.start();
    link.on_done();
    EXPECT_EQ(link.on_done(), link_action::try_exec);
    EXPECT_EQ(link.on_last(), link_action::serve);
    EXPECT_TRUE(link.ready());
}

TEST(LinkFsm, TakesNoRefusalOfATransactionForOneOfTheConnection)
{
    for (const auto step : {link_action::try_exec, link_action::try_multi, link_action::end_multi}) {
        EXPECT_FALSE(judge_refusal(step, "NOPERM this user has no permissions to run the 'exec' command"));
        EXPECT_FALSE(judge_refusal(step, "ERR EXEC without MULTI"));
        EXPECT_TRUE(judge_refusal(step, "LOADING Redis is loading the dataset in memory"));
    }
}

TEST(LinkFsm, SkipsWhatNobodyAskedFor)
{
    link_fsm link({}, waits());
    EXPECT_EQ(link.start(), link_action::connect);
    EXPECT_EQ(link.on_done(), link_action::check);
    EXPECT_EQ(link.on_done(), link_action::serve);
}

TEST(LinkFsm, WaitsLongerFromFailureToFailureAndForgetsThemOnceReady)
{
    link_fsm link({}, waits());
    link.start();
    for (unsigned failure = 1; failure <= 10; ++failure) {
        EXPECT_EQ(link.on_failure(), link_action::wait);
        EXPECT_EQ(link.failures(), failure);
        EXPECT_LE(link.pause(), std::min(500ms, 20ms * (1 << (failure - 1))));
        EXPECT_EQ(link.on_waited(), link_action::connect);
    }
    link.on_done();
    link.on_done();
    EXPECT_TRUE(link.ready());
    EXPECT_EQ(link.failures(), 0u);
}

TEST(LinkFsm, RestsFromAnywhere)
{
    link_fsm link({.authenticate = true}, waits());
    link.start();
    link.on_done();
    EXPECT_EQ(link.rest(), link_action::rest);
    EXPECT_EQ(link.start(), link_action::connect);
}

TEST(LinkRefusal, OfLoginAndDatabaseIsFatal)
{
    for (const auto step : {link_action::authenticate, link_action::select}) {
        const auto refused = judge_refusal(step, "WRONGPASS invalid username-password pair");
        ASSERT_TRUE(refused);
        EXPECT_EQ(refused->code, errc::backend_refused);
        EXPECT_EQ(refused->executed, executed::no);
    }
}

TEST(LinkRefusal, NeverRepeatsWhatAServerQuotesOfTheLogin)
{
    const auto refused = judge_refusal(
        link_action::authenticate, "ERR unknown command 'AUTH', with args beginning with: 'ada' 'hunter2'"
    );
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->detail, "ERR unknown command 'AUTH'");
}

TEST(LinkRefusal, OfTheNameDoesNotMatter)
{
    EXPECT_FALSE(judge_refusal(link_action::set_name, "ERR unknown command 'CLIENT'"));
    EXPECT_FALSE(judge_refusal(link_action::set_name, "NOPERM this user has no permissions"));
    EXPECT_TRUE(judge_refusal(link_action::set_name, "ERR max number of clients reached"));
}

TEST(LinkRefusal, OfThePingMattersWhenNothingElseWouldWork)
{
    EXPECT_TRUE(judge_refusal(link_action::check, "NOAUTH Authentication required."));
    EXPECT_TRUE(judge_refusal(link_action::check, "DENIED Redis is running in protected mode"));
    EXPECT_FALSE(judge_refusal(link_action::check, "NOPERM this user has no permissions to run the 'ping' command"));
    EXPECT_FALSE(judge_refusal(link_action::check, "BUSY Redis is busy running a script"));
}

TEST(LinkRefusal, BecauseOfLoadingIsUnavailability)
{
    const auto refused = judge_refusal(link_action::check, "LOADING Redis is loading the dataset in memory");
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->code, errc::backend_unavailable);
}

}   // namespace
}   // namespace rediserve::redis
