#include "rediserve/commands/key_spec.hpp"

#include "support/known_commands.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace rediserve::commands {
namespace {

using test::described;
using test::strings;
using words = std::vector<std::string_view>;

const strings reads = {"RO", "access"};
const strings writes = {"OW", "update"};

// Of a server with one command: "user:1=r user:2=w", then "hidden", then "more".
std::string keys_in(const std::string& description, const words& command)
{
    const auto table = test::table_of({description});
    const command_info* const known = table ? table->resolve(command) : nullptr;
    if (!known)
        return "unknown";
    const touched_keys found = find_keys(known->keys, command);
    std::string text;
    for (const auto& [at, access] : found.places) {
        constexpr std::array<std::string_view, 4> letters = {"", "r", "w", "rw"};
        text += std::string(text.empty() ? "" : " ") + std::string(command.at(at)) + "=";
        text += letters.at(static_cast<std::size_t>(access));
    }
    return text + (found.hidden ? " hidden" : "") + (found.reads_more ? " more" : "");
}

// As Redis 6 describes it.
std::string described_before_7(const std::string& name, const strings& flags, int first, int last, int step)
{
    return test::array(
        {test::bulk(name), test::number(-1), test::bulks(flags), test::number(first), test::number(last),
         test::number(step), test::bulks({})}
    );
}

TEST(KeySpecs, KeysStandAtAPosition)
{
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys(reads)}}), {"x", "a", "b"}), "a=r");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys({"RO"}, 2)}}), {"x", "a", "b"}), "b=");
    EXPECT_EQ(
        keys_in(described({"x", {}, {}, {test::keys(reads), test::keys(writes, 2)}}), {"x", "a", "b"}), "a=r b=w"
    );
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys({"RW", "access", "delete"})}}), {"x", "a"}), "a=rw");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys({"RW", "insert"})}}), {"x", "a"}), "a=w");
}

TEST(KeySpecs, KeysStandInARow)
{
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys(reads, 1, -1)}}), {"x", "a", "b"}), "a=r b=r");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys(reads, 1, -2)}}), {"x", "a", "b", "9"}), "a=r b=r");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys(writes, 1, -1, 2)}}), {"x", "a", "1", "b", "2"}), "a=w b=w");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys(reads, 1, 1)}}), {"x", "a", "b", "c"}), "a=r b=r");
}

TEST(KeySpecs, AWordSaysHowManyThereAre)
{
    const std::string counted = described({"x", {}, {}, {test::counted_keys(reads, 1)}});
    EXPECT_EQ(keys_in(counted, {"x", "2", "a", "b", "c"}), "a=r b=r");
    EXPECT_EQ(keys_in(counted, {"x", "0", "a"}), "");
    for (const char* const count : {"3", "-1", "", "a", "1 ", "99999999999999999999"})
        EXPECT_EQ(keys_in(counted, {"x", count, "a", "b"}), " hidden") << count;
    EXPECT_EQ(keys_in(counted, {"x"}), " hidden");
}

TEST(KeySpecs, KeysStandBehindAWord)
{
    const std::string behind = described({"x", {}, {}, {test::keys_behind(writes, "STORE", 2, 0)}});
    EXPECT_EQ(keys_in(behind, {"x", "a", "store", "b"}), "b=w");
    EXPECT_EQ(keys_in(behind, {"x", "STORE", "b"}), "") << "it is looked for from the second word on";
    EXPECT_EQ(keys_in(behind, {"x", "a", "b"}), "");
    EXPECT_EQ(keys_in(behind, {"x", "a", "STORE"}), " hidden");
    EXPECT_EQ(keys_in(behind, {"x", "a", std::string_view("STORE\0x", 7), "b"}), "b=w") << "as Redis compares it";
    const std::string half = described({"x", {}, {}, {test::keys_behind(reads, "KEYS", 1, -1, 2)}});
    EXPECT_EQ(keys_in(half, {"x", "KEYS", "a", "b", "1", "2"}), "a=r b=r");
    const std::string from_end = described({"x", {}, {}, {test::keys_behind(reads, "KEYS", -2, 0)}});
    EXPECT_EQ(keys_in(from_end, {"x", "KEYS", "a", "KEYS", "b", "c"}), "b=r");
}

TEST(KeySpecs, TooFewWordsHideKeys)
{
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys(reads)}}), {"x"}), " hidden");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys(reads, 1, -1)}}), {"x"}), " hidden");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys(reads, 1, 1)}}), {"x", "a"}), " hidden");
}

TEST(KeySpecs, WhatTheyDoNotTellIsHidden)
{
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::unknown_keys(reads)}}), {"x", "a"}), " hidden");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys({"RO", "access", "incomplete"})}}), {"x", "a"}), " hidden");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys({"RW", "variable_flags"})}}), {"x", "a"}), " hidden");
    EXPECT_EQ(keys_in(described({"x", {"movablekeys"}}), {"x", "a"}), " hidden");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::bulk("nonsense")}}), {"x", "a"}), " hidden");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys(reads, 0)}}), {"x", "a"}), " hidden");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys(reads, 1, 0, 0)}}), {"x", "a"}), " hidden");
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys(reads, 1, 2'000'000)}}), {"x", "a"}), " hidden");
}

TEST(KeySpecs, SomeThatLookLikeKeysAreNone)
{
    EXPECT_EQ(keys_in(described({"x", {}, {}, {test::keys({"not_key"})}}), {"x", "a"}), "");
    EXPECT_EQ(keys_in(described({"x"}), {"x", "a"}), "");
}

TEST(KeySpecs, BeforeRedis7ThereArePositions)
{
    EXPECT_EQ(keys_in(described_before_7("get", {"readonly"}, 1, 1, 1), {"get", "a", "b"}), "a=r");
    EXPECT_EQ(keys_in(described_before_7("del", {"write"}, 1, -1, 1), {"del", "a", "b"}), "a=rw b=rw");
    EXPECT_EQ(keys_in(described_before_7("mset", {"write"}, 1, -1, 2), {"mset", "a", "1", "b", "2"}), "a=rw b=rw");
    EXPECT_EQ(keys_in(described_before_7("object", {"readonly"}, 2, 2, 1), {"object", "freq", "a"}), "a=r");
    EXPECT_EQ(keys_in(described_before_7("ping", {}, 0, 0, 0), {"ping", "a"}), "");
    EXPECT_EQ(keys_in(described_before_7("odd", {"movablekeys"}, 0, 0, 0), {"odd", "a"}), " hidden");
    EXPECT_EQ(keys_in(described_before_7("odd", {"movablekeys"}, 1, 1, 1), {"odd", "a"}), "a=rw hidden");
    EXPECT_EQ(keys_in(test::array({test::bulk("x"), test::number(1), test::bulks({})}), {"x", "a"}), " hidden");
}

// Movable, and at no position: what each does is known.
std::string movable(const std::string& name, const words& command)
{
    return keys_in(described_before_7(name, {"movablekeys"}, 0, 0, 0), command);
}

TEST(KeySpecs, BeforeRedis7SomeCommandsAreKnown)
{
    EXPECT_EQ(movable("eval", {"eval", "s", "1", "a", "b"}), "a=rw");
    EXPECT_EQ(movable("evalsha", {"evalsha", "s", "0"}), "");
    EXPECT_EQ(movable("eval", {"eval", "s", "2", "a"}), " hidden");
    EXPECT_EQ(movable("zunion", {"zunion", "2", "a", "b", "WEIGHTS", "1", "2"}), "a=r b=r");
    EXPECT_EQ(movable("zinterstore", {"zinterstore", "d", "1", "a"}), "d=w a=r");
    EXPECT_EQ(movable("memory", {"memory", "USAGE", "a"}), "a=r");
    EXPECT_EQ(movable("memory", {"memory", "DOCTOR"}), "");
}

TEST(KnownKeys, SetReadsOnlyWithGet)
{
    EXPECT_EQ(movable("set", {"set", "a", "1", "EX", "9"}), "a=w");
    EXPECT_EQ(movable("set", {"set", "a", "get"}), "a=w") << "a value";
    EXPECT_EQ(movable("set", {"set", "a", "1", "NX", "get"}), "a=rw");
    EXPECT_EQ(movable("set", {"set"}), " hidden");
}

TEST(KnownKeys, BitfieldWritesUnlessItOnlyGets)
{
    EXPECT_EQ(movable("bitfield", {"bitfield", "a"}), "a=r");
    EXPECT_EQ(movable("bitfield", {"bitfield", "a", "GET", "u8", "0", "OVERFLOW", "SAT", "get", "u8", "1"}), "a=r");
    EXPECT_EQ(movable("bitfield", {"bitfield", "a", "GET", "u8", "0", "SET", "u8", "0", "1"}), "a=rw");
    EXPECT_EQ(movable("bitfield", {"bitfield", "a", "GET", "u8"}), "a=rw");
    EXPECT_EQ(movable("bitfield", {"bitfield", "a", "OVERFLOW", "GET", "SET", "u8", "0"}), "a=rw");
}

TEST(KnownKeys, SortStoresAndMayReadMore)
{
    EXPECT_EQ(movable("sort", {"sort", "a", "LIMIT", "0", "1", "DESC", "STORE", "b"}), "a=r b=w");
    EXPECT_EQ(movable("sort", {"sort", "a", "STORE", "by", "STORE", "b"}), "a=r by=w b=w") << "the last one is taken";
    EXPECT_EQ(movable("sort", {"sort", "a", "BY", "STORE", "b"}), "a=r");
    EXPECT_EQ(movable("sort", {"sort", "a", "by", "b*", "STORE", "c"}), "a=r c=w more");
    EXPECT_EQ(movable("sort", {"sort", "a", "GET", "b"}), "a=r more");
    EXPECT_EQ(movable("sort", {"sort", "a", "BY", "b*", "BY", "c"}), "a=r more");
    EXPECT_EQ(movable("sort", {"sort", "a", "STORE"}), "a=r hidden");
    EXPECT_EQ(movable("sort_ro", {"sort_ro", "a"}), "a=r");
}

TEST(KnownKeys, GeoradiusStoresInAnyOfThoseGiven)
{
    EXPECT_EQ(movable("georadius", {"georadius", "a", "1", "2", "3", "m", "COUNT", "1", "STORE", "b"}), "a=r b=w");
    EXPECT_EQ(
        movable("georadius", {"georadius", "a", "1", "2", "3", "m", "STORE", "b", "storedist", "c"}), "a=r b=w c=w"
    );
    EXPECT_EQ(movable("georadiusbymember", {"georadiusbymember", "a", "STORE", "3", "m", "STORE", "b"}), "a=r b=w");
}

TEST(KnownKeys, MigrateMovesOneKeyOrMany)
{
    EXPECT_EQ(movable("migrate", {"migrate", "h", "1", "a", "0", "9", "COPY"}), "a=rw");
    EXPECT_EQ(movable("migrate", {"migrate", "h", "1", "a", "0", "9", "AUTH", "KEYS"}), "a=rw");
    EXPECT_EQ(
        movable("migrate", {"migrate", "h", "1", "", "0", "9", "AUTH2", "u", "KEYS", "KEYS", "a", "b"}), "a=rw b=rw"
    );
    EXPECT_EQ(movable("migrate", {"migrate", "h", "1", "a", "0", "9", "KEYS", "b"}), "b=rw hidden");
    EXPECT_EQ(movable("migrate", {"migrate", "h", "1", "a", "0", "9", "NOSUCH", "b"}), "b=rw hidden");
    EXPECT_EQ(movable("migrate", {"migrate", "h"}), " hidden");
}

TEST(KnownKeys, StreamsAreReadBehindTheOptions)
{
    EXPECT_EQ(movable("xread", {"xread", "COUNT", "1", "BLOCK", "0", "STREAMS", "a", "b", "0", "0"}), "a=r b=r");
    EXPECT_EQ(movable("xreadgroup", {"xreadgroup", "GROUP", "g", "STREAMS", "NOACK", "STREAMS", "a", ">"}), "a=r");
    for (const words& wrong : std::vector<words>{
             {"xread"},
             {"xread", "STREAMS"},
             {"xread", "STREAMS", "a"},
             {"xread", "a", "STREAMS", "a", "0"},
             {"xread", "COUNT"}})
        EXPECT_EQ(movable("xread", wrong), " hidden");
}

TEST(Keywords, EndAtANul)
{
    EXPECT_TRUE(is_keyword("StoRe", "STORE"));
    EXPECT_TRUE(is_keyword(std::string_view("store\0x", 7), "STORE"));
    EXPECT_FALSE(is_keyword("storex", "STORE"));
    EXPECT_FALSE(is_keyword("", "STORE"));
}

TEST(KeySpecs, CountTellingNamesAsReadingAnyKey)
{
    EXPECT_EQ(keys_in(described({"randomkey", {}, {}, {}}), {"randomkey"}), " more");
    EXPECT_EQ(keys_in(described({"monitor", {}, {}, {}}), {"monitor"}), " more");
    EXPECT_EQ(keys_in(described_before_7("randomkey", {}, 0, 0, 0), {"randomkey"}), " more");
    const auto before_7 = described_before_7("cluster", {}, 0, 0, 0);
    EXPECT_EQ(keys_in(before_7, {"cluster", "GetKeysInSlot", "1", "1"}), " more");
    EXPECT_EQ(keys_in(before_7, {"cluster", "info"}), "");
    EXPECT_EQ(keys_in(before_7, {"cluster"}), "");
}

}   // namespace
}   // namespace rediserve::commands
