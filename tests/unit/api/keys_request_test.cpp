// Taking requests apart: keys, options, ranges, conditions, cursors, expiries.
#include "api/keys/cursor.hpp"
#include "api/keys/expiry.hpp"
#include "api/keys/guard.hpp"
#include "api/keys/inside/entry_request.hpp"
#include "api/keys/inside/score_options.hpp"
#include "api/keys/key_name.hpp"
#include "api/keys/patch_request.hpp"
#include "api/keys/query.hpp"
#include "api/keys/range.hpp"
#include "api/keys/scan_request.hpp"
#include "api/keys/stream_id.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

namespace rediserve::api::keys {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// ---- key_name ------------------------------------------------------------------------------------------------------

TEST(KeyName, HoldsAnyBytes)
{
    EXPECT_EQ(key_name::decode("a+b%20%2f%00%FF", 100)->view(), std::string_view("a+b /\0\xff", 7));
}

TEST(KeyName, RefusesBrokenEscapes)
{
    for (const auto* text : {"%", "%4", "%zz", "a%2", "%%30"})
        EXPECT_EQ(key_name::decode(text, 100).error().code, errc::bad_request) << text;
}

TEST(KeyName, IsNeitherEmptyNorTooLong)
{
    EXPECT_EQ(key_name::check("", 100).error().code, errc::bad_request);
    EXPECT_TRUE(key_name::decode("%41%41%41", 3));
    EXPECT_EQ(key_name::decode("%41%41%41%41", 3).error().code, errc::uri_too_long);
}

// ---- query ---------------------------------------------------------------------------------------------------------

constexpr std::array<known_option, 3> known = {{
    {"ttl", option_kind::value},
    {"nx", option_kind::flag},
    {"key", option_kind::repeated},
}};

TEST(Query, ReadsOptions)
{
    const auto options = query::read("ttl=6%30&nx&key=a+b&&key=%26&key=", known);
    ASSERT_TRUE(options) << options.error().detail;
    EXPECT_EQ(options->find("ttl"), "60");
    EXPECT_TRUE(options->has("nx"));
    EXPECT_THAT(options->all("key"), ElementsAre("a b", "&", ""));
    EXPECT_EQ(options->size(), 5u);
}

TEST(Query, RefusesWhatItDoesNotKnow)
{
    for (const auto* text :
         {"colour=red", "NX", "ttl", "ttl=1&ttl=1", "nx=1", "nx&nx", "key", "ttl=%", "%zz=1", "=1", "=", "ttl%00=1"}) {
        const auto options = query::read(text, known);
        ASSERT_FALSE(options) << text;
        EXPECT_EQ(options.error().code, errc::bad_request) << text;
    }
}

TEST(Query, NamesWhatWasProbablyMeant)
{
    EXPECT_THAT(query::read("tll=5", known).error().detail, HasSubstr("\"ttl\""));
    EXPECT_EQ(nearest("something", known), "");
}

// ---- range ---------------------------------------------------------------------------------------------------------

TEST(Range, IsOneRangeOfBytes)
{
    constexpr auto end = byte_range::beyond_any_value;
    EXPECT_EQ(read_range("bytes=0-3"), (byte_range{0, 3}));
    EXPECT_EQ(read_range("Bytes=4-"), (byte_range{4, end}));
    EXPECT_EQ(read_range("bytes=-3"), (byte_range{-3, end}));
    EXPECT_EQ(read_range("bytes= 0-3 "), (byte_range{0, 3}));
    EXPECT_EQ(read_range("bytes=99999999999999999999-"), (byte_range{end, end}));
    for (const auto* text :
         {"", "lines=1-2", "bytes=3-1", "bytes=a-b", "bytes=", "bytes=-", "bytes=0-1,3-4", "bytes=--1", "bytes 0-1"})
        EXPECT_EQ(read_range(text), std::nullopt) << text;
}

TEST(Range, LiesWithinTheValue)
{
    constexpr auto end = byte_range::beyond_any_value;
    EXPECT_EQ(resolve({0, 3}, 10), (extent{0, 4}));
    EXPECT_EQ(resolve({4, end}, 10), (extent{4, 6}));
    EXPECT_EQ(resolve({-3, end}, 10), (extent{7, 3}));
    EXPECT_EQ(resolve({-1000, end}, 10), (extent{0, 10}));
    EXPECT_EQ(resolve({9, 9}, 10), (extent{9, 1}));
    EXPECT_EQ(resolve({10, 12}, 10), std::nullopt);
    EXPECT_EQ(resolve({0, 0}, 0), std::nullopt);
    EXPECT_EQ(resolve({-5, end}, 0), std::nullopt);
    EXPECT_EQ(resolve(*read_range("bytes=-0"), 10), std::nullopt);
}

// ---- conditions ----------------------------------------------------------------------------------------------------

TEST(Conditions, ReadLists)
{
    const auto list = tag_list::read(R"( "a" , W/"b",, "c,d" )");
    ASSERT_TRUE(list);
    ASSERT_EQ(list->tags.size(), 3u);
    EXPECT_TRUE(list->tags[1].weak);
    EXPECT_EQ(list->tags[2].opaque, "c,d");
    EXPECT_TRUE(tag_list::read("*")->any);
    for (const auto* text : {"", "a", "\"", "\"a", "\"a\"\"b\"", "*, *", "*,\"a\"", ",", "w/\"a\"", "W/a", "\"a b\""})
        EXPECT_FALSE(tag_list::read(text)) << text;
}

TEST(Conditions, CompareWeaklyOnlyForIfNoneMatch)
{
    const auto list = tag_list::read(R"(W/"a")");
    EXPECT_FALSE(list->matches_strongly("a"));
    EXPECT_TRUE(list->matches_weakly("a"));
}

TEST(Conditions, DecideAboutReads)
{
    EXPECT_EQ(judge(*conditions::read("", ""), "a"), verdict::proceed);
    EXPECT_EQ(judge(*conditions::read("\"b\"", ""), "a"), verdict::failed);
    EXPECT_EQ(judge(*conditions::read("", "\"a\""), "a"), verdict::not_modified);
    EXPECT_EQ(judge(*conditions::read("\"b\"", "\"a\""), "a"), verdict::failed);
    EXPECT_EQ(judge(*conditions::read("*", "\"b\""), "a"), verdict::proceed);
}

TEST(Guard, IsWhatTheScriptsTake)
{
    EXPECT_TRUE(guard::of({}).none());
    EXPECT_TRUE(guard::of({}, true, false).only_nx());
    EXPECT_TRUE(guard::of({}, false, true).only_xx());
    EXPECT_TRUE(guard::of(*conditions::read("*", "")).only_xx());
    EXPECT_TRUE(guard::of(*conditions::read("", "*")).only_nx());
    EXPECT_EQ(guard::of(*conditions::read(R"("a", "b")", "")).must_match, R"("","a","b")");
    EXPECT_EQ(guard::of(*conditions::read(R"(W/"a")", R"(W/"a")")).must_match, R"("")");
    EXPECT_EQ(guard::of(*conditions::read("", R"(W/"a")")).must_not_match, R"("","a")");
}

TEST(Guard, NeverForgetsHalfOfWhatIsAsked)
{
    const guard both = guard::of(*conditions::read("\"a\"", ""), true, false);
    EXPECT_EQ(both.must_not_match, "*");
    EXPECT_EQ(both.must_match, R"("","a")");
    EXPECT_FALSE(both.only_nx());
    EXPECT_EQ(guard::of(*conditions::read("", "\"a\""), false, true).must_match, "*");
}

// ---- cursor, stream_id ---------------------------------------------------------------------------------------------

TEST(Cursor, ComesBackAsItWas)
{
    for (const std::uint64_t cursor : {std::uint64_t{1}, std::uint64_t{255}, UINT64_MAX})
        EXPECT_EQ(decode_cursor(encode_cursor(cursor)), cursor);
    for (const auto* text : {"", "0", "s", "sx", "s-1", "s 1", "s1ffffffffffffffff", "x1", "s1 "})
        EXPECT_EQ(decode_cursor(text), std::nullopt) << text;
    const std::set<char> letters = {cursor_of_keys, cursor_of(kind::hash), cursor_of(kind::set), cursor_of(kind::zset)};
    EXPECT_EQ(letters.size(), 4u);
    EXPECT_EQ(decode_cursor(encode_cursor(5, cursor_of(kind::hash))), std::nullopt);
    EXPECT_EQ(read_scan_cursor("18446744073709551615"), UINT64_MAX);
    EXPECT_EQ(read_scan_cursor("18446744073709551616"), std::nullopt);
}

TEST(StreamId, IsTwoNumbersThatAreOrdered)
{
    EXPECT_EQ(stream_id::read("5-1"), (stream_id{5, 1}));
    EXPECT_LT(*stream_id::read("5-10"), *stream_id::read("6-0"));
    for (const auto* text : {"", "5", "-", "5-", "-1", "5-*", "5-1-1", "*", "18446744073709551616-0", "+5-1"})
        EXPECT_EQ(stream_id::read(text), std::nullopt) << text;
}

// ---- expiry, patch, scan -------------------------------------------------------------------------------------------

constexpr std::array<known_option, 5> expiry_options = {{
    {"ttl", option_kind::value},
    {"ttl_ms", option_kind::value},
    {"expire_at", option_kind::value},
    {"expire_at_ms", option_kind::value},
    {"keepttl", option_kind::flag},
}};

result<expiry> read_expiry(std::string_view text)
{
    return expiry::read(*query::read(text, expiry_options));
}

TEST(Expiry, IsKeptInMilliseconds)
{
    EXPECT_EQ(*read_expiry(""), expiry{});
    EXPECT_EQ(*read_expiry("ttl=60"), (expiry{expiry::kind::after, 60'000}));
    EXPECT_EQ(*read_expiry("ttl=0.25"), (expiry{expiry::kind::after, 250}));
    EXPECT_EQ(*read_expiry("ttl_ms=5"), (expiry{expiry::kind::after, 5}));
    EXPECT_EQ(*read_expiry("expire_at=1700000000"), (expiry{expiry::kind::at, 1'700'000'000'000}));
    EXPECT_EQ(*read_expiry("expire_at_ms=1700000000001"), (expiry{expiry::kind::at, 1'700'000'000'001}));
    EXPECT_EQ(read_expiry("keepttl")->kind, expiry::kind::keep);
}

TEST(Expiry, IsANumberAboveZero)
{
    for (const auto* text :
         {"ttl=", "ttl=0", "ttl=-1", "ttl=abc", "ttl=1x", "ttl=0.0001", "ttl=nan", "ttl=inf", "ttl=1e30",
          "ttl=99999999999999999999", "ttl=9223372036854775807", "ttl_ms=0", "ttl_ms=1.5", "ttl_ms=9223372036854775807",
          "expire_at=-5", "ttl=-9223372036854775808"})
        EXPECT_FALSE(read_expiry(text)) << text;
    for (const auto* text : {"ttl=1&ttl_ms=5", "ttl=5&keepttl", "expire_at=1&expire_at_ms=1"})
        EXPECT_FALSE(read_expiry(text)) << text;
}

TEST(Patch, TakesANewNameAndANewExpiry)
{
    const auto wish = patch_request::read(R"({"rename":"b","nx":true,"ttl":0.5})", 100);
    ASSERT_TRUE(wish) << wish.error().detail;
    EXPECT_EQ(wish->rename, "b");
    EXPECT_TRUE(wish->to_free_name);
    EXPECT_THAT(wish->expiry.command(), ElementsAre("PEXPIRE", "500"));
    EXPECT_EQ(patch_request::read(R"({"rename":{"base64":"/w=="}})", 100)->rename, "\xff");
    EXPECT_THAT(patch_request::read(R"({"ttl":null})", 100)->expiry.command(), ElementsAre("PERSIST"));
}

TEST(Patch, RefusesWhatMakesNoSense)
{
    for (const auto* text :
         {"{}", R"({"nx":true})", R"({"rename":""})", R"({"rename":5})", R"({"rename":{"base64":"!"}})",
          R"({"ttl":1,"ttl":1})", R"({"ttl":1,"expire_at":2})", R"({"ttl_ms":null})", R"({"ttl":"60"})",
          R"({"rename":"b","nx":1})", R"({"ttl":1e30})"})
        EXPECT_EQ(patch_request::read(text, 100).error().code, errc::bad_request) << text;
    EXPECT_EQ(patch_request::read(R"({"rename":"abcd"})", 3).error().code, errc::uri_too_long);
}

TEST(Scan, SaysWhereTheNextPageIs)
{
    scan_request wish;
    wish.match = "user:*&\r\n";
    wish.type = "hash";
    wish.count = 5;
    EXPECT_EQ(wish.target("/keys", 42), "/keys?match=user%3A%2A%26%0D%0A&type=hash&count=5&cursor=s2a");
    EXPECT_EQ(scan_request().target("/keys", 1), "/keys?cursor=s1");
}

// ---- inside a key --------------------------------------------------------------------------------------------------

constexpr std::array<known_option, 2> bounds = {{{"min", option_kind::value}, {"start", option_kind::value}}};

TEST(Bounds, AreScoresOrIds)
{
    for (const auto* text : {"1", "-1.5", "1e3", "inf", "-inf", "(1.5", "(-inf"})
        EXPECT_EQ(*read_bound(*query::read("min=" + std::string(text), bounds), "min", "0"), text);
    for (const auto* text : {"", "(", "((1", "[1", "nan", "1x", "0x1", "1,2", "infinity"})
        EXPECT_FALSE(read_bound(*query::read("min=" + std::string(text), bounds), "min", "0")) << text;
    for (const auto* text : {"-", "5", "5-1", "(5-1", "(5"})
        EXPECT_EQ(*read_entry_bound(*query::read("start=" + std::string(text), bounds), "start", "-"), text);
    EXPECT_EQ(*read_entry_bound(*query::read("start=+", bounds), "start", "-"), "+");
    EXPECT_EQ(*read_entry_bound(*query::read("", bounds), "start", "-"), "-");
    for (const auto* text : {"", "(", "(-", "x", "5-", "5-x", "5-1-1", "-5", "5-*", "99999999999999999999"})
        EXPECT_FALSE(read_entry_bound(*query::read("start=" + std::string(text), bounds), "start", "-")) << text;
}

TEST(ScoreOptions, ExcludeEachOther)
{
    EXPECT_THAT(score_options::read("xx&gt")->words(), ElementsAre("XX", "GT"));
    EXPECT_TRUE(score_options::read("")->none());
    for (const auto* text : {"nx&xx", "nx&gt", "gt&lt", "ch", "nx=1"})
        EXPECT_FALSE(score_options::read(text)) << text;
}

TEST(Entry, IsReadFromADocument)
{
    const auto wish = entry_request::read(R"({"fields":{"f":"v"},"id":"5-*","maxlen":10,"approximate":true})");
    ASSERT_TRUE(wish) << wish.error().detail;
    EXPECT_EQ(wish->id, "5-*");
    EXPECT_THAT(wish->trim, ElementsAre("MAXLEN", "~", "10"));
    EXPECT_THAT(entry_request::read(R"({"fields":{"f":"v"},"minid":"5"})")->trim, ElementsAre("MINID", "=", "5"));
    EXPECT_THAT(entry_request::read(R"({"fields":{"/w==":""},"encoding":"base64"})")->fields, ElementsAre("\xff", ""));
    for (const auto* text :
         {"", "[]", "{}", R"({"fields":{}})", R"({"fields":{"f":1}})", R"({"fields":["f","v"]})",
          R"({"fields":{"f":"v"},"id":"0-0"})", R"({"fields":{"f":"v"},"id":"5"})", R"({"fields":{"f":"v"},"id":5})",
          R"({"fields":{"f":"v"},"maxlen":-1})", R"({"fields":{"f":"v"},"maxlen":"5"})",
          R"({"fields":{"f":"v"},"maxlen":1,"minid":"1-1"})", R"({"fields":{"f":"v"},"approximate":true})",
          R"({"fields":{"f":"v"},"maxlen":1,"approximate":1})", R"({"fields":{"f":"!"},"encoding":"base64"})",
          R"({"fields":{"f":"v"},"encoding":"hex"})", R"({"field":{"f":"v"}})"})
        EXPECT_EQ(entry_request::read(text).error().code, errc::bad_request) << text;
}

}   // namespace
}   // namespace rediserve::api::keys
