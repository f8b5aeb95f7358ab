#include "config/option.hpp"
#include "config_test.hpp"

#include <algorithm>
#include <sstream>

namespace rediserve::config {
namespace {

std::string printed(const std::vector<std::string>& arguments, std::map<std::string, std::string> given = {})
{
    const auto loaded = load_with(arguments, std::move(given));
    return loaded ? loaded->print : loaded.error().text;
}

// Characters, not bytes: continuation bytes of UTF-8 take no column.
std::size_t columns(const std::string& line)
{
    return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

TEST(Print, ShowsEveryOptionWithItsOrigin)
{
    temporary_file file(R"({"http":{"limits":{"body":12345}}})");
    const auto text =
        printed({"--print-config", "--config", file.path(), "--threads", "3"}, {{"REDISERVE_LOG_LEVEL", "debug"}});
    for (const auto& one : options())
        EXPECT_THAT(text, HasSubstr(std::string(one.path) + " "));
    EXPECT_THAT(text, testing::ContainsRegex("http.limits.body += 12345 +\\(" + file.path() + "\\)"));
    EXPECT_THAT(text, testing::ContainsRegex("threads += 3 +\\(flag --threads\\)"));
    EXPECT_THAT(text, testing::ContainsRegex("log.level += \"debug\" +\\(environment REDISERVE_LOG_LEVEL\\)"));
    EXPECT_THAT(text, testing::ContainsRegex("http.listen += \\[\"127.0.0.1:3000\"\\] +\\(default\\)"));
}

TEST(Print, MasksEverySecret)
{
    const auto text = printed(
        {"--print-config"},
        {
            {"REDISERVE_TOKEN", "token-word"},
            {"REDIS_URL", "redis://user:url-word@example.org:6380/3"},
        }
    );
    EXPECT_THAT(text, Not(HasSubstr("-word")));
    EXPECT_THAT(text, testing::ContainsRegex("access.token += \"\\*\\*\\*\" +\\(environment REDISERVE_TOKEN\\)"));
    EXPECT_THAT(text, HasSubstr("example.org:6380"));
    EXPECT_THAT(text, testing::ContainsRegex("redis.password += \"\" +\\(default\\)"));
    const auto own = printed({"--print-config"}, {{"REDISERVE_REDIS_PASSWORD", "own-word"}});
    EXPECT_THAT(own, Not(HasSubstr("-word")));
}

TEST(Print, ShowsALoginWhereItWasSaid)
{
    temporary_file file(R"({"redis":{"url":"redis://one:first@host","user":"","password":""}})");
    const auto text = printed({"--print-config", "--config", file.path()});
    EXPECT_THAT(text, HasSubstr("one:***@host"));
    EXPECT_THAT(text, testing::ContainsRegex("redis.user += \"\" "));
    EXPECT_THAT(text, testing::ContainsRegex("redis.password += \"\" "));
}

TEST(Print, SaysThatAConfigurationIsFine)
{
    EXPECT_EQ(printed({"--check-config"}), "configuration is fine\n");
}

TEST(Print, SaysNothingWhenItIsToRun)
{
    EXPECT_EQ(printed({}), "");
}

TEST(Print, TellsTheVersion)
{
    EXPECT_EQ(printed({"--version"}), "rediserve " REDISERVE_VERSION "\n");
}

TEST(Help, NamesEveryFlagVariableAndExitCode)
{
    const auto text = printed({"--help"});
    for (const auto& one : options()) {
        EXPECT_THAT(text, HasSubstr(environment_names(one).front()));
        EXPECT_THAT(text, HasSubstr(std::string(one.flag)));
        for (const auto& name : relative_names(one))
            EXPECT_THAT(text, HasSubstr(name));
    }
    for (const auto& one : meta_flags())
        EXPECT_THAT(text, HasSubstr(std::string(one.name)));
    for (const auto* code : {"\n  0 ", "\n  1 ", "\n  2 ", "\n  69 ", "\n  78 "})
        EXPECT_THAT(text, HasSubstr(code));
}

TEST(Help, FitsIntoAHundredColumns)
{
    std::istringstream lines(printed({"--help"}));
    for (std::string line; std::getline(lines, line);)
        EXPECT_LE(columns(line), 100u) << line;
}

}   // namespace
}   // namespace rediserve::config
