#include "cluster/split.hpp"

#include "cluster/slots.hpp"
#include "unit/cluster/replies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace rediserve::cluster {
namespace {

using test::array;
using test::bulk;
using test::nil;
using test::number;
using testing::ElementsAre;
using testing::HasSubstr;

using words = std::vector<std::string_view>;

// {a}, {b} and {c} are in three slots.
const words mget{"mget", "{c}1", "{a}1", "{b}1", "{a}2", "{c}1"};

split split_of(const words& command)
{
    auto made = split::of(command);
    EXPECT_TRUE(made) << command.front();
    return std::move(*made);
}

words command_of(const split& what, std::size_t part, const words& command)
{
    static redis::batch made;
    made.clear();
    what.add(what.parts()[part], command, made);
    words got;
    made.words(0, got);
    return got;
}

// The part with the keys of `tag`.
std::size_t part_of(const split& what, std::string_view tag)
{
    const auto parts = what.parts();
    return static_cast<std::size_t>(std::ranges::find(parts, slot_of(tag), &split::part::slot) - parts.begin());
}

TEST(Split, IsForCommandsWhoseKeysHaveNothingToDoWithEachOther)
{
    for (const char* const name : {"mget", "MSET", "Del", "unlink", "EXISTS", "touch"})
        EXPECT_TRUE(split::possible(name)) << name;
    for (const char* const name : {"msetnx", "get", "", "sunion", "pfcount", "json.mget", "mge", "watch"})
        EXPECT_FALSE(split::possible(name)) << name;
    EXPECT_FALSE(split::of(words{"msetnx", "a", "1", "b", "2"}));
}

TEST(Split, LeavesWhatIsWrongToRedis)
{
    for (const words& command :
         std::vector<words>{{}, {"mget"}, {"del"}, {"mset"}, {"mset", "a"}, {"mset", "a", "1", "b"}})
        EXPECT_FALSE(split::of(command));
}

TEST(Split, HasAPartForEachSlot)
{
    const split made = split_of(mget);
    ASSERT_EQ(made.parts().size(), 3U);
    EXPECT_EQ(made.keys(), 5U);
    EXPECT_TRUE(std::ranges::is_sorted(made.parts(), {}, &split::part::slot));
    EXPECT_THAT(command_of(made, part_of(made, "a"), mget), ElementsAre("mget", "{a}1", "{a}2"));
    EXPECT_THAT(command_of(made, part_of(made, "b"), mget), ElementsAre("mget", "{b}1"));
    EXPECT_THAT(command_of(made, part_of(made, "c"), mget), ElementsAre("mget", "{c}1", "{c}1"));
    EXPECT_EQ(split_of({"del", "{a}1", "{a}2"}).parts().size(), 1U);
}

TEST(Split, KeepsKeysAndTheirValuesInOrder)
{
    const words mset{"MSET", "{b}", "1", "{a}", "2", "{b}", "3", "{b}2", "4"};
    const split made = split_of(mset);
    ASSERT_EQ(made.parts().size(), 2U);
    EXPECT_THAT(command_of(made, part_of(made, "a"), mset), ElementsAre("MSET", "{a}", "2"));
    EXPECT_THAT(command_of(made, part_of(made, "b"), mset), ElementsAre("MSET", "{b}", "1", "{b}", "3", "{b}2", "4"))
        << "the last value of a key is the one that stays";
}

TEST(Split, PutsValuesBackWhereTheyWereAskedFor)
{
    const split made = split_of(mget);
    std::map<std::size_t, std::string> by_part{
        {part_of(made, "a"), array({bulk("a1"), nil})},
        {part_of(made, "b"), array({bulk("b1")})},
        {part_of(made, "c"), array({bulk("c1"), bulk("c1")})},
    };
    const redis::reply_tree all = made.join(test::replies({by_part[0], by_part[1], by_part[2]}));
    EXPECT_EQ(test::written(all.view()), array({bulk("c1"), bulk("a1"), bulk("b1"), nil, bulk("c1")}));
}

TEST(Split, CountsAndSucceeds)
{
    const auto joined = [](const words& command, const test::strings& resp) {
        return test::written(split_of(command).join(test::replies(resp)).view());
    };
    EXPECT_EQ(joined({"DEL", "{a}", "{b}", "{c}"}, {number(1), number(0), number(1)}), number(2));
    EXPECT_EQ(joined({"exists", "{a}", "{b}"}, {number(1), number(2)}), number(3));
    EXPECT_EQ(joined({"mset", "{a}", "1", "{b}", "2"}, {"+OK\r\n", "+OK\r\n"}), "+OK\r\n");
}

TEST(Split, AnErrorOfAPartIsTheOutcome)
{
    for (const words& command :
         std::vector<words>{{"mget", "{a}", "{b}"}, {"del", "{a}", "{b}"}, {"mset", "{a}", "", "{b}", ""}})
        EXPECT_EQ(test::written(split_of(command).join(test::replies({number(1), "-OOM x\r\n"})).view()), "-OOM x\r\n");
}

TEST(Split, SaysWhenRepliesHaveAnotherForm)
{
    const auto joined = [](const words& command, const test::strings& resp) {
        return test::written(split_of(command).join(test::replies(resp)).view());
    };
    EXPECT_THAT(joined({"mget", "{a}", "{b}"}, {array({nil, nil}), array({nil})}), HasSubstr("do not go together"));
    EXPECT_THAT(joined({"mget", "{a}", "{b}"}, {array({nil}), nil}), HasSubstr("do not go together"));
    EXPECT_THAT(joined({"del", "{a}", "{b}"}, {number(1), nil}), HasSubstr("do not go together"));
}

TEST(Split, ManyKeysAreAllThere)
{
    std::vector<std::string> keys;
    for (int i = 0; i < 20000; ++i)
        keys.push_back("key" + std::to_string(i));
    words command{"MGET"};
    command.insert(command.end(), keys.begin(), keys.end());
    const split made = split_of(command);
    std::vector<bool> seen(keys.size());
    for (const split::part& one : made.parts())
        for (std::size_t i = 0; i < one.count; ++i) {
            EXPECT_EQ(slot_of(keys[made.key(one, i)]), one.slot);
            seen[made.key(one, i)] = true;
        }
    EXPECT_TRUE(std::ranges::all_of(seen, [](bool is) { return is; }));
}

}   // namespace
}   // namespace rediserve::cluster
