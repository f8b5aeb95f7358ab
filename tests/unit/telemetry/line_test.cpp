#include "telemetry/line.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <limits>
#include <string>

namespace rediserve::telemetry {
namespace {

using namespace std::chrono_literals;

// 2026-11-24T02:46:38.007Z
constexpr auto some_time = std::chrono::system_clock::time_point(std::chrono::seconds(1795488398) + 7ms);

fact about(std::span<const field> fields)
{
    return {some_time, level::warn, "backend", "link_lost", fields};
}

std::string json(std::span<const field> fields)
{
    buffer line;
    append_json_line(line, about(fields));
    return std::string(line.view());
}

std::string text(std::span<const field> fields)
{
    buffer line;
    append_text_line(line, about(fields));
    return std::string(line.view());
}

// The line's member "x" when its value is `bytes`.
std::string json_round_trip(std::string_view bytes)
{
    const std::array fields = {field{"x", bytes}};
    return nlohmann::json::parse(json(fields))["x"];
}

std::string text_value(std::string_view bytes)
{
    const std::array fields = {field{"x", bytes}};
    const std::string line = text(fields);
    return line.substr(line.find("x=") + 2);
}

TEST(LogLine, IsOneJsonObjectWithTimeLevelSubjectAndEventFirst)
{
    EXPECT_EQ(json({}), R"({"ts":"2026-11-24T02:46:38.007Z","level":"warn","subject":"backend","event":"link_lost"})");
}

TEST(LogLine, KeepsTheKindsOfValuesApart)
{
    const std::array fields = {
        field{"shard", 2},
        field{"bytes", std::numeric_limits<std::uint64_t>::max()},
        field{"least", std::numeric_limits<std::int64_t>::min()},
        field{"ms", 1.25},
        field{"up", false},
        field{"why", "eof"},
    };
    EXPECT_TRUE(json(fields).ends_with(
        R"("shard":2,"bytes":18446744073709551615,"least":-9223372036854775808,"ms":1.25,"up":false,"why":"eof"})"
    ));
    EXPECT_TRUE(
        text(fields).ends_with("shard=2 bytes=18446744073709551615 least=-9223372036854775808 ms=1.25 up=false why=eof")
    );
}

TEST(LogLine, WritesNoNumberThatJsonDoesNotHave)
{
    const std::array fields = {field{"x", std::numeric_limits<double>::infinity()}};
    EXPECT_TRUE(nlohmann::json::parse(json(fields))["x"].is_null());
}

TEST(LogLine, PutsTheSubjectFirstInText)
{
    const std::array fields = {field{"shard", 2}, field{"why", "connection refused"}};
    EXPECT_EQ(text(fields), R"(2026-11-24T02:46:38.007Z warn  backend link_lost shard=2 why="connection refused")");
}

TEST(LogLine, QuotesWhatWouldBeAmbiguousInText)
{
    EXPECT_EQ(text_value("10.0.0.4:6379"), "10.0.0.4:6379");
    EXPECT_EQ(text_value(""), R"("")");
    EXPECT_EQ(text_value("a=b"), R"("a=b")");
    EXPECT_EQ(text_value("say \"x\""), R"("say \"x\"")");
    EXPECT_EQ(text_value("two\nlines"), R"("two\nlines")");
}

TEST(LogLine, StaysOneLineWhateverTheBytes)
{
    std::string every;
    for (int byte = 0; byte < 256; ++byte)
        every += static_cast<char>(byte);
    const std::array fields = {field{"x", every}};
    for (const std::string& line : {json(fields), text(fields)}) {
        EXPECT_EQ(line.find('\n'), std::string::npos);
        EXPECT_EQ(line.find('\0'), std::string::npos);
        EXPECT_EQ(line.find('\x1B'), std::string::npos) << "a terminal would obey it";
    }
    EXPECT_TRUE(nlohmann::json::accept(json(fields)));
}

TEST(LogLine, KeepsUtf8AndReplacesWhatIsNot)
{
    EXPECT_EQ(json_round_trip("h\xC3\xA9llo \xF0\x9F\x8E\x89"), "h\xC3\xA9llo \xF0\x9F\x8E\x89");
    EXPECT_EQ(json_round_trip("a\xFFz"), "a\xEF\xBF\xBDz");
    EXPECT_EQ(json_round_trip("\xC3\xA9\xC3"), "\xC3\xA9\xEF\xBF\xBD") << "a character cut short";
    EXPECT_EQ(json_round_trip("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "a surrogate";
}

}   // namespace
}   // namespace rediserve::telemetry
