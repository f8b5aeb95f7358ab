// GET and HEAD of one string key: api/keys, sections 1 and 2.
#include "e2e/rest_test.hpp"

namespace rediserve::test {
namespace {

class KeysGet : public rest_test
{};

// Redis' own way to write any bytes on a command line.
void store_bytes(redis_server& redis, const std::string& lua_key, const std::string& lua_value)
{
    ASSERT_EQ(redis.cli({"eval", "return redis.call('set', \"" + lua_key + "\", \"" + lua_value + "\")", "0"}), "OK");
}

TEST_F(KeysGet, ReturnsKeyAndValueInThisOrderAndNothingElse)
{
    redis().cli({"set", "greeting", "hello"});
    auto answer = get("/keys/greeting");
    EXPECT_THAT(answer, Answers(200, R"({"key":"greeting","value":"hello"})"));
    EXPECT_TRUE(answer.header("content-type").starts_with("application/json"));
    EXPECT_EQ(answer.header("content-length"), std::to_string(answer.body.size()));
    EXPECT_FALSE(answer.header("x-request-id").empty());
    EXPECT_FALSE(answer.header("date").empty());
}

TEST_F(KeysGet, SaysNotFoundForAMissingKey)
{
    EXPECT_THAT(get("/keys/nothing"), Fails(404, "not_found"));
}

TEST_F(KeysGet, ReturnsAnEmptyValue)
{
    redis().cli({"set", "k", ""});
    EXPECT_THAT(get("/keys/k"), Answers(200, R"({"key":"k","value":""})"));
}

TEST_F(KeysGet, EscapesWhatJsonCannotHold)
{
    store_bytes(redis(), "k", R"(a\"b\\c\n\t\r\0\1\31\127/)");
    auto document = json_of(get("/keys/k"));
    EXPECT_EQ(document["value"], std::string("a\"b\\c\n\t\r\0\1\x1f\x7f/", 13));
}

TEST_F(KeysGet, LeavesUnicodeAsItIs)
{
    std::string text = "žluťoučký kůň 🐎 \u2028 \uFFFD \uFEFF";
    redis().cli({"set", "k", text});
    auto answer = get("/keys/k");
    EXPECT_EQ(json_of(answer)["value"], text);
    EXPECT_FALSE(json_of(answer).contains("encoding"));
}

TEST_F(KeysGet, WritesWhatIsNotUtf8AsBase64WithAMarker)
{
    store_bytes(redis(), "k", R"(\255\254)");
    EXPECT_THAT(get("/keys/k"), Answers(200, R"({"key":"k","value":"//4=","encoding":"base64"})"));
}

TEST_F(KeysGet, KnowsEveryWayOfNotBeingUtf8)
{
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"(\192\175)", "wK8="},               // "/" in two bytes
        {R"(\224\128\175)", "4ICv"},           // "/" in three
        {R"(\237\160\128)", "7aCA"},           // a surrogate
        {R"(\244\144\128\128)", "9JCAgA=="},   // beyond U+10FFFF
        {R"(\226\130)", "4oI="},               // cut short
        {R"(\128)", "gA=="},                   // a continuation of nothing
        {R"(abcdefghijklmnopqrstuvwxyz0123456789\245)", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU2Nzg59Q=="},
    };
    for (const auto& [bytes, base64] : cases) {
        store_bytes(redis(), "k", bytes);
        EXPECT_THAT(get("/keys/k"), Answers(200, R"({"key":"k","value":")" + base64 + R"(","encoding":"base64"})"))
            << bytes;
    }
}

TEST_F(KeysGet, TakesAnyBytesInAKey)
{
    store_bytes(redis(), R"(\0)", "nul");
    store_bytes(redis(), "a/b", "slash");
    store_bytes(redis(), "a b+c%", "space");
    store_bytes(redis(), R"(\255\0x)", "binary");
    EXPECT_THAT(get("/keys/%00"), AnswersJson(200, R"({"key":"\u0000","value":"nul"})"));
    EXPECT_THAT(get("/keys/a%2Fb"), AnswersJson(200, R"({"key":"a/b","value":"slash"})"));
    EXPECT_THAT(get("/keys/a%2fb"), AnswersJson(200, R"({"key":"a/b","value":"slash"})"));
    EXPECT_THAT(get("/keys/a%20b+c%25"), AnswersJson(200, R"({"key":"a b+c%","value":"space"})"));
    EXPECT_THAT(get("/keys/%FF%00x"), AnswersJson(200, R"({"key":"/wB4","key_encoding":"base64","value":"binary"})"));
}

TEST_F(KeysGet, DoesNotNormaliseDotsInAKey)
{
    redis().cli({"set", "..", "dots"});
    EXPECT_THAT(get("/keys/.."), Answers(200, R"({"key":"..","value":"dots"})"));
    EXPECT_THAT(get("/keys/%2E%2e"), Answers(200, R"({"key":"..","value":"dots"})"));
}

TEST_F(KeysGet, RefusesBrokenPercentEncoding)
{
    for (const auto* target : {"/keys/%", "/keys/%4", "/keys/%zz", "/keys/a%2", "/keys/k?include=%", "/keys/%%30"})
        EXPECT_THAT(get(target), Fails(400, "bad_request")) << target;
}

TEST_F(KeysGet, ExplainsASlashInsideAKey)
{
    auto answer = get("/keys/user/1");
    EXPECT_THAT(answer, Fails(404, "unknown_resource"));
    EXPECT_THAT(answer.body, testing::HasSubstr("%2F"));
}

TEST_F(KeysGet, RefusesUnknownOptions)
{
    redis().cli({"set", "k", "v"});
    EXPECT_THAT(get("/keys/k?colour=red"), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys/k?include=colour"), Fails(400, "bad_request"));
}

TEST_F(KeysGet, IncludesTypeTtlAndSizeWhenAsked)
{
    redis().cli({"set", "k", "hello"});
    EXPECT_THAT(
        get("/keys/k?include=type,ttl,size"),
        AnswersJson(200, R"({"key":"k","value":"hello","type":"string","ttl":null,"size":5})")
    );
    redis().cli({"pexpire", "k", "60500"});
    auto document = json_of(get("/keys/k?include=ttl"));
    EXPECT_GT(document["ttl"].get<double>(), 40.0);
    EXPECT_LE(document["ttl"].get<double>(), 60.5);
    EXPECT_FALSE(document.contains("size"));
    EXPECT_THAT(get("/keys/nothing?include=type,ttl,size"), Fails(404, "not_found"));
}

TEST_F(KeysGet, HandsOutTheBareBytes)
{
    store_bytes(redis(), "k", R"(\0\255\n\r\nz)");
    std::string bytes("\0\xff\n\r\nz", 6);
    auto by_accept = get("/keys/k", {{"Accept", "application/octet-stream"}});
    EXPECT_EQ(by_accept.status, 200);
    EXPECT_EQ(by_accept.body, bytes);
    EXPECT_EQ(by_accept.header("content-type"), "application/octet-stream");
    auto by_query = get("/keys/k?raw");
    EXPECT_EQ(by_query.body, bytes);
    EXPECT_EQ(by_query.header("content-type"), "application/octet-stream");
    EXPECT_EQ(get("/keys/k?raw&type=image/png").header("content-type"), "image/png");
    EXPECT_THAT(get("/keys/nothing?raw"), Fails(404, "not_found"));
}

TEST_F(KeysGet, LetsNobodyWriteHeadersThroughTheType)
{
    redis().cli({"set", "k", "v"});
    auto answer = get("/keys/k?raw&type=text/plain%0d%0aSet-Cookie:%20a=b");
    EXPECT_EQ(answer.header("set-cookie"), "");
    EXPECT_THAT(answer, Fails(400, "bad_request"));
}

TEST_F(KeysGet, ReadsOnlyStringsRaw)
{
    redis().cli({"hset", "h", "f", "v"});
    EXPECT_THAT(get("/keys/h?raw"), Fails(409, "wrong_type"));
}

TEST_F(KeysGet, HeadTellsTypeLengthAndTtlWithoutABody)
{
    redis().cli({"set", "k", "hello", "EX", "100"});
    auto answer = head("/keys/k");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("x-redis-type"), "string");
    EXPECT_EQ(answer.header("content-length"), "5");
    EXPECT_GT(std::stod(answer.header("x-redis-ttl")), 50.0);
    EXPECT_LE(std::stod(answer.header("x-redis-ttl")), 100.0);
    redis().cli({"hset", "h", "f", "v"});
    EXPECT_EQ(head("/keys/h").header("x-redis-type"), "hash");
    EXPECT_EQ(head("/keys/nothing").status, 404);
}

TEST_F(KeysGet, HeadLeavesNothingBehindOnTheConnection)
{
    redis().cli({"set", "k", "hello"});
    auto connection = rest().connect();
    for (const auto* target : {"/keys/k", "/keys/nothing", "/keys", "/livez", "/nowhere"}) {
        connection.request("HEAD", target);
        EXPECT_THAT(connection.request("GET", "/keys/k"), Answers(200, R"({"key":"k","value":"hello"})")) << target;
    }
}

}   // namespace
}   // namespace rediserve::test
