#include "api/keys/envelope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rediserve::api::keys {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Envelope, HoldsAStringUnlessItSaysOtherwise)
{
    const auto read = envelope::read(R"({"value":"hello"})");
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->type, kind::string);
    EXPECT_EQ(read->text, "hello");
    EXPECT_THAT(read->commands, IsEmpty());
    EXPECT_EQ(read->expiry, expiry{});
}

TEST(Envelope, BecomesTheCommandsThatWriteIt)
{
    EXPECT_THAT(
        envelope::read(R"({"type":"hash","value":{"f":"v","g":""}})")->commands,
        ElementsAre(ElementsAre("HSET", "f", "v", "g", ""))
    );
    EXPECT_THAT(
        envelope::read(R"({"type":"list","value":["b","a","b"]})")->commands,
        ElementsAre(ElementsAre("RPUSH", "b", "a", "b"))
    );
    EXPECT_THAT(envelope::read(R"({"type":"set","value":["x"]})")->commands, ElementsAre(ElementsAre("SADD", "x")));
    EXPECT_THAT(
        envelope::read(
            R"({"type":"zset","value":[{"member":"a","score":1.5},{"score":"-inf","member":"b"},{"member":"c","score":3}]})"
        )
            ->commands,
        ElementsAre(ElementsAre("ZADD", "1.5", "a", "-inf", "b", "3", "c"))
    );
    EXPECT_THAT(
        envelope::read(
            R"({"type":"stream","value":[{"id":"1-1","fields":{"f":"v","f":"w"}},{"id":"2-0","fields":{"g":""}}]})"
        )
            ->commands,
        ElementsAre(ElementsAre("XADD", "1-1", "f", "v", "f", "w"), ElementsAre("XADD", "2-0", "g", ""))
    );
}

TEST(Envelope, DecodesEveryStringOfTheUser)
{
    EXPECT_EQ(envelope::read(R"({"value":"//4=","encoding":"base64"})")->text, "\xff\xfe");
    EXPECT_THAT(
        envelope::read(R"({"type":"hash","value":{"Zv8=":"dg=="},"encoding":"base64"})")->commands,
        ElementsAre(ElementsAre("HSET", "f\xff", "v"))
    );
    EXPECT_THAT(
        envelope::read(R"({"type":"stream","value":[{"id":"1-1","fields":{"Zg==":"dg=="}}],"encoding":"base64"})")
            ->commands,
        ElementsAre(ElementsAre("XADD", "1-1", "f", "v"))
    );
}

TEST(Envelope, IsTakenAsGetAnswersIt)
{
    const auto read =
        envelope::read(R"({"key":"/w==","key_encoding":"base64","value":"v","type":"string","ttl":60.5,"size":1})");
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->expiry, (expiry{expiry::kind::after, 60'500}));
    EXPECT_EQ(envelope::read(R"({"value":"v","ttl":null})")->expiry.kind, expiry::kind::never);
}

TEST(Envelope, KeepsCommandsShort)
{
    std::string items = "\"0\"";
    for (int i = 1; i < 2500; ++i)
        items += ",\"" + std::to_string(i) + "\"";
    const auto list = envelope::read("{\"type\":\"list\",\"value\":[" + items + "]}");
    ASSERT_TRUE(list);
    std::size_t count = 0;
    for (const auto& command : list->commands) {
        EXPECT_LE(command.size(), 1000u);
        EXPECT_EQ(command[0], "RPUSH");
        count += command.size() - 1;
    }
    EXPECT_EQ(count, 2500u);
}

TEST(Envelope, MakesAStreamWithoutEntries)
{
    EXPECT_THAT(
        envelope::read(R"({"type":"stream","value":[]})")->commands,
        ElementsAre(ElementsAre("XADD", "0-1", "-", "-"), ElementsAre("XDEL", "0-1"))
    );
}

TEST(Envelope, RefusesWhatMakesNoSense)
{
    for (const auto* document : {
             "",
             "{",
             "null",
             "[]",
             "\"text\"",
             "{}",
             R"({"type":"hash"})",
             R"({"value":5})",
             R"({"value":null})",
             R"({"value":"v","type":"colour"})",
             R"({"value":"v","type":5})",
             R"({"value":{},"type":"hash"})",
             R"({"value":[],"type":"list"})",
             R"({"value":{"f":5},"type":"hash"})",
             R"({"value":["a"],"type":"hash"})",
             R"({"value":{"a":"b"},"type":"list"})",
             R"({"value":[1],"type":"set"})",
             R"({"value":["a"],"type":"zset"})",
             R"({"value":[{"member":"a"}],"type":"zset"})",
             R"({"value":[{"member":"a","member":"b"}],"type":"zset"})",
             R"({"value":[{"member":"a","score":1,"x":1}],"type":"zset"})",
             R"({"value":[{"member":"a","score":"x"}],"type":"zset"})",
             R"({"value":[{"member":"a","score":"nan"}],"type":"zset"})",
             R"({"value":[{"member":5,"score":1}],"type":"zset"})",
             R"({"value":[{"id":"x","fields":{"a":"b"}}],"type":"stream"})",
             R"({"value":[{"id":"0-0","fields":{"a":"b"}}],"type":"stream"})",
             R"({"value":[{"id":"1-1","fields":{}}],"type":"stream"})",
             R"({"value":[{"id":"1-1","fields":["a","b"]}],"type":"stream"})",
             R"({"value":[{"id":"1-1","fields":{"a":"b"}},{"id":"1-1","fields":{"a":"b"}}],"type":"stream"})",
             R"({"value":"v","encoding":"rot13"})",
             R"({"value":"!","encoding":"base64"})",
             R"({"value":"v","ttl":0})",
             R"({"value":"v","ttl":"60"})",
             R"({"value":"v","value":"w"})",
         })
        EXPECT_EQ(envelope::read(document).error().code, errc::bad_request) << document;
}

TEST(Envelope, NamesTheMemberThatWasProbablyMeant)
{
    EXPECT_THAT(envelope::read(R"({"vlaue":"v"})").error().detail, HasSubstr("\"value\""));
}

}   // namespace
}   // namespace rediserve::api::keys
