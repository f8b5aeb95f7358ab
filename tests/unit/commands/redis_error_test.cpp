#include "rediserve/commands/redis_error.hpp"

#include <gtest/gtest.h>

namespace rediserve::commands {
namespace {

TEST(RedisError, KnowsTheWrongType)
{
    EXPECT_EQ(redis_failure("WRONGTYPE Operation against a key").code, errc::wrong_type);
}

TEST(RedisError, KnowsWhatTheUserMayNotDo)
{
    EXPECT_EQ(redis_failure("NOPERM this user has no permissions").code, errc::redis_not_permitted);
}

TEST(RedisError, KnowsWhatPasses)
{
    for (const auto* text :
         {"LOADING Redis is loading", "READONLY You can't write", "OOM command not allowed", "BUSY x", "CLUSTERDOWN",
          "MASTERDOWN x", "MISCONF x", "NOREPLICAS x", "TRYAGAIN x"})
        EXPECT_EQ(redis_failure(text).code, errc::redis_not_writable) << text;
}

TEST(RedisError, ComparesWholeWords)
{
    for (const auto* text : {"ERR LOADING", "LOADINGS x", "WRONGTYPES", "OO M", "", " OOM", "oom x"})
        EXPECT_EQ(redis_failure(text).code, errc::redis_error) << text;
}

TEST(RedisError, KeepsRedisOwnText)
{
    EXPECT_EQ(redis_failure("ERR something of its own").detail, "ERR something of its own");
}

}   // namespace
}   // namespace rediserve::commands
