#include "api/upstash/json_commands.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rediserve::api::upstash {
namespace {

using namespace std::string_literals;
using strings = std::vector<std::string>;

constexpr std::size_t most = 1000;

// The words of the only command in `body`, or what refuses it.
strings single(std::string_view body)
{
    command_list list;
    if (const auto refused = read_json_commands(body, form::single, most, list))
        return {"!", std::string(*refused)};
    const auto words = list.words(0);
    return {words.begin(), words.end()};
}

// Each command of `body`: its words, or what refuses it; or what refuses them all.
std::vector<strings> many(std::string_view body, std::size_t limit = most)
{
    command_list list;
    if (const auto refused = read_json_commands(body, form::many, limit, list))
        return {{"!!", std::string(*refused)}};
    std::vector<strings> all;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto words = list.words(i);
        if (list.refused(i).empty())
            all.emplace_back(words.begin(), words.end());
        else
            all.push_back({"!", std::string(list.refused(i))});
    }
    return all;
}

strings refusal(std::string why)
{
    return {"!", std::move(why)};
}

std::vector<strings> all_refused(std::string why)
{
    return {{"!!", std::move(why)}};
}

const std::string null_argument = "ERR null args are not supported";
const std::string array_argument = "ERR unsupported arg type: \"[\": json.Delim";
const std::string object_argument = "ERR unsupported arg type: \"{\": json.Delim";

TEST(UpstashJsonCommands, ReadsOneCommand)
{
    EXPECT_EQ(single(R"(["GET","user:1000"])"), (strings{"GET", "user:1000"}));
    EXPECT_EQ(single(" \n[ \"SET\" ,\t\"k\" , \"v\"\r]\n "), (strings{"SET", "k", "v"}));
    EXPECT_EQ(single(R"(["SET","",""])"), (strings{"SET", "", ""}));
    EXPECT_EQ(single("[1]"), strings{"1"});
}

TEST(UpstashJsonCommands, ReadsManyCommands)
{
    EXPECT_EQ(many(R"([["GET","k"]])"), (std::vector<strings>{{"GET", "k"}}));
    EXPECT_EQ(many(R"( [ ["SET","a",1] , ["INCR","a"] ] )"), (std::vector<strings>{{"SET", "a", "1"}, {"INCR", "a"}}));
}

TEST(UpstashJsonCommands, KeepsTheCharactersOfNumbersAndBooleans)
{
    for (const char* literal :
         {"10", "1.5", "1e+21", "-0", "0", "9007199254740993", "1E400", "-0.10e-7", "123456789012345678901234567890",
          "true", "false"})
        EXPECT_EQ(single("[\"ECHO\"," + std::string(literal) + "]"), (strings{"ECHO", literal}));
}

TEST(UpstashJsonCommands, UnescapesStrings)
{
    EXPECT_EQ(single(R"(["\"\\\/\b\f\n\r\t"])"), strings{"\"\\/\b\f\n\r\t"});
    EXPECT_EQ(single(R"(["a\u0041\u00e9\u20ACz"])"), strings{"aA\u00e9\u20acz"});
    EXPECT_EQ(single(R"(["\ud83d\ude00\u0000"])"), strings{"\xF0\x9F\x98\x80\0"s});
    EXPECT_EQ(single(R"(["{\"a\":\"b c d e f g h i j\",\"n\":1}"])"), strings{R"({"a":"b c d e f g h i j","n":1})"});
}

TEST(UpstashJsonCommands, ReplacesHalvesOfSurrogatePairs)
{
    const std::string replacement = "\xEF\xBF\xBD";
    EXPECT_EQ(single(R"(["\ud83d"])"), strings{replacement});
    EXPECT_EQ(single(R"(["\ude00x"])"), strings{replacement + "x"});
    EXPECT_EQ(single(R"(["\ud83d\ud83d\ude00"])"), strings{replacement + "\xF0\x9F\x98\x80"});
    EXPECT_EQ(single(R"(["\ud83dn\u0041"])"), strings{replacement + "nA"});
    EXPECT_EQ(single(R"(["\ud83d\n"])"), strings{replacement + "\n"});
}

TEST(UpstashJsonCommands, PointsIntoTheBodyWhereNothingIsEscaped)
{
    const std::string body = R"(["SET","key","some value that is long enough",12,"\n"])";
    command_list list;
    ASSERT_FALSE(read_json_commands(body, form::single, most, list));
    const auto inside = [&](std::string_view word) {
        return word.data() >= body.data() && word.data() + word.size() <= body.data() + body.size();
    };
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_TRUE(inside(list.words(0)[i])) << i;
    EXPECT_FALSE(inside(list.words(0)[4]));
}

// The search for the end of a string looks at eight bytes at once.
TEST(UpstashJsonCommands, FindsWhatIsSpecialAtEveryPlace)
{
    for (std::size_t before = 0; before < 20; ++before)
        for (std::size_t behind = 0; behind < 20; ++behind) {
            const std::string a(before, 'a');
            const std::string b(behind, 'b');
            EXPECT_EQ(single("[\"" + a + "\",\"" + b + "\"]"), (strings{a, b}));
            EXPECT_EQ(single("[\"" + a + "\\n" + b + "\"]"), strings{a + "\n" + b});
            EXPECT_EQ(single("[\"" + a + "\xC3\xBF" + b + "\"]"), strings{a + "\xC3\xBF" + b});
            EXPECT_EQ(single("[\"" + a + "\x7F" + b + "\"]"), strings{a + "\x7F" + b});
            EXPECT_EQ(single("[\"" + a + "\x1F" + b + "\"]"), refusal("ERR failed to parse command"));
            EXPECT_EQ(
                single("[\"" + a + "\xFF" + b + "\"]"), refusal("ERR failed to parse command: the body is not UTF-8")
            );
        }
}

TEST(UpstashJsonCommands, RefusesABodyThatIsNoArray)
{
    for (const char* blank : {"", " ", "\r\n\t "}) {
        EXPECT_EQ(single(blank), refusal("EOF"));
        EXPECT_EQ(many(blank), all_refused("EOF"));
    }
    for (const char* other : {"{}", "1", "\"GET\"", "null", "{\"a\":[1,{}]}"}) {
        EXPECT_EQ(single(other), refusal("expected JSON array")) << other;
        EXPECT_EQ(many(other), all_refused("expected JSON array")) << other;
    }
}

TEST(UpstashJsonCommands, RefusesWhatIsNoJson)
{
    for (const char* broken : {"[",          "]",
                               "[,]",        "[\"a\"",
                               "[\"a\",]",   "[\"a\" \"b\"]",
                               "[\"a]",      "[\"a\\\"]",
                               "[\"\\x\"]",  "[\"\\u12g4\"]",
                               "[\"\\u123",  "[01]",
                               "[1.]",       "[.5]",
                               "[+1]",       "[1e]",
                               "[-]",        "[0x10]",
                               "[NaN]",      "[tru]",
                               "[nul]",      "['a']",
                               "[\"a\"]x",   "[\"a\"][]",
                               "[\"a\"],",   "\xEF\xBB\xBF[\"a\"]",
                               "[{]",        "[{\"a\"}]",
                               "[{\"a\":}]", "[{\"a\":1,}]",
                               "[{a:1}]",    "[[1,]]",
                               "[[1}]",      "[{\"a\":1]]",
                               "{",          "[\"\t\"]",
                               "[\"a\"]//",  "GET k"})
        EXPECT_EQ(single(broken), refusal("ERR failed to parse command")) << broken;
    for (const char* broken :
         {"[", "[[", "[[\"a\"]", "[[\"a\"],]", "[[\"a\"]]]", "[[\"a\"][\"b\"]]", "[[\"a\" 1]]", "[[\"a\",null]"})
        EXPECT_EQ(many(broken), all_refused("ERR failed to parse pipeline request")) << broken;
    EXPECT_EQ(single("[\"a\"]\0"s), refusal("ERR failed to parse command"));
}

TEST(UpstashJsonCommands, RefusesTextThatIsNotUtf8)
{
    for (const char* bytes : {"\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\x80"}) {
        EXPECT_EQ(
            many("[[\"SET\",\"k\",\"" + std::string(bytes) + "\"]]"),
            all_refused("ERR failed to parse pipeline request: the body is not UTF-8")
        );
        EXPECT_EQ(
            single("[{\"a\":\"" + std::string(bytes) + "\"}]"),
            refusal("ERR failed to parse command: the body is not UTF-8")
        );
    }
}

TEST(UpstashJsonCommands, RefusesWhatIsEmpty)
{
    EXPECT_EQ(single("[]"), refusal("ERR empty command"));
    EXPECT_EQ(many("[ ]"), all_refused("ERR empty pipeline request"));
    EXPECT_EQ(
        many(R"([["PING"],[],["PING"]])"),
        (std::vector<strings>{{"PING"}, refusal("ERR empty pipeline command"), {"PING"}})
    );
}

TEST(UpstashJsonCommands, RefusesArgumentsThatRedisCannotHave)
{
    EXPECT_EQ(single(R"(["SET","b",null])"), refusal(null_argument));
    EXPECT_EQ(single(R"([["SET","b","1"]])"), refusal(array_argument));
    EXPECT_EQ(single(R"(["SET","b",{"a":1}])"), refusal(object_argument));
    EXPECT_EQ(single(R"(["SET",[],null])"), refusal(array_argument));   // the first one is told
}

TEST(UpstashJsonCommands, RunsTheOthersWhenOneCommandIsRefused)
{
    EXPECT_EQ(
        many(R"([["SET","a","1"],["SET","a",null],["INCR","a"],["LPUSH","a","x"]])"),
        (std::vector<strings>{{"SET", "a", "1"}, refusal(null_argument), {"INCR", "a"}, {"LPUSH", "a", "x"}})
    );
    EXPECT_EQ(
        many(R"([["SET",{"]":["\"}",{},[],[[{"x":[1,2.5,true,null]}]]]},"z"],["GET","k"]])"),
        (std::vector<strings>{refusal(object_argument), {"GET", "k"}})
    );
    EXPECT_EQ(many(R"([["a",[[["]"]]]],["b"]])"), (std::vector<strings>{refusal(array_argument), {"b"}}));
}

TEST(UpstashJsonCommands, RefusesAPipelineOfOtherThings)
{
    const auto refused = all_refused("ERR failed to parse pipeline request: every command must be a JSON array");
    EXPECT_EQ(many(R"(["GET","k"])"), refused);
    EXPECT_EQ(many(R"([["GET","k"],null])"), refused);
    EXPECT_EQ(many(R"([{"a":1}])"), refused);
}

TEST(UpstashJsonCommands, DecodesMarkedBase64)
{
    EXPECT_EQ(single(R"(["SET","k",{"$b64":"//4A"}])"), (strings{"SET", "k", "\xFF\xFE\0"s}));
    EXPECT_EQ(single(R"(["SET","k", { "$b64" : "YQ==" } ])"), (strings{"SET", "k", "a"}));
    EXPECT_EQ(single(R"(["SET","k",{"\u0024b64":"YQ"}])"), (strings{"SET", "k", "a"}));
    EXPECT_EQ(single(R"(["SET","k",{"$b64":"YWI"}])"), (strings{"SET", "k", "ab"}));
    EXPECT_EQ(single(R"(["SET","k",{"$b64":"\/\/4="}])"), (strings{"SET", "k", "\xFF\xFE"}));
    EXPECT_EQ(single(R"(["SET","k",{"$b64":""}])"), (strings{"SET", "k", ""}));
}

TEST(UpstashJsonCommands, RefusesBase64ThatIsNone)
{
    for (const char* broken : {"Y", "Y===", "YQ=", "-_4A", "Y Q=", "YWI=YQ==", "YR=="})
        EXPECT_EQ(
            many(R"([["SET","k",{"$b64":")" + std::string(broken) + R"("}],["PING"]])"),
            (std::vector<strings>{refusal("ERR invalid base64 in $b64"), {"PING"}})
        ) << broken;
    for (const char* other :
         {R"({"$b64":1})", R"({"$b64":"YQ==","a":1})", R"({"a":1,"$b64":"YQ=="})", R"({"$b64":null})", "{}"})
        EXPECT_EQ(single("[\"ECHO\"," + std::string(other) + "]"), refusal(object_argument)) << other;
}

TEST(UpstashJsonCommands, BoundsTheNumberOfCommands)
{
    EXPECT_EQ(many(R"([["a"],["b"]])", 2), (std::vector<strings>{{"a"}, {"b"}}));
    EXPECT_EQ(
        many(R"([["a"],["b"],["c"],never read)", 2), all_refused("ERR max pipeline size exceeded. Limit: 2 commands")
    );
}

TEST(UpstashJsonCommands, FollowsNestingOnlySoFar)
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_EQ(many("[[\"a\"," + nested(512) + "],[\"b\"]]"), (std::vector<strings>{refusal(array_argument), {"b"}}));
    EXPECT_EQ(
        many("[[\"a\"," + nested(513) + "],[\"b\"]]"),
        all_refused("ERR failed to parse pipeline request: the body is nested too deep")
    );
    EXPECT_EQ(single(std::string(1'000'000, '[')), refusal("ERR failed to parse command: the body is nested too deep"));
}

TEST(UpstashJsonCommands, ReadsOneBodyAfterTheOtherIntoOneList)
{
    command_list list;
    for (const char* body : {R"([["SET","k","\u0041"]])", R"([["GET","k",null]])", R"([["GET","\n"],["PING"]])"}) {
        list.clear();
        EXPECT_FALSE(read_json_commands(body, form::many, most, list));
    }
    EXPECT_EQ(list.size(), 2u);
    EXPECT_EQ(list.words(0)[1], "\n");
}

}   // namespace
}   // namespace rediserve::api::upstash
