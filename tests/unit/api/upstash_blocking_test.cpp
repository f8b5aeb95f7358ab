#include "api/upstash/blocking.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace rediserve::api::upstash {
namespace {

using std::chrono::milliseconds;

// The words of `text`, which blanks part.
void add(command_list& list, const std::string& text)
{
    std::istringstream from(text);
    list.begin_command();
    for (std::string word; from >> word;)
        list.word(list.keep(word));
    list.end_command();
}

bool blocks(const std::string& text)
{
    command_list list;
    add(list, text);
    const command_list& fixed = list;
    const auto known = commands::command_table::built_in();
    return may_block(fixed.words(0), known->find(fixed.words(0).front()));
}

// The command after it was capped to 1.5 seconds, and how long it may wait then.
std::string capped(const std::string& text)
{
    command_list list;
    add(list, text);
    const milliseconds wait = cap_wait(list, 0, milliseconds(1500));
    std::string shown;
    for (const std::string_view word : list.words(0))
        shown.append(word).append(" ");
    return shown + "= " + std::to_string(wait.count());
}

TEST(UpstashBlocking, KnowsWhatMayBlock)
{
    EXPECT_TRUE(blocks("BLPOP l 0"));
    EXPECT_TRUE(blocks("bzmpop 0 1 z MIN"));
    EXPECT_TRUE(blocks("WAIT 1 0"));
    EXPECT_TRUE(blocks("WAITAOF 1 1 0"));
    EXPECT_FALSE(blocks("LPOP l"));
    EXPECT_FALSE(blocks("NOSUCH"));
}

TEST(UpstashBlocking, StreamsBlockOnlyWithBlock)
{
    EXPECT_TRUE(blocks("XREAD BLOCK 0 STREAMS s $"));
    EXPECT_TRUE(blocks("xread count 1 block 0 streams s $"));
    EXPECT_TRUE(blocks("XREADGROUP GROUP g c BLOCK 0 STREAMS s >"));
    EXPECT_TRUE(blocks("XREADGROUP BLOCK 0 GROUP g c NOACK STREAMS s >"));
    EXPECT_FALSE(blocks("XREAD COUNT 1 STREAMS s $"));
    EXPECT_FALSE(blocks("XREAD STREAMS BLOCK 0"));
    EXPECT_FALSE(blocks("XREADGROUP GROUP BLOCK BLOCK STREAMS s >"));
    EXPECT_FALSE(blocks("XREAD BLOCK"));
}

TEST(UpstashBlocking, AShortWaitStays)
{
    EXPECT_EQ(capped("BLPOP l 1"), "BLPOP l 1 = 1000");
    EXPECT_EQ(capped("BLPOP l 1.5"), "BLPOP l 1.5 = 1500");
    EXPECT_EQ(capped("BLPOP l 0.0001"), "BLPOP l 0.0001 = 1");
    EXPECT_EQ(capped("BLMPOP 1 1 l LEFT"), "BLMPOP 1 1 l LEFT = 1000");
    EXPECT_EQ(capped("WAIT 1 100"), "WAIT 1 100 = 100");
    EXPECT_EQ(capped("XREAD BLOCK 100 STREAMS s $"), "XREAD BLOCK 100 STREAMS s $ = 100");
}

TEST(UpstashBlocking, ALongWaitIsCapped)
{
    EXPECT_EQ(capped("BLPOP l 0"), "BLPOP l 1.500 = 1500");
    EXPECT_EQ(capped("blpop l 1000"), "blpop l 1.500 = 1500");
    EXPECT_EQ(capped("BRPOPLPUSH a b 2"), "BRPOPLPUSH a b 1.500 = 1500");
    EXPECT_EQ(capped("BZMPOP 0 1 z MIN"), "BZMPOP 1.500 1 z MIN = 1500");
    EXPECT_EQ(capped("WAITAOF 1 1 0"), "WAITAOF 1 1 1500 = 1500");
    EXPECT_EQ(capped("XREAD BLOCK 0 STREAMS s $"), "XREAD BLOCK 1500 STREAMS s $ = 1500");
}

TEST(UpstashBlocking, ReadsSecondsAsRedisDoes)
{
    EXPECT_EQ(capped("BLPOP l +1000"), "BLPOP l 1.500 = 1500");
    EXPECT_EQ(capped("BLPOP l 0x400"), "BLPOP l 1.500 = 1500");
    EXPECT_EQ(capped("BLPOP l 1e3"), "BLPOP l 1.500 = 1500");
    EXPECT_EQ(capped("BLPOP l 0x1"), "BLPOP l 0x1 = 1000");
}

TEST(UpstashBlocking, WhatIsNoTimeoutStays)
{
    for (const std::string text :
         {"BLPOP l x", "BLPOP l -1", "BLPOP l inf", "BLPOP l nan", "BLPOP l 1s", "BLPOP", "WAIT 1 1.5", "WAIT 1 -1",
          "XREAD STREAMS s $", "NEWBLOCKER l 0"})
        EXPECT_EQ(capped(text), text + " = 1500");
    command_list list;
    list.begin_command();
    for (const std::string_view word : {"BLPOP", "l", " 1"})
        list.word(word);
    list.end_command();
    EXPECT_EQ(cap_wait(list, 0, milliseconds(1500)), milliseconds(1500));
    EXPECT_EQ(list.words(0)[2], " 1");
}

TEST(UpstashBlocking, OfSeveralBlocksTheLastCounts)
{
    EXPECT_EQ(
        capped("XREAD BLOCK 1 COUNT 2 BLOCK 0 STREAMS BLOCK 0"),
        "XREAD BLOCK 1 COUNT 2 BLOCK 1500 STREAMS BLOCK 0 = 1500"
    );
    EXPECT_EQ(
        capped("XREADGROUP BLOCK 0 GROUP BLOCK 7 STREAMS s >"), "XREADGROUP BLOCK 1500 GROUP BLOCK 7 STREAMS s > = 1500"
    );
}

}   // namespace
}   // namespace rediserve::api::upstash
