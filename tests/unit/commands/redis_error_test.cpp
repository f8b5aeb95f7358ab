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

TEST(RedisError, SaysThatWhatIsRefusedForNowWasNotRun)
{
    EXPECT_EQ(redis_failure("OOM command not allowed when used memory > 'maxmemory'.").executed, executed::no);
    EXPECT_EQ(redis_failure("MISCONF Redis is configured to save").executed, executed::no);
    EXPECT_EQ(redis_failure("EXECABORT Transaction discarded because of previous errors.").executed, executed::no);
    EXPECT_EQ(redis_failure("ERR something of its own").executed, executed::unsaid);
    EXPECT_EQ(redis_failure("OOM command not allowed. script: 4ca238, on @user_script:1.").executed, executed::unsaid)
        << "what came before it in the script was run";
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
