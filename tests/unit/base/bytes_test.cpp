#include "rediserve/base/bytes.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

namespace rediserve {
namespace {

std::string json(std::string_view text)
{
    buffer to;
    append_json_string(to, text);
    return std::string(to.view());
}

std::string base64(std::string_view bytes)
{
    buffer to;
    append_base64(to, bytes);
    return std::string(to.view());
}

std::string random_bytes(std::mt19937& source, std::size_t size)
{
    std::string bytes(size, '\0');
    for (char& c : bytes)
        c = static_cast<char>(source());
    return bytes;
}

TEST(PercentDecode, ReadsAnyByte)
{
    EXPECT_EQ(percent_decode("a%2Fb%00%ff+"), std::string("a/b\0\xff+", 6));
}

TEST(PercentDecode, RefusesTruncatedAndNonHexadecimalEscapes)
{
    for (const auto* text : {"%", "a%2", "%zz", "%2g", "%%41", "% 41"})
        EXPECT_EQ(percent_decode(text), std::nullopt) << text;
}

TEST(FormDecode, ReadsPlusAsSpace)
{
    EXPECT_EQ(form_decode("a+b%2B"), "a b+");
}

TEST(PercentEncode, RoundTripsEveryByte)
{
    std::string all;
    for (int i = 0; i < 256; ++i)
        all.push_back(static_cast<char>(i));
    EXPECT_EQ(percent_decode(percent_encode(all)), all);
    EXPECT_EQ(percent_encode("a-._~/ "), "a-._~%2F%20");
}

TEST(Base64, MatchesTheVectorsOfRfc4648)
{
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, RoundTripsRandomBytes)
{
    const auto seed = std::random_device()();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 source(seed);
    for (std::size_t size = 0; size < 200; ++size) {
        const std::string bytes = random_bytes(source, size);
        EXPECT_EQ(base64_decode(base64(bytes)), bytes);
    }
}

TEST(Base64, RefusesWhatIsNotCanonical)
{
    for (const auto* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", "Zm 9", "Zg==Zg=="})
        EXPECT_EQ(base64_decode(text), std::nullopt) << text;
}

TEST(Base64Url, DecodesTheVectorsOfRfc7515)
{
    EXPECT_EQ(base64url_decode(""), "");
    EXPECT_EQ(base64url_decode("A-z_4ME"), "\x03\xEC\xFF\xE0\xC1");   // appendix C
    EXPECT_EQ(base64url_decode("-_-_"), "\xFB\xFF\xBF");
}

TEST(Base64Url, RefusesWhatIsNotCanonical)
{
    for (const auto* text : {"A", "AAAAA", "Zg==", "Zh", "Zm9", "-+-+", "Zm/v", "Zm9v\n", " Zm9", "Zm9v."})
        EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
}

struct utf8_case
{
    std::string_view bytes;
    bool good;
};

class Utf8 : public testing::TestWithParam<utf8_case>
{};

TEST_P(Utf8, IsJudgedByTheUnicodeTable)
{
    // At every alignment, so that the fast path over eight bytes is met too.
    for (std::size_t before = 0; before < 17; ++before)
        EXPECT_EQ(is_utf8(std::string(before, 'x') + std::string(GetParam().bytes) + "xxxxxxxxx"), GetParam().good);
    EXPECT_EQ(is_utf8(GetParam().bytes), GetParam().good);
}

INSTANTIATE_TEST_SUITE_P(
    Table3_7, Utf8,
    testing::Values(
        utf8_case{"", true}, utf8_case{"abc", true}, utf8_case{"\xC3\xA9", true}, utf8_case{"\xE2\x82\xAC", true},
        utf8_case{"\xF0\x9F\x98\x80", true}, utf8_case{"\xF4\x8F\xBF\xBF", true}, utf8_case{"\xED\x9F\xBF", true},
        utf8_case{"\xC0\x80", false}, utf8_case{"\xC1\xBF", false}, utf8_case{"\xE0\x9F\xBF", false},
        utf8_case{"\xED\xA0\x80", false}, utf8_case{"\xF0\x8F\xBF\xBF", false}, utf8_case{"\xF4\x90\x80\x80", false},
        utf8_case{"\xF5\x80\x80\x80", false}, utf8_case{"\x80", false}, utf8_case{"\xFF", false},
        utf8_case{"\xE2\x82", false}, utf8_case{"\xC3", false}, utf8_case{"\xC3\x28", false}
    )
);

TEST(JsonString, EscapesWhatJsonAsksFor)
{
    EXPECT_EQ(json("plain"), R"("plain")");
    EXPECT_EQ(json("a\"b\\c\n\t\r\b\f"), R"("a\"b\\c\n\t\r\b\f")");
    EXPECT_EQ(json(std::string_view("\0\x1f", 2)), R"("\u0000\u001F")");
    EXPECT_EQ(json("\x7f\xC3\xA9\xF0\x9F\x98\x80"), "\"\x7f\xC3\xA9\xF0\x9F\x98\x80\"");
}

TEST(JsonString, FindsAnEscapeAtEveryPlaceOfALongText)
{
    for (const std::string_view filler : {"x", "\xC3\xA9"})
        for (std::size_t before = 0; before < 20; ++before) {
            std::string text;
            for (std::size_t i = 0; i < before; ++i)
                text += filler;
            const std::string start = std::string(1, '"').append(text);
            text += "\"tail of some length";
            EXPECT_EQ(json(text), start + "\\\"tail of some length\"");
        }
}

TEST(ParseInteger, TakesWholeNumbersOnly)
{
    EXPECT_EQ(parse_integer("-12"), -12);
    EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
    for (const auto* text : {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808"})
        EXPECT_EQ(parse_integer(text), std::nullopt) << text;
}

TEST(ParseSize, KnowsPowersOf1024)
{
    EXPECT_EQ(parse_size("64k"), 65536u);
    EXPECT_EQ(parse_size("64M"), std::uint64_t{64} << 20);
    EXPECT_EQ(parse_size("2g"), std::uint64_t{2} << 30);
    EXPECT_EQ(parse_size("17"), 17u);
    for (const auto* text : {"", "k", "1kb", "-1", "1t", "18446744073709551615k"})
        EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(IEquals, IgnoresAsciiCaseOnly)
{
    EXPECT_TRUE(iequals("Bearer", "bEARER"));
    EXPECT_FALSE(iequals("\xC3\xA9", "\xC3\x89"));
    EXPECT_FALSE(iequals("a", "ab"));
}

}   // namespace
}   // namespace rediserve
