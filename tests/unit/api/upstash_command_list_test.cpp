#include "api/upstash/command_list.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

namespace rediserve::api::upstash {
namespace {

using strings = std::vector<std::string>;

strings words_of(const command_list& list, std::size_t index)
{
    const auto words = list.words(index);
    return {words.begin(), words.end()};
}

void add(command_list& list, std::initializer_list<std::string_view> words)
{
    list.begin_command();
    for (const std::string_view word : words)
        list.word(word);
    list.end_command();
}

TEST(UpstashCommandList, HoldsTheWordsOfEachCommand)
{
    command_list list;
    EXPECT_TRUE(list.empty());
    add(list, {"GET", "k"});
    add(list, {});
    add(list, {"PING"});
    ASSERT_EQ(list.size(), 3u);
    EXPECT_EQ(words_of(list, 0), (strings{"GET", "k"}));
    EXPECT_EQ(words_of(list, 1), strings());
    EXPECT_EQ(words_of(list, 2), strings{"PING"});
}

TEST(UpstashCommandList, LetsWordsBeChangedInPlace)
{
    command_list list;
    add(list, {"GET", "k"});
    list.words(0)[1] = list.keep("other");
    EXPECT_EQ(words_of(list, 0), (strings{"GET", "other"}));
}

TEST(UpstashCommandList, ReplacesACommandByMoreOrFewerWords)
{
    command_list list;
    add(list, {"SCAN", "0", "WITHTYPE"});
    add(list, {"PING"});
    const std::array<std::string_view, 4> more{"SCAN", "0", "COUNT", "5"};
    list.replace(0, more);
    EXPECT_EQ(words_of(list, 0), (strings{"SCAN", "0", "COUNT", "5"}));
    EXPECT_EQ(words_of(list, 1), strings{"PING"});
    list.replace(0, std::span(more).first(2));
    EXPECT_EQ(words_of(list, 0), (strings{"SCAN", "0"}));
    list.replace(1, {});
    EXPECT_EQ(words_of(list, 1), strings());
}

TEST(UpstashCommandList, ReplacesACommandByAPartOfItself)
{
    command_list list;
    add(list, {"a", "b", "c", "d"});
    list.replace(0, list.words(0).subspan(1));
    EXPECT_EQ(words_of(list, 0), (strings{"b", "c", "d"}));
}

TEST(UpstashCommandList, KeepsTheFirstReasonOfARefusal)
{
    command_list list;
    add(list, {"GET"});
    add(list, {"SET"});
    EXPECT_EQ(list.refused(0), "");
    list.refuse(0, std::string("ERR one"));
    list.refuse(0, std::string("ERR two"));
    EXPECT_EQ(list.refused(0), "ERR one");
    EXPECT_EQ(list.refused(1), "");
}

TEST(UpstashCommandList, KeepsBytesWhereTheyAre)
{
    command_list list;
    std::vector<std::pair<std::string, std::string_view>> kept;
    for (std::size_t i = 0; i < 200; ++i) {
        std::string bytes(i * i % 9001, static_cast<char>('a' + i % 26));
        const std::string_view view = list.keep(bytes);
        kept.emplace_back(std::move(bytes), view);
    }
    const std::string large(1 << 20, 'x');
    const std::string_view view = list.keep(large);
    command_list moved = std::move(list);
    for (const auto& [bytes, copy] : kept)
        EXPECT_EQ(bytes, copy);
    EXPECT_EQ(view, large);
}

TEST(UpstashCommandList, CanBeUsedAgain)
{
    command_list list;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 10'000; ++i)
            add(list, {"SET", list.keep("key"), list.keep(std::string(100, 'v'))});
        list.refuse(0, "ERR no");
        EXPECT_EQ(list.size(), 10'000u);
        EXPECT_EQ(words_of(list, 9'999)[1], "key");
        list.clear();
        EXPECT_TRUE(list.empty());
        add(list, {"GET", list.keep("k")});
        EXPECT_EQ(words_of(list, 0), (strings{"GET", "k"}));
        EXPECT_EQ(list.refused(0), "");
        list.clear();
    }
}

TEST(UpstashCommandList, TakesTheSameMemoryForTheNextRequest)
{
    command_list list;
    const char* const first = list.keep("one").data();
    list.clear();
    EXPECT_EQ(list.keep("two").data(), first);
}

TEST(UpstashCommandList, StandsAfterItWasMovedFrom)
{
    command_list list;
    add(list, {list.keep("PING")});
    const command_list other = std::move(list);
    list.clear();
    add(list, {list.keep("ECHO")});
    EXPECT_EQ(words_of(list, 0), strings{"ECHO"});
    EXPECT_EQ(words_of(other, 0), strings{"PING"});
}

}   // namespace
}   // namespace rediserve::api::upstash
