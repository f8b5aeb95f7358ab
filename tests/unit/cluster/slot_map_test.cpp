#include "cluster/slot_map.hpp"

#include "support/fake_backend.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rediserve::cluster {
namespace {

using test::array;
using test::bulk;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using strings = std::vector<std::string>;

const redis::place asked{"asked.example", 7000};
const std::string nil = "$-1\r\n";

std::string number(std::int64_t value)
{
    return ":" + std::to_string(value) + "\r\n";
}

// A node as Redis 7 describes it.
std::string described(
    const std::string& endpoint, std::int64_t port, const std::string& id, const strings& metadata = {}
)
{
    return array({endpoint, number(port), bulk(id), array(metadata)});
}

std::string simple(int port)
{
    return described(bulk("127.0.0.1"), port, "id" + std::to_string(port));
}

std::string range(std::int64_t first, std::int64_t last, const strings& nodes)
{
    strings all{number(first), number(last)};
    all.insert(all.end(), nodes.begin(), nodes.end());
    return array(all);
}

result<slot_map> parse(const std::string& resp, const redis::node_names& names = {})
{
    result<slot_map> made = error(errc::internal, "not parsed");
    test::with_reply(resp, [&](const redis::reply_view& reply) {
        made = slot_map::parse(reply, asked, names);
        return true;
    });
    return made;
}

slot_map map_of(const strings& ranges)
{
    return parse(array(ranges)).value();
}

std::string place_of(const slot_map& map, std::uint16_t slot)
{
    const node* const owner = map.primary_of(slot);
    return owner ? owner->at.host + ":" + std::to_string(owner->at.port) : "nobody";
}

TEST(SlotMap, SaysWhoServesASlot)
{
    const slot_map map = map_of(
        {range(0, 5460, {simple(7000), simple(7003)}), range(5461, 10922, {simple(7001)}),
         range(10923, 16383, {simple(7002), simple(7004), simple(7005)})}
    );
    EXPECT_TRUE(map.complete());
    EXPECT_EQ(map.served(), slot_count);
    EXPECT_EQ(place_of(map, 0), "127.0.0.1:7000");
    EXPECT_EQ(place_of(map, 5460), "127.0.0.1:7000");
    EXPECT_EQ(place_of(map, 5461), "127.0.0.1:7001");
    EXPECT_EQ(place_of(map, 16383), "127.0.0.1:7002");
    EXPECT_EQ(map.primary_of(0)->id, "id7000");
    EXPECT_EQ(map.nodes().size(), 6U);
    ASSERT_EQ(map.shards().size(), 3U);
    ASSERT_EQ(map.shard_of(16000)->replicas.size(), 2U);
    EXPECT_EQ(map.nodes()[map.shard_of(16000)->replicas[1]].at.port, 7005);
    EXPECT_THAT(map.shard_of(6000)->replicas, IsEmpty());
    EXPECT_EQ(map.find({"127.0.0.1", 7004})->id, "id7004");
    EXPECT_EQ(map.find({"127.0.0.1", 7009}), nullptr);
}

TEST(SlotMap, HasANodeOnceWhateverItServes)
{
    const strings first{simple(7000), simple(7002)};
    const slot_map map =
        map_of({range(0, 10, first), range(20, 20, first), range(11, 19, {simple(7001)}), range(30, 40, first)});
    EXPECT_EQ(map.nodes().size(), 3U);
    EXPECT_EQ(map.shards().size(), 2U);
    EXPECT_EQ(map.shard_of(0), map.shard_of(35));
    EXPECT_EQ(map.served(), 32U);
    EXPECT_FALSE(map.complete());
    EXPECT_EQ(place_of(map, 21), "nobody");
    EXPECT_EQ(map.shard_of(21), nullptr);
}

TEST(SlotMap, OfNothingServesNothing)
{
    EXPECT_FALSE(slot_map().complete());
    EXPECT_EQ(place_of(slot_map(), 0), "nobody");
    const auto empty = parse(array({}));
    ASSERT_TRUE(empty);
    EXPECT_EQ(empty->served(), 0U);
}

TEST(SlotMap, ReadsTheReplyOfRedis3)
{
    const slot_map map = map_of({range(0, 16383, {array({bulk("10.0.0.1"), number(7000)})})});
    EXPECT_EQ(place_of(map, 1), "10.0.0.1:7000");
    EXPECT_EQ(map.primary_of(1)->id, "10.0.0.1:7000");
}

TEST(SlotMap, ANodeWithoutAnAddressIsWhereItWasAsked)
{
    EXPECT_EQ(place_of(map_of({range(0, 1, {described(nil, 7009, "a")})}), 0), "asked.example:7009");
    EXPECT_EQ(place_of(map_of({range(0, 1, {described(bulk(""), 7009, "a")})}), 0), "asked.example:7009");
}

TEST(SlotMap, ANodeOfUnknownAddressIsWhereItsMetadataSay)
{
    const auto place = [](const strings& metadata) {
        return place_of(map_of({range(0, 1, {described(bulk("?"), 7009, "a", metadata)})}), 0);
    };
    EXPECT_EQ(place({bulk("ip"), bulk("10.0.0.9")}), "10.0.0.9:7009");
    EXPECT_EQ(place({bulk("hostname"), bulk("a.example")}), "a.example:7009");
    EXPECT_EQ(place({bulk("hostname"), bulk("a.example"), bulk("ip"), bulk("10.0.0.9")}), "10.0.0.9:7009");
    EXPECT_EQ(place({bulk("hostname"), bulk("")}), "nobody");
    EXPECT_EQ(place({bulk("ip")}), "nobody");
    EXPECT_EQ(place({}), "nobody");
}

TEST(SlotMap, LeavesOutReplicasThatCannotBeReached)
{
    const slot_map map = map_of(
        {range(0, 1, {simple(7000), described(bulk("?"), 7001, "b"), described(bulk("h"), 0, "c"), simple(7003)})}
    );
    ASSERT_EQ(map.shard_of(0)->replicas.size(), 1U);
    EXPECT_EQ(map.nodes()[map.shard_of(0)->replicas[0]].at.port, 7003);
}

TEST(SlotMap, UsesTheNamesThatNodesHaveHere)
{
    const redis::node_names names(
        {{{"Inner.example", 7000}, {"outer.example", 17000}}, {{"asked.example", 7001}, {"x", 1}}}
    );
    const auto map = parse(
        array(
            {range(0, 0, {described(bulk("inner.EXAMPLE"), 7000, "a")}), range(1, 1, {described(nil, 7001, "b")}),
             range(2, 2, {described(bulk("inner.example"), 7002, "c")})}
        ),
        names
    );
    ASSERT_TRUE(map);
    EXPECT_EQ(place_of(*map, 0), "outer.example:17000");
    EXPECT_EQ(place_of(*map, 1), "x:1");
    EXPECT_EQ(place_of(*map, 2), "inner.example:7002") << "it is not listed";
}

TEST(SlotMap, RefusesNonsense)
{
    const strings good{simple(7000)};
    for (const std::string& resp : strings{
             "+OK\r\n", nil, ":1\r\n", array({":1\r\n"}), array({array({})}), array({array({number(0), number(1)})}),
             array({range(-1, 1, good)}), array({range(0, 16384, good)}), array({range(2, 1, good)}),
             array({range(0, 1, good), range(1, 2, good)}), array({array({bulk("0"), bulk("1"), simple(7000)})}),
             array({range(0, 1, {bulk("127.0.0.1:7000")})}), array({range(0, 1, {array({bulk("a")})})}),
             array({range(0, 1, {array({bulk("a"), bulk("7000")})})}),
             array({range(0, 1, {described(":1\r\n", 1, "a")})}),
             array({range(0, 1, {described(bulk("a"), 65536, "a")})}),
             array({range(0, 1, {described(bulk("a"), -1, "a")})}), array({range(0, 1, {described(bulk("a"), 1, "")})}),
             array({range(0, 1, {simple(7000), nil})})}) {
        const auto map = parse(resp);
        ASSERT_FALSE(map) << resp;
        EXPECT_EQ(map.error().code, errc::backend_protocol);
        EXPECT_THAT(map.error().detail, HasSubstr("CLUSTER SLOTS"));
    }
}

TEST(SlotMap, SaysWhyItRefuses)
{
    const auto why = [](const std::string& resp) { return parse(resp).error().detail; };
    EXPECT_THAT(why("-ERR This instance has cluster support disabled\r\n"), HasSubstr("cluster support disabled"));
    EXPECT_THAT(why(array({range(0, 1, {described(bulk("a"), 0, "a")})})), HasSubstr("TLS"));
    EXPECT_THAT(
        why(array({range(0, 0, {described(bulk("a"), 1, "a")}), range(1, 1, {described(bulk("a"), 1, "b")})})),
        HasSubstr("two nodes are at a:1")
    );
}

TEST(SlotMap, ComparesOwners)
{
    const slot_map map = map_of({range(0, 99, {simple(7000), simple(7002)}), range(100, 199, {simple(7001)})});
    const slot_map otherwise_written =
        map_of({range(100, 199, {simple(7001)}), range(0, 49, {simple(7000)}), range(50, 99, {simple(7000)})});
    EXPECT_TRUE(map.same_owners(map));
    EXPECT_TRUE(map.same_owners(otherwise_written)) << "replicas own nothing";
    EXPECT_TRUE(otherwise_written.same_owners(map));
    for (const slot_map& other :
         {slot_map(), map_of({range(0, 98, {simple(7000)}), range(99, 199, {simple(7001)})}),
          map_of({range(0, 99, {simple(7001)}), range(100, 199, {simple(7000)})}),
          map_of({range(0, 199, {simple(7000)})}),
          map_of({range(0, 99, {simple(7002)}), range(100, 199, {simple(7001)})}),
          map_of({range(1, 99, {simple(7000)}), range(100, 200, {simple(7001)})})}) {
        EXPECT_FALSE(map.same_owners(other));
        EXPECT_FALSE(other.same_owners(map));
    }
}

TEST(SlotMap, TellsWhoHasComeAndGone)
{
    const slot_map before = map_of({range(0, 1, {simple(7000), simple(7001)}), range(2, 3, {simple(7002)})});
    const slot_map after =
        map_of({range(0, 3, {simple(7000), simple(7003)}), range(4, 4, {described(bulk("elsewhere"), 7002, "id7002")})}
        );
    const node_changes changes = compare(before, after);
    EXPECT_THAT(changes.left, ElementsAre(node{{"127.0.0.1", 7001}, "id7001"}, node{{"127.0.0.1", 7002}, "id7002"}));
    EXPECT_THAT(changes.came, ElementsAre(node{{"127.0.0.1", 7003}, "id7003"}, node{{"elsewhere", 7002}, "id7002"}));
    EXPECT_THAT(compare(before, before).left, IsEmpty());
    EXPECT_THAT(compare(before, before).came, IsEmpty());
}

}   // namespace
}   // namespace rediserve::cluster
