#include "cluster/scan_cursor.hpp"

#include "unit/cluster/replies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace rediserve::cluster {
namespace {

using test::array;
using test::bulk;
using test::number;
using testing::ElementsAre;

// One slot range for each id, as wide as the others.
slot_map map_of(const test::strings& ids)
{
    test::strings ranges;
    const auto width = static_cast<std::int64_t>(slot_count / ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto first = static_cast<std::int64_t>(i) * width;
        const auto port = static_cast<std::int64_t>(7000 + i);
        ranges.push_back(array(
            {number(first), number(first + width - 1),
             array({bulk("127.0.0.1"), number(port), bulk(ids[i]), array({})})}
        ));
    }
    slot_map made;
    rediserve::test::with_reply(array(ranges), [&](const redis::reply_view& reply) {
        made = slot_map::parse(reply, {"127.0.0.1", 7000}, {}).value();
        return true;
    });
    return made;
}

test::strings visited(const slot_map& map, const scan_plan& plan)
{
    test::strings ids;
    for (const std::size_t index : plan.visits())
        ids.push_back(map.nodes()[index].id);
    return ids;
}

std::uint64_t after(const scan_plan& plan, const scan_position& at, std::uint64_t next)
{
    return plan.after(at, next).value();
}

TEST(ScanCursor, LeadsFromNodeToNode)
{
    const slot_map map = map_of({"c", "a", "b"});
    const scan_plan plan(map);
    EXPECT_THAT(visited(map, plan), ElementsAre("a", "b", "c"));
    EXPECT_EQ(*plan.read(0), (scan_position{0, 0}));
    const auto first = after(plan, {0, 0}, 17);
    EXPECT_EQ(*plan.read(first), (scan_position{0, 17}));
    const auto second = after(plan, {0, 17}, 0);
    EXPECT_EQ(*plan.read(second), (scan_position{1, 0}));
    const auto third = after(plan, {1, 0}, 0);
    EXPECT_EQ(*plan.read(third), (scan_position{2, 0}));
    EXPECT_EQ(after(plan, {2, 0}, 0), 0U) << "the end";
}

TEST(ScanCursor, IsNeverNoneBeforeTheEnd)
{
    for (int i = 0; i < 300; ++i) {
        const slot_map map = map_of({"a" + std::to_string(i), "b"});
        EXPECT_NE(after(scan_plan(map), {0, 0}, 0), 0U);
    }
}

TEST(ScanCursor, HoldsLargeCursorsOfNodes)
{
    const slot_map three = map_of({"a", "b", "c"});
    const scan_plan plan(three);
    const std::uint64_t largest = (std::uint64_t{1} << 42) - 1;
    EXPECT_EQ(*plan.read(after(plan, {2, 0}, largest)), (scan_position{2, largest}));
    const auto beyond = plan.after({2, 0}, largest + 1);
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().code, errc::backend_protocol);
    EXPECT_FALSE(plan.after({0, 0}, ~std::uint64_t{0}));
}

TEST(ScanCursor, HoldsTheMostNodesThatAClusterHas)
{
    test::strings ids;
    for (int i = 0; i < 1000; ++i)
        ids.push_back("node" + std::to_string(i));
    const slot_map map = map_of(ids);
    const scan_plan plan(map);
    const std::uint64_t largest = (std::uint64_t{1} << 34) - 1;
    EXPECT_EQ(*plan.read(after(plan, {999, 0}, largest)), (scan_position{999, largest}));
    EXPECT_FALSE(plan.after({999, 0}, largest + 1));
}

TEST(ScanCursor, OfOneNodeLeavesItsCursorAllTheRoom)
{
    const slot_map map = map_of({"a"});
    const scan_plan plan(map);
    const std::uint64_t largest = (std::uint64_t{1} << 44) - 1;
    EXPECT_EQ(*plan.read(after(plan, {0, 0}, largest)), (scan_position{0, largest}));
    EXPECT_EQ(after(plan, {0, 5}, 0), 0U);
}

TEST(ScanCursor, BeginsAnewWhenOwnersHaveChanged)
{
    const slot_map before = map_of({"a", "b", "c"});
    const auto given = after(scan_plan(before), {1, 0}, 99);
    std::set<std::uint64_t> fingerprints{given >> 44};
    const std::vector<migration> open{{5, "a", "b"}};
    const std::vector<migration> other{{6, "a", "b"}};
    for (const scan_plan& plan :
         {scan_plan(map_of({"a", "b"})), scan_plan(map_of({"a", "b", "d"})), scan_plan(map_of({"b", "a", "c"})),
          scan_plan(before, open), scan_plan(before, other)}) {
        EXPECT_EQ(*plan.read(given), scan_position{});
        fingerprints.insert(after(plan, {0, 0}, 1) >> 44);
    }
    EXPECT_EQ(fingerprints.size(), 6U);
    EXPECT_EQ(*scan_plan(before).read(given), (scan_position{1, 99}));
}

TEST(ScanCursor, DoesNotCareHowMigrationsAreListed)
{
    const slot_map map = map_of({"a", "b", "c"});
    const std::vector<migration> listed{{5, "a", "b"}, {9, "c", "a"}};
    const std::vector<migration> otherwise{{9, "c", "a"}, {5, "a", "b"}, {9, "c", "a"}};
    EXPECT_EQ(after(scan_plan(map, listed), {0, 0}, 1), after(scan_plan(map, otherwise), {0, 0}, 1));
}

TEST(ScanCursor, RefusesWhatNoScanHasGiven)
{
    const slot_map map = map_of({"a", "b", "c"});
    const scan_plan plan(map);
    const auto fingerprint = after(plan, {0, 0}, 1) >> 44 << 44;
    const auto read = plan.read(fingerprint | std::uint64_t{3} << 42);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::bad_request);
}

// Keys that move from a node that is visited later to one that was visited already would be missed.
TEST(ScanPlan, VisitsAgainWhereKeysCome)
{
    const slot_map map = map_of({"a", "b", "c"});
    const auto visits = [&](const std::vector<migration>& open) { return visited(map, scan_plan(map, open)); };
    EXPECT_THAT(visits({{1, "a", "b"}, {2, "a", "c"}}), ElementsAre("a", "b", "c"));
    EXPECT_THAT(visits({{1, "b", "a"}}), ElementsAre("a", "b", "c", "a"));
    EXPECT_THAT(visits({{1, "b", "a"}, {2, "c", "a"}, {3, "a", "b"}}), ElementsAre("a", "b", "c", "a"));
    EXPECT_THAT(visits({{1, "b", "a"}, {2, "c", "b"}}), ElementsAre("a", "b", "c", "a", "b"));
}

TEST(ScanPlan, OfNothingVisitsNothing)
{
    EXPECT_TRUE(scan_plan(slot_map()).visits().empty());
}

}   // namespace
}   // namespace rediserve::cluster
