#include "api/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace rediserve::api {
namespace {

template <class Append>
std::string written(Append append)
{
    buffer to;
    append(to);
    return std::string(to.view());
}

std::string seconds(std::int64_t milliseconds)
{
    return written([&](buffer& to) { append_seconds(to, milliseconds); });
}

std::string number(double value)
{
    return written([&](buffer& to) { append_double(to, value); });
}

TEST(JsonWriter, MarksKeysThatAreNotUtf8)
{
    EXPECT_EQ(written([](buffer& to) { append_key_member(to, "a\"b"); }), R"("key":"a\"b")");
    EXPECT_EQ(written([](buffer& to) { append_key_member(to, "\xff"); }), R"("key":"/w==","key_encoding":"base64")");
    EXPECT_EQ(written([](buffer& to) { append_key_element(to, "é"); }), "\"é\"");
    EXPECT_EQ(written([](buffer& to) { append_key_element(to, "\xff"); }), R"({"base64":"/w=="})");
}

TEST(JsonWriter, WritesSecondsWithoutNeedlessDigits)
{
    EXPECT_EQ(seconds(0), "0");
    EXPECT_EQ(seconds(60'000), "60");
    EXPECT_EQ(seconds(60'500), "60.5");
    EXPECT_EQ(seconds(1), "0.001");
    EXPECT_EQ(seconds(1'010), "1.01");
    EXPECT_EQ(seconds(999), "0.999");
}

TEST(JsonWriter, WritesTheShortestDouble)
{
    EXPECT_EQ(number(0.1), "0.1");
    EXPECT_EQ(number(3), "3");
    EXPECT_EQ(number(-2.5), "-2.5");
    EXPECT_EQ(number(1e300), "1e+300");
}

TEST(JsonWriter, WritesInQuotesWhatIsNoJsonNumber)
{
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(number(infinity), "\"inf\"");
    EXPECT_EQ(number(-infinity), "\"-inf\"");
    EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "\"nan\"");
}

TEST(JsonWriter, KnowsNumbers)
{
    for (const auto* text : {"0", "-0", "10", "1.5", "-0.25", "1e5", "1E+5", "1.0e-10", "9007199254740993"})
        EXPECT_TRUE(is_json_number(text)) << text;
    for (const auto* text : {"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "nan", "inf", "1 ", " 1", "0x1", "1.5.5"})
        EXPECT_FALSE(is_json_number(text)) << text;
}

}   // namespace
}   // namespace rediserve::api
