#include "api/json_reader.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rediserve::api {
namespace {

errc failure_of(const result<json_value>& read)
{
    return read ? errc::internal : static_cast<errc>(read.error().code.value());
}

TEST(JsonReader, ReadsEveryKindOfValue)
{
    EXPECT_TRUE(read_json("null")->is_null());
    EXPECT_EQ(*read_json("true")->as<bool>(), true);
    EXPECT_EQ(*read_json("-5")->as<std::int64_t>(), -5);
    EXPECT_EQ(*read_json("1.5")->as<double>(), 1.5);
    EXPECT_EQ(*read_json("\"a\\u0000b\"")->as<std::string>(), std::string("a\0b", 3));
    EXPECT_EQ(read_json("[1,[2]]")->as<json_array>()->size(), 2u);
}

TEST(JsonReader, KeepsMembersInOrderAndTwice)
{
    const auto object = read_json_object(R"({"b":1,"a":2,"b":3})");
    ASSERT_TRUE(object);
    ASSERT_EQ(object->size(), 3u);
    EXPECT_EQ((*object)[0].name, "b");
    EXPECT_EQ(*(*object)[2].value.as<std::int64_t>(), 3);
}

TEST(JsonReader, KeepsWholeNumbersExactly)
{
    EXPECT_EQ(*read_json("9007199254740993")->as<std::int64_t>(), 9007199254740993);
    EXPECT_EQ(*read_json("9223372036854775807")->as<std::int64_t>(), INT64_MAX);
    EXPECT_NE(read_json("9223372036854775808")->as<double>(), nullptr);
}

TEST(JsonReader, RefusesWhatIsNoDocument)
{
    for (const auto* text :
         {"", "{", "[1,]", "{\"a\":1,}", "nul", "1 2", "{\"a\":1}x", "'a'", "\"\xff\"", "\"\x01\"", "NaN"})
        EXPECT_EQ(failure_of(read_json(text)), errc::bad_request) << text;
}

TEST(JsonReader, RefusesDeepNestingWithoutFollowingIt)
{
    EXPECT_EQ(failure_of(read_json(std::string(1'000'000, '['))), errc::bad_request);
    EXPECT_TRUE(read_json("[[[[[[[[1]]]]]]]]"));
    EXPECT_FALSE(read_json("[[[[[[[[[1]]]]]]]]]"));
}

TEST(JsonReader, RefusesTooManyValues)
{
    std::string text = "[0";
    for (int i = 0; i < 1'000'000; ++i)
        text += ",0";
    EXPECT_EQ(failure_of(read_json(text + "]")), errc::body_too_large);
}

TEST(JsonReader, WantsAnObjectWhereOneIsDue)
{
    for (const auto* text : {"[]", "null", "5", "\"{}\""})
        EXPECT_FALSE(read_json_object(text)) << text;
}

}   // namespace
}   // namespace rediserve::api
