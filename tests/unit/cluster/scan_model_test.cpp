// Scans over a model of a cluster whose slots move meanwhile: no key may be missed.
#include "cluster/scan_cursor.hpp"
#include "unit/cluster/replies.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace rediserve::cluster {
namespace {

constexpr std::uint64_t buckets = 16;   // of each node's hash table
constexpr int pages_until_it_settles = 150;

// Slots 0 to 11 are on three nodes, with a few keys each, numbered; key n is in slot n % 12.
class model
{
public:
    explicit model(unsigned seed) : random_(seed)
    {
        for (int key = 0; key < keys; ++key)
            holder_[key] = owners_[static_cast<std::size_t>(key % slots)];
    }

    static constexpr int slots = 12;
    static constexpr int keys = 60;

    const slot_map& map()
    {
        if (map_.served() > 0)
            return map_;
        test::strings ranges;
        for (std::size_t slot = 0; slot < slots; ++slot) {
            const auto number = static_cast<std::int64_t>(slot);
            const auto owner = owners_[slot];
            const auto port = test::number(7000 + owner);
            const auto node = test::array({test::bulk("h"), port, test::bulk(id(owner)), test::array({})});
            ranges.push_back(test::array({test::number(number), test::number(number), node}));
        }
        rediserve::test::with_reply(test::array(ranges), [&](const redis::reply_view& reply) {
            map_ = slot_map::parse(reply, {"h", 7000}, {}).value();
            return true;
        });
        return map_;
    }
    std::vector<migration> open() const
    {
        std::vector<migration> all;
        for (const auto& [slot, to] : moving_)
            all.push_back({static_cast<std::uint16_t>(slot), id(owners_[static_cast<std::size_t>(slot)]), id(to)});
        return all;
    }

    // A page of SCAN at a node: one bucket of its hash table.
    std::uint64_t page(const std::string& node, std::uint64_t cursor, std::set<int>& found) const
    {
        for (const auto& [key, holder] : holder_)
            if (id(holder) == node && static_cast<std::uint64_t>(key * 7919 % 31) % buckets == cursor)
                found.insert(key);
        return (cursor + 1) % buckets;
    }

    // A slot begins to move, some keys of one do, or one has moved.
    void act()
    {
        const int slot = static_cast<int>(random_() % slots);
        const auto moving = moving_.find(slot);
        if (moving == moving_.end())
            begin(slot);
        else if (random_() % 3 == 0)
            end(slot, moving->second);
        else
            move_some(slot, moving->second);
    }
    void begin_somewhere() { begin(static_cast<int>(random_() % slots)); }
    // Of a slot that moves, to where it moves.
    void move_a_key()
    {
        const int key = static_cast<int>(random_() % keys);
        if (const auto moving = moving_.find(key % slots); moving != moving_.end())
            holder_[key] = moving->second;
    }
    bool chance(unsigned one_in) { return random_() % one_in == 0; }

private:
    static std::string id(int node) { return std::string(1, static_cast<char>('a' + node)); }

    void begin(int slot)
    {
        const int to = static_cast<int>(random_() % 3);
        if (to != owners_[static_cast<std::size_t>(slot)])
            moving_[slot] = to;
    }
    void move_some(int slot, int to)
    {
        for (int key = slot; key < keys; key += slots)
            if (chance(2))
                holder_[key] = to;
    }
    void end(int slot, int to)
    {
        for (int key = slot; key < keys; key += slots)
            holder_[key] = to;
        owners_[static_cast<std::size_t>(slot)] = to;
        moving_.erase(slot);
        map_ = {};   // to be made anew
    }

    std::mt19937 random_;
    slot_map map_;
    std::vector<int> owners_ = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2};
    std::map<int, int> holder_;   // of each key
    std::map<int, int> moving_;   // slots, and where they move to
};

enum class meanwhile { keys_move, slots_move };

// Keys found by a client that follows the cursors.
std::set<int> scan(model& cluster, meanwhile what)
{
    std::set<int> found;
    std::uint64_t cursor = 0;
    int pages = 0;
    do {
        const slot_map& map = cluster.map();
        const scan_plan plan(map, cluster.open());
        const scan_position at = plan.read(cursor).value();
        const std::string& node = map.nodes()[plan.visits()[at.visit]].id;
        cursor = plan.after(at, cluster.page(node, at.cursor, found)).value();
        if (what == meanwhile::keys_move)
            cluster.move_a_key();
        else if (++pages < pages_until_it_settles && cluster.chance(20))
            cluster.act();
    } while (cursor != 0);
    return found;
}

TEST(ScanModel, FindsAllKeysWhileTheyMove)
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        model cluster(seed);
        for (int i = 0; i < 8; ++i)
            cluster.begin_somewhere();
        EXPECT_EQ(scan(cluster, meanwhile::keys_move).size(), model::keys) << seed;
    }
}

TEST(ScanModel, FindsAllKeysWhileSlotsMove)
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        model cluster(seed);
        EXPECT_EQ(scan(cluster, meanwhile::slots_move).size(), model::keys) << seed;
    }
}

}   // namespace
}   // namespace rediserve::cluster
