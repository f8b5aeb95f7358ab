#include "api/upstash/typed_reply.hpp"
#include "support/fake_backend.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <string>

namespace rediserve::api::upstash {
namespace {

using namespace std::string_literals;
using nlohmann::json;

std::string rendered(const std::string& resp, notation in)
{
    buffer to;
    test::with_reply(resp, [&](const redis::reply_view& reply) {
        append_typed_result(to, reply, in);
        return true;
    });
    return std::string(to.view());
}

// The value of `result`.
std::string typed(const std::string& resp)
{
    const std::string all = rendered(resp, notation::json);
    EXPECT_TRUE(all.starts_with("{\"result\":")) << all;
    return all.substr(10, all.size() - 11);
}

json unpacked(const std::string& resp, notation in)
{
    const std::string bytes = rendered(resp, in);
    const json all =
        in == notation::cbor ? json::from_cbor(bytes, true, false) : json::from_msgpack(bytes, true, false);
    EXPECT_FALSE(all.is_discarded());
    return all.is_discarded() ? all : all["result"];
}

TEST(TypedReply, HasTheTypesOfRedis)
{
    EXPECT_EQ(typed("$2\r\nhi\r\n"), R"("hi")");
    EXPECT_EQ(typed("+OK\r\n"), R"("OK")");
    EXPECT_EQ(typed(":42\r\n"), "42");
    EXPECT_EQ(typed(",1.5\r\n"), "1.5");
    EXPECT_EQ(typed(",inf\r\n"), R"("inf")");
    EXPECT_EQ(typed(",-inf\r\n"), R"("-inf")");
    EXPECT_EQ(typed(",nan\r\n"), R"("nan")");
    EXPECT_EQ(typed("#t\r\n"), "true");
    EXPECT_EQ(typed("#f\r\n"), "false");
    EXPECT_EQ(typed("_\r\n"), "null");
    EXPECT_EQ(typed("$-1\r\n"), "null");
    EXPECT_EQ(typed("(1234567999999999999999999999999999999\r\n"), R"("1234567999999999999999999999999999999")");
    EXPECT_EQ(typed("=8\r\ntxt:some\r\n"), R"({"$verbatim":["txt","some"]})");
    EXPECT_EQ(typed("*2\r\n:1\r\n*1\r\n#t\r\n"), "[1,[true]]");
    EXPECT_EQ(typed("~2\r\n+a\r\n,2\r\n"), R"({"$set":["a",2]})");
    EXPECT_EQ(typed("%2\r\n+a\r\n:1\r\n$1\r\nb\r\n~0\r\n"), R"({"a":1,"b":{"$set":[]}})");
    EXPECT_EQ(typed("%0\r\n"), "{}");
    EXPECT_EQ(typed("*0\r\n"), "[]");
}

TEST(TypedReply, HasAttributes)
{
    const std::string ttl = "|1\r\n+ttl\r\n:3600\r\n";
    EXPECT_EQ(rendered(ttl + "$1\r\na\r\n", notation::json), R"({"result":"a","attributes":{"ttl":3600}})");
    EXPECT_EQ(rendered(ttl + "-ERR no\r\n", notation::json), R"({"error":"ERR no","attributes":{"ttl":3600}})");
    EXPECT_EQ(typed("*2\r\n:1\r\n" + ttl + "#t\r\n"), R"([1,{"$attributes":[{"ttl":3600},true]}])");
    EXPECT_EQ(
        rendered("|1\r\n+a\r\n" + ttl + "_\r\n|1\r\n:1\r\n:2\r\n+OK\r\n", notation::json),
        R"({"result":{"$attributes":[{"$map":[[1,2]]},"OK"]},"attributes":{"a":{"$attributes":[{"ttl":3600},null]}}})"
    );
    const auto all = json::parse(rendered(ttl + "*1\r\n" + ttl + "+x\r\n", notation::json));
    EXPECT_EQ(json::from_msgpack(rendered(ttl + "*1\r\n" + ttl + "+x\r\n", notation::msgpack)), all);
    EXPECT_EQ(json::from_cbor(rendered(ttl + "*1\r\n" + ttl + "+x\r\n", notation::cbor)), all);
}

TEST(TypedReply, SaysIntegersExactly)
{
    EXPECT_EQ(typed(":9007199254740991\r\n"), "9007199254740991");
    EXPECT_EQ(typed(":9007199254740992\r\n"), R"("9007199254740992")");
    EXPECT_EQ(typed(":-9223372036854775808\r\n"), R"("-9223372036854775808")");
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    for (const notation in : {notation::msgpack, notation::cbor})
        for (const std::int64_t one :
             {least,
              least + 1,
              std::int64_t{-2147483649},
              std::int64_t{-2147483648},
              std::int64_t{-32769},
              std::int64_t{-32768},
              std::int64_t{-129},
              std::int64_t{-128},
              std::int64_t{-33},
              std::int64_t{-32},
              std::int64_t{-25},
              std::int64_t{-24},
              std::int64_t{-1},
              std::int64_t{0},
              std::int64_t{23},
              std::int64_t{24},
              std::int64_t{127},
              std::int64_t{128},
              std::int64_t{255},
              std::int64_t{256},
              std::int64_t{65535},
              std::int64_t{65536},
              std::int64_t{4294967295},
              std::int64_t{4294967296},
              most})
            EXPECT_EQ(unpacked(":" + std::to_string(one) + "\r\n", in), json(one)) << one;
}

TEST(TypedReply, KeepsBytes)
{
    const auto bytes = "a\0\xFF"s;
    EXPECT_EQ(typed("$3\r\n" + bytes + "\r\n"), R"({"$b64":"YQD/"})");
    const json binary = json::binary({'a', 0, 0xFF});
    EXPECT_EQ(unpacked("$3\r\n" + bytes + "\r\n", notation::msgpack), binary);
    EXPECT_EQ(unpacked("$3\r\n" + bytes + "\r\n", notation::cbor), binary);
}

TEST(TypedReply, PacksEveryLengthOfString)
{
    for (const notation in : {notation::msgpack, notation::cbor})
        for (const std::size_t size : {0U, 1U, 23U, 24U, 31U, 32U, 255U, 256U, 65535U, 65536U}) {
            const std::string text(size, 'x');
            EXPECT_EQ(unpacked("$" + std::to_string(size) + "\r\n" + text + "\r\n", in), json(text)) << size;
        }
}

TEST(TypedReply, PacksEveryLengthOfArray)
{
    for (const notation in : {notation::msgpack, notation::cbor})
        for (const std::size_t size : {0U, 15U, 16U, 23U, 24U, 255U, 256U, 65535U, 65536U}) {
            std::string array = "*" + std::to_string(size) + "\r\n";
            for (std::size_t i = 0; i < size; ++i)
                array += ":7\r\n";
            EXPECT_EQ(unpacked(array, in), json(std::vector<int>(size, 7))) << size;
        }
}

TEST(TypedReply, IsTheSameDocumentInEveryForm)
{
    const auto resp = "%3\r\n+a\r\n,1.25\r\n+b\r\n~1\r\n#t\r\n+c\r\n*3\r\n_\r\n=5\r\ntxt:x\r\n(123\r\n"s;
    const json document = json::parse(typed(resp));
    EXPECT_EQ(unpacked(resp, notation::msgpack), document);
    EXPECT_EQ(unpacked(resp, notation::cbor), document);
}

TEST(TypedReply, HasNumbersThatJsonHasNot)
{
    for (const notation in : {notation::msgpack, notation::cbor}) {
        EXPECT_EQ(unpacked(",inf\r\n", in), json(std::numeric_limits<double>::infinity()));
        EXPECT_TRUE(std::isnan(unpacked(",nan\r\n", in).get<double>()));
    }
}

TEST(TypedReply, HasPairsWhereAnObjectWouldSaySomethingElse)
{
    EXPECT_EQ(typed("%1\r\n:1\r\n+a\r\n"), R"({"$map":[[1,"a"]]})") << "a key that is no string";
    EXPECT_EQ(typed("%2\r\n+a\r\n:1\r\n+a\r\n:2\r\n"), R"({"$map":[["a",1],["a",2]]})") << "a key twice";
    EXPECT_EQ(typed("%1\r\n$1\r\n\xFF\r\n:1\r\n"), R"({"$map":[[{"$b64":"/w=="},1]]})") << "a key that is no text";
    EXPECT_EQ(typed("%1\r\n+$set\r\n*0\r\n"), R"({"$map":[["$set",[]]]})") << "a key that looks like a mark";
    EXPECT_EQ(typed("%2\r\n+$set\r\n*0\r\n+b\r\n:1\r\n"), R"({"$set":[],"b":1})") << "which two members cannot be";
    EXPECT_EQ(typed("%1\r\n%1\r\n+a\r\n:1\r\n:2\r\n"), R"({"$map":[[{"a":1},2]]})") << "a map for a key";
}

TEST(TypedReply, TellsErrors)
{
    EXPECT_EQ(rendered("-ERR no\r\n", notation::json), R"({"error":"ERR no"})");
    EXPECT_EQ(typed("*2\r\n:1\r\n-ERR no\r\n"), R"([1,{"$error":"ERR no"}])");
    const std::string packed = rendered("-ERR \xFF\r\n", notation::msgpack);
    EXPECT_EQ(json::from_msgpack(packed)["error"], "ERR \xEF\xBF\xBD");
    buffer to;
    append_typed_error(to, "ERR x", error(errc::backend_lost, "x", executed::maybe), notation::cbor);
    EXPECT_EQ(
        json::from_cbor(to.view()), json::parse(R"({"error":"ERR x","code":"redis_unavailable","executed":"maybe"})")
    );
}

TEST(TypedReply, EndsHoweverDeepItIs)
{
    std::string deep;
    for (int i = 0; i < 100; ++i)
        deep += i % 2 == 0 ? "~1\r\n" : "%1\r\n+k\r\n";
    deep += ":1\r\n";
    EXPECT_FALSE(json::parse(rendered(deep, notation::json), nullptr, false).is_discarded());
    EXPECT_TRUE(unpacked(deep, notation::msgpack).is_object());
}

}   // namespace
}   // namespace rediserve::api::upstash
