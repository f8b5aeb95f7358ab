// SCAN over the primaries of a real cluster: its cursors fit, and lead to every key.
#include "cluster/scan_cursor.hpp"
#include "support/redis_cluster.hpp"

#include <hiredis/hiredis.h>

#include <gtest/gtest.h>

#include <charconv>
#include <memory>
#include <set>
#include <sstream>
#include <string>

namespace rediserve::cluster {
namespace {

constexpr int keys = 3000;

class ClusterScan : public testing::Test
{
protected:
    slot_map map() const
    {
        using context = std::unique_ptr<redisContext, decltype(&redisFree)>;
        using reply = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;
        const context connection(redisConnect("127.0.0.1", cluster_.port(0)), redisFree);
        const reply got(static_cast<redisReply*>(redisCommand(connection.get(), "CLUSTER SLOTS")), freeReplyObject);
        return slot_map::parse(redis::reply_view(got.get()), {"127.0.0.1", cluster_.port(0)}, {}).value();
    }
    std::size_t number_of(const node& one) const
    {
        std::size_t number = 0;
        while (cluster_.port(number) != one.at.port)
            ++number;
        return number;
    }
    std::vector<migration> open(const slot_map& of) const
    {
        std::vector<migration> all;
        for (const node& one : of.nodes()) {
            const auto own = read_migrations(cluster_.ask(number_of(one), {"CLUSTER", "NODES"})).value();
            all.insert(all.end(), own.begin(), own.end());
        }
        return all;
    }
    // One page; false: it was the last one.
    bool page(std::uint64_t& cursor, std::set<std::string>& found) const
    {
        const slot_map now = map();
        const scan_plan plan(now, open(now));
        const scan_position at = plan.read(cursor).value();
        const auto asked = number_of(now.nodes()[plan.visits()[at.visit]]);
        std::istringstream reply(cluster_.ask(asked, {"SCAN", std::to_string(at.cursor), "COUNT", "200"}));
        std::string line;
        std::getline(reply, line);
        std::uint64_t next = 0;
        std::from_chars(line.data(), line.data() + line.size(), next);
        while (std::getline(reply, line))
            found.insert(line);
        cursor = plan.after(at, next).value();
        return cursor != 0;
    }

    test::redis_cluster cluster_;
};

TEST_F(ClusterScan, FindsEveryKeyWhileSlotsMove)
{
    const slot_map before = map();
    for (int i = 0; i < keys; ++i) {
        const std::string key = "key" + std::to_string(i);
        ASSERT_EQ(cluster_.ask(number_of(*before.primary_of(slot_of(key))), {"SET", key, "1"}), "OK");
    }
    const auto half_way = slot_of("key1");
    const auto moved = slot_of("key2");
    const auto other = [&](std::uint16_t slot) { return (cluster_.owner(slot) + 1) % 3; };
    std::set<std::string> found;
    std::uint64_t cursor = 0;
    int pages = 0;
    while (page(cursor, found)) {
        ++pages;
        if (pages == 4)
            cluster_.begin_migration(half_way, other(half_way));
        else if (pages == 8)
            cluster_.move_keys(half_way);
        else if (pages == 12)
            cluster_.move_slot(moved, other(moved));
    }
    EXPECT_GT(pages, 12);
    EXPECT_EQ(found.size(), static_cast<std::size_t>(keys));
}

}   // namespace
}   // namespace rediserve::cluster
