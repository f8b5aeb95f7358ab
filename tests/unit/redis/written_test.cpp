// What clients have written, who has it, and which replica is asked.
#include "rediserve/redis/written.hpp"

#include "redis/replica_load.hpp"
#include "redis/replication_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const std::string one(40, 'a');
const std::string other(40, 'b');

TEST(Written, GoesThroughItsText)
{
    written seen;
    seen.note({one, 35});
    seen.note({other, UINT64_MAX});
    seen.note_unknown();
    EXPECT_EQ(seen.text(), one + ":z." + other + ":3w5e11264sgsf.?");
    const auto again = written::parse(seen.text());
    EXPECT_THAT(again.points(), ElementsAre(replication_point{one, 35}, replication_point{other, UINT64_MAX}));
    EXPECT_TRUE(again.in_doubt());
}

TEST(Written, IsNothingWhereTheTextIsNone)
{
    for (const std::string text : {"", ".", "....", "x", "??", "aaaa:1", "\xff\xfe:", "nonce-1"})
        EXPECT_TRUE(written::parse(text).nothing()) << text;
    for (const std::string tail : {"", ":", ":-1", ":!", ":1 ", ":3w5e11264sgsg", "0:1"})
        EXPECT_TRUE(written::parse(one + tail).nothing()) << tail;
    EXPECT_TRUE(written::parse(std::string(40, 'G') + ":1").nothing());
    EXPECT_TRUE(written::parse(one + ":1.x").nothing()) << "as a whole";
}

TEST(Written, KeepsTheLatestPointOfEachHistory)
{
    written seen;
    seen.note({one, 5});
    seen.note({one, 3});
    seen.note({other, 1});
    EXPECT_THAT(seen.points(), ElementsAre(replication_point{one, 5}, replication_point{other, 1}));
}

TEST(Written, IsBehindThePointOfTheOnlyPrimary)
{
    written seen;
    seen.note({one, 5});
    seen.note_unknown();
    seen.note_only({other, 9});
    EXPECT_THAT(seen.points(), ElementsAre(replication_point{other, 9}));
    EXPECT_FALSE(seen.in_doubt());
}

TEST(Written, IsInDoubtBeyondItsLimit)
{
    written seen;
    for (std::size_t i = 0; i <= written::most; ++i)
        seen.note({std::to_string(i), 1});
    EXPECT_TRUE(seen.in_doubt());
}

std::string info(std::string_view role, std::string_view history, std::string_view offset, std::string_view more = {})
{
    std::string text = "# Replication\r\nrole:";
    text.append(role).append("\r\nslave_read_repl_offset:999\r\n");
    text.append(role == "slave" ? "slave_repl_offset:" : "master_repl_offset:").append(offset);
    return text.append("\r\nmaster_replid:").append(history).append("\r\n").append(more);
}

bool has(const std::string& said, const written& seen)
{
    const auto state = replication_state::parse(said);
    return state && state->has(seen);
}

TEST(ReplicationState, HasWhatIsInItsHistoryUpToItsOffset)
{
    written seen;
    seen.note({one, 10});
    EXPECT_TRUE(has(info("slave", one, "10"), seen));
    EXPECT_TRUE(has(info("master", one, "11"), seen));
    EXPECT_FALSE(has(info("slave", one, "9"), seen));
    EXPECT_FALSE(has(info("slave", other, "99"), seen)) << "another history";
    EXPECT_FALSE(has(info("slave", one, "-1"), seen));
    EXPECT_FALSE(has("", seen));
    seen.note_unknown();
    EXPECT_FALSE(has(info("slave", one, "10"), seen));
    EXPECT_TRUE(has(info("slave", one, "0"), {})) << "of nothing";
}

TEST(ReplicationState, HasWhatWasWrittenBeforeAFailOver)
{
    written seen;
    seen.note({one, 10});
    const auto parted_at = [](std::string_view offset) {
        return "master_replid2:" + one + "\r\nsecond_repl_offset:" + std::string(offset) + "\r\n";
    };
    EXPECT_TRUE(has(info("slave", other, "20", parted_at("11")), seen));
    EXPECT_FALSE(has(info("slave", other, "20", parted_at("10")), seen));
    EXPECT_FALSE(has(info("slave", other, "20", parted_at("-1")), seen));
}

TEST(ReplicationState, ListsReplicasThatAreInStep)
{
    const auto state = replication_state::parse(info(
        "master", one, "1",
        "connected_slaves:3\r\n"
        "slave0:ip=10.0.0.1,port=6380,state=online,offset=14,lag=1\r\n"
        "slave1:ip=10.0.0.2,port=6380,state=wait_bgsave,offset=0,lag=0\r\n"
        "slave2:ip=db.example,port=6381,state=online,offset=14,lag=1\r\n"
        "slave3:ip=,port=x,state=online\r\nslave_priority:100\r\n"
    ));
    ASSERT_TRUE(state);
    EXPECT_THAT(state->replicas, ElementsAre(place{"10.0.0.1", 6380}, place{"db.example", 6381}));
}

TEST(ReplicaLoad, PrefersTheNearestAndTheLeastLoaded)
{
    replica_load near;
    replica_load far;
    const steady_time now{1h};
    near.begin(now);
    near.answered(now, 1ms);
    far.begin(now);
    far.answered(now, 3ms);
    EXPECT_LT(near.score(), far.score());
    for (int i = 0; i < 4; ++i)
        near.begin(now);
    EXPECT_GT(near.score(), far.score());
}

TEST(ReplicaLoad, LeavesOutWhatHasFailedOrOwesAnAnswer)
{
    replica_load load;
    const steady_time now{1h};
    EXPECT_TRUE(load.usable(now));
    load.begin(now);
    EXPECT_TRUE(load.usable(now + 40ms));
    EXPECT_FALSE(load.usable(now + 60ms));
    load.failed(now + 60ms);
    EXPECT_FALSE(load.usable(now + 900ms));
    EXPECT_TRUE(load.usable(now + 2s));
}

}   // namespace
}   // namespace rediserve::redis
