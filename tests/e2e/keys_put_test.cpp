// PUT of plain values: api/keys, section 2.
#include "e2e/rest_test.hpp"

#include <ctime>

namespace rediserve::test {
namespace {

class KeysPut : public rest_test
{
protected:
    static long milliseconds_left(const std::string& key) { return std::stol(redis().cli({"pttl", key})); }
};

TEST_F(KeysPut, CreatesThenReplaces)
{
    EXPECT_THAT(put("/keys/greeting", "hello"), Answers(201, R"({"key":"greeting","created":true})"));
    EXPECT_THAT(put("/keys/greeting", "again"), Answers(200, R"({"key":"greeting","created":false})"));
    EXPECT_EQ(redis().cli({"get", "greeting"}), "again");
}

TEST_F(KeysPut, StoresTheBodyByteForByte)
{
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    EXPECT_THAT(put("/keys/k", all), HasStatus(201));
    EXPECT_EQ(get("/keys/k?raw").body, all);
    EXPECT_EQ(redis().cli({"strlen", "k"}), "256");
}

TEST_F(KeysPut, StoresAnEmptyBody)
{
    EXPECT_THAT(put("/keys/k", ""), HasStatus(201));
    EXPECT_EQ(redis().cli({"strlen", "k"}), "0");
    EXPECT_EQ(redis().cli({"exists", "k"}), "1");
}

TEST_F(KeysPut, TakesTheBodyAsItIsWhateverItsContentType)
{
    for (const auto* type : {"application/x-www-form-urlencoded", "application/json", "text/plain", "nonsense"}) {
        put("/keys/k", R"({"value":"v"}%20+)", {{"Content-Type", type}});
        EXPECT_EQ(redis().cli({"get", "k"}), R"({"value":"v"}%20+)") << type;
    }
}

TEST_F(KeysPut, TakesAChunkedBody)
{
    auto connection = rest().connect();
    connection.send("PUT /keys/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "5\r\nhello\r\n1;name=value\r\n \r\nA\r\nworld12345\r\n0\r\nTrailer: t\r\n\r\n");
    EXPECT_THAT(connection.read(), HasStatus(201));
    EXPECT_EQ(redis().cli({"get", "k"}), "hello world12345");
    EXPECT_THAT(connection.request("GET", "/keys/k"), HasStatus(200));
}

TEST_F(KeysPut, TakesAKeyOfAnyBytes)
{
    EXPECT_THAT(
        put("/keys/%00%FF%2F", "v"), AnswersJson(201, R"({"key":"AP8v","key_encoding":"base64","created":true})")
    );
    EXPECT_THAT(get("/keys/%00%FF%2F?raw"), Answers(200, "v"));
}

TEST_F(KeysPut, SetsTheTimeToLive)
{
    put("/keys/a?ttl=100", "v");
    EXPECT_GT(milliseconds_left("a"), 50'000);
    EXPECT_LE(milliseconds_left("a"), 100'000);
    put("/keys/b?ttl_ms=90000", "v");
    EXPECT_GT(milliseconds_left("b"), 40'000);
    EXPECT_LE(milliseconds_left("b"), 90'000);
    auto later = std::time(nullptr) + 100;
    put("/keys/c?expire_at=" + std::to_string(later), "v");
    EXPECT_GT(milliseconds_left("c"), 50'000);
    put("/keys/d?expire_at_ms=" + std::to_string(later * 1000), "v");
    EXPECT_GT(milliseconds_left("d"), 50'000);
}

TEST_F(KeysPut, DropsTheOldTimeToLiveUnlessAskedToKeepIt)
{
    redis().cli({"set", "k", "v", "EX", "100"});
    put("/keys/k?keepttl", "w");
    EXPECT_GT(milliseconds_left("k"), 50'000);
    EXPECT_EQ(redis().cli({"get", "k"}), "w");
    put("/keys/k", "x");
    EXPECT_EQ(milliseconds_left("k"), -1);
}

TEST_F(KeysPut, OnlyCreatesWithNx)
{
    EXPECT_THAT(put("/keys/k?nx", "first"), Answers(201, R"({"key":"k","created":true})"));
    EXPECT_THAT(put("/keys/k?nx", "second"), Fails(412, "precondition_failed"));
    EXPECT_EQ(redis().cli({"get", "k"}), "first");
}

TEST_F(KeysPut, OnlyReplacesWithXx)
{
    EXPECT_THAT(put("/keys/k?xx", "first"), Fails(412, "precondition_failed"));
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
    redis().cli({"set", "k", "old"});
    EXPECT_THAT(put("/keys/k?xx&ttl=100", "new"), Answers(200, R"({"key":"k","created":false})"));
    EXPECT_EQ(redis().cli({"get", "k"}), "new");
    EXPECT_GT(milliseconds_left("k"), 50'000);
}

TEST_F(KeysPut, RefusesOptionsThatMakeNoSense)
{
    for (const auto* query : {
             "ttl=0",
             "ttl=-1",
             "ttl=abc",
             "ttl=",
             "ttl",
             "ttl=99999999999999999999",
             "ttl_ms=0",
             "ttl_ms=1x",
             "expire_at=-5",
             "expire_at=x",
             "ttl=1&ttl_ms=5",
             "ttl=5&keepttl",
             "ttl=1&ttl=2",
             "nx&xx",
             "colour=red",
             "NX",
         })
        EXPECT_THAT(put(std::string("/keys/k?") + query, "v"), Fails(400, "bad_request")) << query;
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
}

TEST_F(KeysPut, ReplacesAKeyOfAnotherType)
{
    redis().cli({"hset", "k", "f", "v"});
    EXPECT_THAT(put("/keys/k", "plain"), Answers(200, R"({"key":"k","created":false})"));
    EXPECT_EQ(redis().cli({"get", "k"}), "plain");
}

TEST_F(KeysPut, TellsTheETagOfWhatItStored)
{
    // The first 16 bytes of SHA-1 of "hello".
    EXPECT_EQ(put("/keys/k", "hello").header("etag"), "\"aaf4c61ddcc5e8a2dabede0f3b482cd9\"");
    EXPECT_EQ(get("/keys/k").header("etag"), "\"aaf4c61ddcc5e8a2dabede0f3b482cd9\"");
}

TEST_F(KeysPut, RoundTripsSizesAroundEveryBuffer)
{
    for (std::size_t size : {1U, 4095U, 4096U, 16383U, 16384U, 65535U, 65537U, 262145U, 1048577U}) {
        std::string value(size, 'a');
        for (std::size_t at = 0; at < size; at += 97)
            value[at] = static_cast<char>('a' + at % 26);
        put("/keys/k", value);
        EXPECT_EQ(get("/keys/k?raw").body, value) << size;
        EXPECT_EQ(json_of(get("/keys/k"))["value"], value) << size;
    }
}

}   // namespace
}   // namespace rediserve::test
