// Slots that move, and are on their way.
#include "integration/cluster_backend_fixture.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

namespace rediserve::cluster {
namespace {

using namespace std::chrono_literals;
using redis::batch;
using redis::outcome;

class ClusterMoves : public ClusterTest
{
protected:
    void SetUp() override
    {
        ClusterTest::SetUp();
        join();
        slot = cluster().slot("{t}");
        from = cluster().owner(slot);
        to = cluster().primary(from == cluster().primary(0) ? 1 : 0);
    }
    void TearDown() override
    {
        if (moving)
            cluster().cancel_migration(slot);
        if (cluster().owner(slot) != from)
            cluster().move_slot(slot, from);
    }
    void begin()
    {
        cluster().begin_migration(slot, to);
        moving = true;
    }

    std::uint16_t slot = 0;
    std::size_t from = 0;
    std::size_t to = 0;
    bool moving = false;
};

TEST_F(ClusterMoves, AreFollowed)
{
    EXPECT_EQ(ask(batch::of("INCR", "{t}n")), ":1");
    cluster().move_slot(slot, to);
    EXPECT_EQ(ask(batch::of("INCR", "{t}n")), ":2");
    batch pipeline;
    pipeline.add("INCR", "{t}n").add("INCR", key_of(2)).add("GET", "{t}n");
    EXPECT_EQ(ask(std::move(pipeline)), ":3, :1, 3");
    batch transaction;
    transaction.add("MULTI").add("INCR", "{t}n").add("INCR", "{t}n").add("EXEC");
    EXPECT_EQ(ask(std::move(transaction)), "+OK, +QUEUED, +QUEUED, [:4 :5]");
}

TEST_F(ClusterMoves, OfATransactionAreFollowedAsAWhole)
{
    cluster().move_slot(slot, to);
    batch transaction;
    transaction.add("MULTI").add("INCR", "{t}n").add("INCR", "{t}n").add("EXEC");
    EXPECT_EQ(ask(std::move(transaction)), "+OK, +QUEUED, +QUEUED, [:1 :2]");
}

TEST_F(ClusterMoves, LeaveKeysWhereTheyCanBeAskedFor)
{
    ask(batch::of("SET", "{t}stays", "1"));
    ask(batch::of("SET", "{t}goes", "2"));
    begin();
    cluster().move_key("{t}goes");
    EXPECT_EQ(ask(batch::of("GET", "{t}stays")), "1");
    EXPECT_EQ(ask(batch::of("GET", "{t}goes")), "2");
    EXPECT_EQ(ask(batch::of("INCR", "{t}new")), ":1") << "which is made where the slot goes";
    EXPECT_EQ(cluster().ask(to, {"CLUSTER", "COUNTKEYSINSLOT", std::to_string(slot)}), "2");
    batch pipeline;
    pipeline.add("GET", "{t}goes")
        .add("GET", "{t}stays")
        .add("INCR", "{t}new")
        .add("GET", "{t}new")
        .add("SET", key_of(2), "x");
    EXPECT_EQ(ask(std::move(pipeline)), "2, 1, :2, 2, +OK");
}

TEST_F(ClusterMoves, OfSomeKeysOfACommandAreWaitedOut)
{
    ask(batch::of("MSET", "{t}a", "1", "{t}b", "2"));
    begin();
    cluster().move_key("{t}a");
    outcome both;
    submit(both, batch::of("MGET", "{t}a", "{t}b"), {.read_only = true});
    EXPECT_FALSE(turn_until([&] { return both.over(); }, 200ms)) << "neither node has both";
    cluster().end_migration(slot);
    moving = false;
    ASSERT_TRUE(turn_until([&] { return both.over(); }));
    EXPECT_EQ(both.text(), "[1 2]");
}

TEST_F(ClusterMoves, AreWaitedOutUntilTheDeadline)
{
    ask(batch::of("MSET", "{t}a", "1", "{t}b", "2"));
    begin();
    cluster().move_key("{t}a");
    EXPECT_EQ(ask(batch::of("MGET", "{t}a", "{t}b"), {.until = std::chrono::steady_clock::now() + 300ms}), "400 no");
}

// Pages through SCAN as a client does, with something between the pages.
std::map<std::string, int> scan(
    const std::function<std::string(const std::string& cursor)>& ask, const std::function<void(int page)>& between
)
{
    std::map<std::string, int> seen;
    std::string cursor = "0";
    int page = 0;
    do {
        const std::string reply = ask(cursor);   // "[cursor [a b]]"
        const auto end = reply.find(' ');
        cursor = reply.substr(1, end - 1);
        std::string keys = reply.substr(end + 2, reply.size() - end - 4);
        for (std::size_t at = 0; at < keys.size();) {
            const auto next = std::min(keys.find(' ', at), keys.size());
            ++seen[keys.substr(at, next - at)];
            at = next + 1;
        }
        between(page++);
    } while (cursor != "0" && page < 2000);
    EXPECT_EQ(cursor, "0") << "it does not end";
    return seen;
}

class ClusterScans : public ClusterMoves
{
protected:
    void SetUp() override
    {
        ClusterMoves::SetUp();
        batch sets;
        for (int i = 0; i < keys; ++i)
            sets.add("SET", i % 10 == 0 ? "{t}" + std::to_string(i) : "k" + std::to_string(i), i);
        ask(std::move(sets));
    }
    std::string page(const std::string& cursor) { return ask(batch::of("SCAN", cursor, "COUNT", "20")); }

    static constexpr int keys = 500;
};

TEST_F(ClusterScans, SeesEveryKeyOnce)
{
    const auto seen = scan([&](const auto& cursor) { return page(cursor); }, [](int) {});
    EXPECT_EQ(seen.size(), 500u);
    EXPECT_TRUE(std::ranges::all_of(seen, [](const auto& each) { return each.second == 1; }));
}

TEST_F(ClusterScans, MissesNothingThatMovesMeanwhile)
{
    const auto seen = scan(
        [&](const auto& cursor) { return page(cursor); },
        [&](int page) {
            if (page == 10)
                cluster().move_slot(slot, to);
            if (page == 20)
                cluster().move_slot(slot, from);
        }
    );
    EXPECT_EQ(seen.size(), 500u);
}

TEST_F(ClusterScans, MissesNothingThatIsOnItsWay)
{
    const auto seen = scan(
        [&](const auto& cursor) { return page(cursor); },
        [&](int page) {
            if (page == 5)
                begin();
            if (page > 5 && page < 25)
                cluster().move_key("{t}" + std::to_string((page - 5) * 10));
        }
    );
    EXPECT_EQ(seen.size(), 500u);
}

TEST_F(ClusterScans, RefusesWhatIsNoCursor)
{
    EXPECT_EQ(page("x"), "-ERR invalid cursor");
    EXPECT_EQ(ask(batch::of("SCAN")), "-ERR wrong number of arguments for 'scan' command");
}

}   // namespace
}   // namespace rediserve::cluster
