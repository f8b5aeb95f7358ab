#include "redis/lease_state.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace rediserve::redis {
namespace {

bool clean_after(std::initializer_list<std::string_view> commands)
{
    lease_state state;
    for (const auto name : commands)
        state.sent(name);
    return state.clean();
}

TEST(LeaseState, IsCleanAfterOrdinaryAndBlockingCommands)
{
    EXPECT_TRUE(clean_after({}));
    EXPECT_TRUE(clean_after({"GET", "BLPOP", "XREAD"}));
}

TEST(LeaseState, IsCleanOnceATransactionIsOver)
{
    EXPECT_TRUE(clean_after({"WATCH", "GET", "MULTI", "SET", "EXEC"}));
    EXPECT_TRUE(clean_after({"watch", "multi", "discard"}));
    EXPECT_TRUE(clean_after({"WATCH", "UNWATCH"}));
}

TEST(LeaseState, IsNotCleanWhileKeysAreWatchedOrATransactionIsOpen)
{
    EXPECT_FALSE(clean_after({"WATCH", "GET"}));
    EXPECT_FALSE(clean_after({"MULTI"}));
    EXPECT_FALSE(clean_after({"WATCH", "MULTI", "UNWATCH"}));
}

TEST(LeaseState, IsNeverCleanAgainOnceTheConnectionWasChanged)
{
    for (const auto name : {"SELECT", "auth", "HELLO", "SUBSCRIBE", "MONITOR", "CLIENT", "RESET", "READONLY"})
        EXPECT_FALSE(clean_after({name, "EXEC", "UNWATCH", "DISCARD"})) << name;
}

}   // namespace
}   // namespace rediserve::redis
