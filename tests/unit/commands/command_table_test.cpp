#include "rediserve/commands/command_table.hpp"

#include "support/fake_backend.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace rediserve::commands {
namespace {

using test::array;
using test::bulk;

using table = std::shared_ptr<const command_table>;
using strings = std::vector<std::string>;

table parse(const std::string& resp)
{
    table made;
    test::with_reply(resp, [&](const redis::reply_view& reply) {
        made = command_table::parse(reply);
        return true;
    });
    return made;
}

std::string status_list(const strings& words)
{
    strings list;
    for (const std::string& word : words)
        list.push_back("+" + word + "\r\n");
    return array(list);
}

// A command's description in Redis 6: seven elements.
strings elements(const std::string& name, const strings& flags, const strings& categories = {})
{
    return {bulk(name), ":2\r\n", status_list(flags), ":1\r\n", ":1\r\n", ":1\r\n", status_list(categories)};
}

std::string redis6(const std::string& name, const strings& flags, const strings& categories = {})
{
    return array(elements(name, flags, categories));
}

// And in Redis 7: tips, key specifications and subcommands follow.
std::string redis7(
    const std::string& name, const strings& flags, const strings& categories = {}, const strings& subcommands = {}
)
{
    strings all = elements(name, flags, categories);
    all.insert(all.end(), {array({}), array({}), array(subcommands)});
    return array(all);
}

TEST(CommandTable, ReadsTheReplyOfRedis6)
{
    const table made = parse(array(
        {redis6("get", {"readonly", "fast"}, {"@read"}), redis6("set", {"write"}, {"@write"}),
         redis6("blpop", {"write", "noscript"}), redis6("flushall", {"write"}, {"@write", "@dangerous"})}
    ));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->size(), 4U);
    EXPECT_TRUE(made->find("get")->reads_only);
    EXPECT_FALSE(made->find("set")->reads_only);
    EXPECT_TRUE(made->find("blpop")->blocks) << "although Redis 6 has no flag for it";
    EXPECT_TRUE(made->find("flushall")->dangerous);
    EXPECT_FALSE(made->find("get")->dangerous);
    EXPECT_FALSE(made->find("get")->has_subcommands);
}

TEST(CommandTable, ReadsTheReplyOfRedis7)
{
    const strings parts = {
        redis7("config|get", {"admin"}, {"@dangerous"}),
        redis7("config|help", {"loading"}, {"@slow"}),
    };
    const table made =
        parse(array({redis7("config", {}, {"@slow"}, parts), redis7("bnew", {"write", "blocking"}), redis7("wait", {})})
        );
    ASSERT_TRUE(made);
    EXPECT_EQ(made->size(), 5U);
    EXPECT_TRUE(made->find("bnew")->blocks);
    EXPECT_TRUE(made->find("wait")->blocks) << "although it has no flag";
    EXPECT_TRUE(made->find("config")->has_subcommands);
    EXPECT_FALSE(made->find("config")->dangerous);
    EXPECT_TRUE(made->find("config", "get")->dangerous);
    EXPECT_FALSE(made->find("config", "help")->dangerous);
}

TEST(CommandTable, LooksUpNamesInAnyCase)
{
    const table made = parse(array({redis7("config", {}, {}, {redis7("config|get", {"admin"}, {"@dangerous"})})}));
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->find("CONFIG"));
    ASSERT_TRUE(made->find("Config", "GET"));
    EXPECT_TRUE(made->find("Config", "GET")->dangerous);
}

TEST(CommandTable, AnUnknownSubcommandIsItsCommand)
{
    const table made =
        parse(array({redis7("config", {}, {}, {redis7("config|get", {})}), redis7("get", {"readonly"})}));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->find("config", "nosuch"), made->find("config"));
    EXPECT_EQ(made->find("get", "a-key"), made->find("get"));
}

TEST(CommandTable, ResolvesWhatIsSent)
{
    const table made = parse(array(
        {redis7("config", {}, {"@slow"}, {redis7("config|get", {"admin"}, {"@admin", "@dangerous"})}),
         redis7("get", {"readonly"}), redis7("VADD", {"write"})}
    ));
    ASSERT_TRUE(made);
    using words = std::vector<std::string_view>;
    const auto resolve = [&](const words& command) { return made->resolve(command); };
    EXPECT_EQ(resolve({"CONFIG", "Get", "x"})->name, "config|get");
    EXPECT_EQ(resolve({"CONFIG"})->name, "config");
    EXPECT_EQ(resolve({"Get", "config"})->name, "get");
    EXPECT_EQ(resolve({"vadd"})->name, "vadd");
    for (const words& unknown :
         std::vector<words>{{}, {"nosuch"}, {"config", "nosuch"}, {"config", ""}, {"config|get"}, {""}})
        EXPECT_EQ(resolve(unknown), nullptr);
}

TEST(CommandTable, SubcommandsAreInTheCategoriesOfTheirCommand)
{
    const table made = parse(array(
        {redis7("config", {}, {"@slow", "@nosuch"}, {redis7("config|get", {}, {"@ADMIN"})}),
         redis7("auth", {"no_auth"}), redis7("PSubscribe", {})}
    ));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->find("config")->categories, category_of("slow"));
    EXPECT_EQ(made->find("config", "get")->categories, category_of("slow") | category_of("admin"));
    EXPECT_EQ(made->find("config", "get")->parent, made->find("config"));
    EXPECT_TRUE(made->find("auth")->for_everybody);
    EXPECT_EQ(made->find("psubscribe")->channels, channel_words::all_patterns);
    EXPECT_EQ(made->find("auth")->channels, channel_words::none);
}

TEST(Categories, AreNamedInAnyCase)
{
    EXPECT_EQ(category_of("READ"), category_of("read"));
    EXPECT_NE(category_of("read"), category_of("write"));
    for (const char* const name : {"", "all", "@read", "nosuch"})
        EXPECT_EQ(category_of(name), 0U) << name;
}

TEST(CommandTable, KnowsNoOtherNames)
{
    const table made = parse(array({redis7("config", {}, {}, {redis7("config|get", {})})}));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->find("nosuch"), nullptr);
    EXPECT_EQ(made->find(""), nullptr);
    EXPECT_EQ(made->find(std::string(64, 'x')), nullptr);
    EXPECT_EQ(made->find(std::string(100'000, 'x')), nullptr);
    EXPECT_EQ(made->find("config", std::string(100'000, 'x')), made->find("config"));
}

TEST(CommandTable, HasNoOtherShape)
{
    for (const std::string& resp :
         {std::string("+OK\r\n"), std::string("-NOPERM no\r\n"), std::string(":1\r\n"), std::string("$-1\r\n"),
          std::string("*-1\r\n"), array({}), array({bulk("get")}), array({array({})}),
          array({array({bulk("get"), ":2\r\n"})}), array({redis6("get", {}), ":1\r\n"})})
        EXPECT_EQ(parse(resp), nullptr) << resp;
}

TEST(CommandTable, PassesOverSubcommandsWithoutFlags)
{
    const table made = parse(array({redis7("config", {}, {}, {array({bulk("config|get")}), ":1\r\n"})}));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->size(), 1U);
}

TEST(CommandTable, PassesOverSubcommandsOfOthers)
{
    const table made = parse(array({redis7(
        "config", {}, {}, {redis7("config", {}), redis7("get", {}), redis7("config|", {}), redis7("client|get", {})}
    )}));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->size(), 1U);
    EXPECT_EQ(made->find("config")->parent, nullptr);
}

TEST(CommandTable, HasABeginningBuiltIn)
{
    const table made = command_table::built_in();
    EXPECT_TRUE(made->find("GET")->reads_only);
    EXPECT_FALSE(made->find("GET")->blocks);
    EXPECT_TRUE(made->find("BLPOP")->blocks);
    EXPECT_FALSE(made->find("BLPOP")->reads_only);
    EXPECT_TRUE(made->find("WAIT")->blocks);
    EXPECT_EQ(made->find("SET"), nullptr);
    EXPECT_EQ(made->find("GET")->name, "get");
    EXPECT_TRUE(made->find("GET")->keys.hidden) << "nobody has told of them";
}

}   // namespace
}   // namespace rediserve::commands
