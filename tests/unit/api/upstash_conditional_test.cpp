#include "api/upstash/conditional.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rediserve::api::upstash {
namespace {

using testing::HasSubstr;
using kind = commands::condition::kind;

// Kinds, keys and values, then the commands: "exists k 1, … | [[…]]"; or what is wrong.
std::string read(std::string_view body)
{
    const auto got = read_conditional(body, 3);
    if (!got)
        return "! " + got.error().detail;
    std::string text;
    for (const auto& each : got->only_if) {
        constexpr std::array names = {"exists", "equals", "tag"};
        text += (text.empty() ? "" : ", ") + std::string(names[static_cast<std::size_t>(each.is)]) + " " + each.key
            + " " + each.value;
    }
    return text + " | " + std::string(got->commands);
}

TEST(ConditionalTransaction, IsAnObject)
{
    EXPECT_TRUE(is_conditional(R"({"if")"));
    EXPECT_TRUE(is_conditional(" \n{ \"commands\" : "));
    EXPECT_FALSE(is_conditional("{}"));
    EXPECT_FALSE(is_conditional("{\"a\":[]}"));
    EXPECT_FALSE(is_conditional("{\"if"));
    EXPECT_FALSE(is_conditional("[]"));
    EXPECT_FALSE(is_conditional(""));
}

TEST(ConditionalTransaction, HasConditionsAndCommands)
{
    EXPECT_EQ(read(R"({"if":[{"key":"k","exists":true}],"commands":[["GET","k"]]})"), R"(exists k 1 | [["GET","k"]])");
    EXPECT_EQ(
        read(R"( { "commands" : [ ["A","}"] ] , "if" : [ {"exists":false,"key":"a"}, {"key":"b","equals":"x y"} ] } )"),
        R"(exists a 0, equals b x y | [ ["A","}"] ])"
    );
    EXPECT_EQ(read(R"({"if":[{"key":"k","equals":5}],"commands":[]})"), "equals k 5 | []");
    EXPECT_EQ(read(R"({"if":[{"key":{"$b64":"YQ=="},"equals":{"$b64":"Yg=="}}],"commands":[]})"), "equals a b | []");
    const std::string tag = "f32b67c7e26342af42efabc674d441dc";
    EXPECT_EQ(read(R"({"if":[{"key":"k","etag":")" + tag + R"("}],"commands":[]})"), "tag k " + tag + " | []");
    EXPECT_EQ(read(R"({"if":[{"key":"k","etag":"\")" + tag + R"(\""}],"commands":[]})"), "tag k " + tag + " | []");
}

TEST(ConditionalTransaction, SaysWhatIsWrong)
{
    const auto wrong = [](std::string_view body) { return read(body); };
    for (const std::string_view body :
         {"{", "{]", "{\"if\"", "{\"if\":", "{\"if\":[]", "{\"if\":[]}x", "{if:[]}", "{\"if\":[] \"commands\":[]}"})
        EXPECT_THAT(wrong(body), HasSubstr("! the body is not JSON")) << body;
    EXPECT_THAT(wrong("{}"), HasSubstr("not JSON")) << "it is taken for one that begins like this";
    EXPECT_THAT(wrong(R"({"if":[{"key":"k","exists":true}],"commands":[],})"), HasSubstr("not JSON"));
    EXPECT_THAT(wrong(R"({"if":[{"key":"k","exists":true}]})"), HasSubstr("needs \"if\""));
    EXPECT_THAT(wrong(R"({"if":[],"if":[],"commands":[]})"), HasSubstr("twice"));
    EXPECT_THAT(wrong(R"({"if":[],"commands":[],"else":[]})"), HasSubstr("neither"));
    EXPECT_THAT(wrong(R"({"if":[],"commands":[]})"), HasSubstr("at least one"));
    EXPECT_THAT(wrong(R"({"if":{},"commands":[]})"), HasSubstr("is an array"));
    const auto with = [&](const std::string& condition) {
        return read(R"({"if":[)" + condition + R"(],"commands":[]})");
    };
    EXPECT_THAT(with("5"), HasSubstr("condition 0: it is an object"));
    EXPECT_THAT(with(R"({"key":"k"})"), HasSubstr("needs one \"key\""));
    EXPECT_THAT(with(R"({"exists":true})"), HasSubstr("needs one \"key\""));
    EXPECT_THAT(with(R"({"key":"k","exists":true,"equals":"1"})"), HasSubstr("needs one \"key\""));
    EXPECT_THAT(with(R"({"key":"k","key":"k","exists":true})"), HasSubstr("needs one \"key\""));
    EXPECT_THAT(with(R"({"key":"k","exits":true})"), HasSubstr("none of"));
    EXPECT_THAT(with(R"({"key":"k","exists":1})"), HasSubstr("\"exists\" is true or false"));
    EXPECT_THAT(with(R"({"key":"k","equals":1.5})"), HasSubstr("\"equals\" is a text"));
    EXPECT_THAT(with(R"({"key":"k","equals":{"$b64":"?"}})"), HasSubstr("\"equals\" is a text"));
    EXPECT_THAT(with(R"({"key":"k","equals":{"a":"b"}})"), HasSubstr("\"equals\" is a text"));
    EXPECT_THAT(with(R"({"key":true,"exists":true})"), HasSubstr("\"key\" is a text"));
    EXPECT_THAT(with(R"({"key":"k","etag":"abc"})"), HasSubstr("32 hexadecimal digits"));
    EXPECT_THAT(with(R"({"key":"k","exists":true},{"key":"k","exists":1})"), HasSubstr("condition 1"));
    const std::string one = R"({"key":"k","exists":true})";
    EXPECT_THAT(with(one + "," + one + "," + one + "," + one), HasSubstr("more than 3"));
}

}   // namespace
}   // namespace rediserve::api::upstash
