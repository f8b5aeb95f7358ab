#include "api/upstash/path_command.hpp"
#include "api/url_text.hpp"

#include <gtest/gtest.h>

namespace rediserve::api::upstash {
namespace {

using namespace std::string_literals;
using strings = std::vector<std::string>;

strings words(std::string_view path, std::string_view query = {}, std::string_view body = {})
{
    command_list list;
    read_path_command(path, query, body, list);
    EXPECT_EQ(list.size(), 1u);
    EXPECT_EQ(list.refused(0), "");
    const auto all = list.words(0);
    return {all.begin(), all.end()};
}

std::optional<std::string> token(std::string_view query)
{
    std::string scratch;
    const auto found = query_token(query, scratch);
    return found ? std::optional<std::string>(*found) : std::nullopt;
}

TEST(UpstashPathCommand, SplitsBeforeItDecodes)
{
    EXPECT_EQ(words("/get/foo"), (strings{"get", "foo"}));
    EXPECT_EQ(words("/PING"), strings{"PING"});
    EXPECT_EQ(words("/get/a%2Fb"), (strings{"get", "a/b"}));
    EXPECT_EQ(words("/set/k/%ff%FE%00"), (strings{"set", "k", "\xFF\xFE\0"s}));
    EXPECT_EQ(words("/set/foo/007"), (strings{"set", "foo", "007"}));
}

TEST(UpstashPathCommand, TakesWhatIsNoEscapeLiterally)
{
    EXPECT_EQ(words("/get/50%"), (strings{"get", "50%"}));
    EXPECT_EQ(words("/get/50%4"), (strings{"get", "50%4"}));
    EXPECT_EQ(words("/get/%zz%41"), (strings{"get", "%zzA"}));
    EXPECT_EQ(words("/get/%%41"), (strings{"get", "%A"}));
    EXPECT_EQ(words("/get/a+b"), (strings{"get", "a+b"}));
}

TEST(UpstashPathCommand, DropsOneTrailingSlashAndKeepsEmptySegments)
{
    EXPECT_EQ(words("/get/foo/"), (strings{"get", "foo"}));
    EXPECT_EQ(words("/get/foo//"), (strings{"get", "foo", ""}));
    EXPECT_EQ(words("/set/foo//x"), (strings{"set", "foo", "", "x"}));
    EXPECT_EQ(words("//get"), (strings{"", "get"}));
}

TEST(UpstashPathCommand, AppendsTheBodyThenTheQuery)
{
    EXPECT_EQ(words("/set/foo", "EX=100", "v"), (strings{"set", "foo", "v", "EX", "100"}));
    EXPECT_EQ(words("/set/foo", "EX=100&NX", R"({"a":1})"), (strings{"set", "foo", R"({"a":1})", "EX", "100", "NX"}));
    EXPECT_EQ(words("/set/foo", "", "\0\xFF["s), (strings{"set", "foo", "\0\xFF["s}));
}

TEST(UpstashPathCommand, ReadsTheQueryInItsOrder)
{
    EXPECT_EQ(words("/c", "b=1&a=2&b=1&_x=3"), (strings{"c", "b", "1", "a", "2", "b", "1", "_x", "3"}));
    EXPECT_EQ(words("/c", "a&b="), (strings{"c", "a", "b", ""}));
    EXPECT_EQ(words("/c", "a=b=c"), (strings{"c", "a", "b=c"}));
    EXPECT_EQ(words("/c", "a+b=c+d%2B"), (strings{"c", "a b", "c d+"}));
    EXPECT_EQ(words("/c", "50%=%4"), (strings{"c", "50%", "%4"}));
    EXPECT_EQ(words("/c", "&a&&b&"), (strings{"c", "a", "b"}));
}

TEST(UpstashPathCommand, LeavesTheTokenOut)
{
    EXPECT_EQ(words("/get/foo", "_token=T"), (strings{"get", "foo"}));
    EXPECT_EQ(words("/c", "a=1&_token=T&b&%5Ftoken=U&_token"), (strings{"c", "a", "1", "b"}));
    EXPECT_EQ(words("/c", "_tokens=1"), (strings{"c", "_tokens", "1"}));
}

TEST(UpstashPathCommand, RefusesAPathWithoutSegments)
{
    for (const char* path : {"", "/"}) {
        command_list list;
        read_path_command(path, "a=b", {}, list);
        EXPECT_EQ(list.refused(0), "ERR empty command");
    }
}

TEST(UpstashPathCommand, FindsTheToken)
{
    EXPECT_EQ(token("_token=T"), "T");
    EXPECT_EQ(token("a=b&_token=a%3Db+c&x"), "a=b c");
    EXPECT_EQ(token("_token=1&_token=2"), "1");
    EXPECT_EQ(token("%5ftoken=T%"), "T%");
    EXPECT_EQ(token("_token"), "");
    EXPECT_EQ(token("_token="), "");
    EXPECT_EQ(token("_token=a=b"), "a=b");
    EXPECT_EQ(token(""), std::nullopt);
    EXPECT_EQ(token("token=T&a=_token"), std::nullopt);
}

TEST(UpstashPathCommand, FindsChannels)
{
    EXPECT_EQ(channels("/c"), strings{"c"});
    EXPECT_EQ(channels("/a%20b/%C3%BC/"), (strings{"a b", "\u00fc"}));
    EXPECT_EQ(channels("/50%"), strings{"50%"});
    EXPECT_EQ(channels("/a//b"), (strings{"a", "", "b"}));
    EXPECT_EQ(channels("/"), strings());
    EXPECT_EQ(channels(""), strings());
}

}   // namespace
}   // namespace rediserve::api::upstash
