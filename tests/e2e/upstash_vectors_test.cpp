// The 30 test vectors of the contract (api/upstash, section 12), one by one, on an empty database.
#include "e2e/event_stream.hpp"
#include "e2e/upstash_test.hpp"

namespace rediserve::test {
namespace {

const header_list authorized = bearing(rest_token);

header_list authorized_and(const header_list& more)
{
    return bearing(rest_token, more);
}

// One request of a vector; without a text to expect, the body is not looked at.
struct step
{
    std::string method;
    std::string target;
    header_list headers;
    std::string body;
    int status;
    std::string expected;
    std::string content_type = "application/json";
};

struct vector
{
    std::string name;
    std::vector<step> steps;
};

void PrintTo(const vector& of, std::ostream* to)
{
    *to << of.name;
}

step get(const std::string& target, const std::string& expected, const header_list& more = {})
{
    return {"GET", target, authorized_and(more), {}, 200, expected};
}

step post(const std::string& target, const std::string& body, int status, const std::string& expected)
{
    return {"POST", target, authorized, body, status, expected};
}

step post_base64(const std::string& body, const std::string& expected)
{
    return {"POST", "/", authorized_and(as_base64), body, 200, expected};
}

step unauthorized(const header_list& headers)
{
    return {"POST", "/", headers, R"(["PING"])", 401, R"({"error":"WRONGPASS invalid or missing auth token"})"};
}

const std::string ok = R"({"result":"OK"})";

const std::vector<vector> vectors = {
    {"V01SetByPath", {get("/set/foo/bar", ok), get("/get/foo", R"({"result":"bar"})")}},
    {"V02TokenInTheQuery", {get("/set/foo/bar", ok), {"GET", "/get/foo?_token=T", {}, {}, 200, R"({"result":"bar"})"}}},
    {"V03Base64", {get("/set/foo/bar", ok), get("/get/foo", R"({"result":"YmFy"})", as_base64)}},
    {"V04Base64OfASimpleString", {get("/ping", R"({"result":"UE9ORw=="})", as_base64)}},
    {"V05Base64OfABulkStringOk", {get("/set/foo/OK", ok), get("/get/foo", R"({"result":"T0s="})", as_base64)}},
    {"V06Base64OfNestedStrings",
     {post_base64(
         R"(["EVAL","return {redis.status_reply('OK'),1,false,{'x','OK'}}",0])",
         R"({"result":["T0s=",1,null,["eA==","T0s="]]})"
     )}},
    {"V07BodyAndQuery",
     {get("/set/foo/old", ok), post("/", R"(["DEL","foo"])", 200, R"({"result":1})"),
      post("/set/foo?EX=100&NX", R"({"a":1})", 200, ok), get("/get/foo", R"({"result":"{\"a\":1}"})"),
      get("/ttl/foo", R"({"result":100})")}},
    {"V08NumberAsItIsWritten",
     {{"POST", "/", authorized_and({{"Content-Type", "application/x-www-form-urlencoded"}}), R"(["SET","n",1e+21])",
       200, ok},
      get("/get/n", R"({"result":"1e+21"})")}},
    {"V09Boolean", {post("/", R"(["SET","b",true])", 200, ok), get("/get/b", R"({"result":"true"})")}},
    {"V10Null", {post("/", R"(["SET","b",null])", 400, R"({"error":"ERR null args are not supported"})")}},
    {"V11NestedArray",
     {post("/", R"([["SET","b","1"]])", 400, R"({"error":"ERR unsupported arg type: \"[\": json.Delim"})")}},
    {"V12Pipeline",
     {post(
         "/pipeline", R"([["SET","a","1"],["SET","a",null],["INCR","a"],["LPUSH","a","x"]])", 200,
         R"([{"result":"OK"},{"error":"ERR null args are not supported"},{"result":2},)"
         R"({"error":"WRONGTYPE Operation against a key holding the wrong kind of value"}])"
     )}},
    {"V13TransactionWithAFailure",
     {post(
         "/multi-exec", R"([["SET","a","x"],["INCR","a"],["GET","a"]])", 200,
         R"([{"result":"OK"},{"error":"ERR value is not an integer or out of range"},{"result":"x"}])"
     )}},
    {"V14TransactionDiscarded",
     {get("/set/a/x", ok), post("/multi-exec", R"([["SET","a","y"],["NOSUCH"]])", 400, ""),
      get("/get/a", R"({"result":"x"})")}},
    {"V15NothingThere",
     {post("/", R"(["LRANGE","nope",0,-1])", 200, R"({"result":[]})"),
      post("/", R"(["GET","nope"])", 200, R"({"result":null})")}},
    {"V16WithoutTheToken", {unauthorized({}), unauthorized({{"Authorization", "Bearer wrong"}})}},
    {"V17AnotherMethod", {{"DELETE", "/get/foo", authorized, {}, 405, {}, {}}}},
    {"V18EmptyForms",
     {post("/", "", 400, R"({"error":"EOF"})"), post("/", "{}", 400, R"({"error":"expected JSON array"})"),
      post("/", "[]", 400, R"({"error":"ERR empty command"})")}},
    {"V19Resp2",
     {get("/set/foo/OK", ok),
      {"GET", "/get/foo", authorized_and(as_resp2), {}, 200, "$2\r\nOK\r\n", "application/octet-stream"}}},
    {"V20Resp2WithBase64OrAnotherFormat",
     {{"GET",
       "/get/foo",
       authorized_and({{"Upstash-Response-Format", "resp2"}, {"Upstash-Encoding", "base64"}}),
       {},
       400,
       ""},
      {"GET", "/get/foo", authorized_and({{"Upstash-Response-Format", "xml"}}), {}, 400, ""}}},
    {"V25LargeInteger", {post("/", R"(["INCRBY","i","9007199254740993"])", 200, R"({"result":9007199254740993})")}},
    {"V26SurrogatesAndNul",
     {post("/", R"(["SET","k","\ud83d\ude00\u0000"])", 200, ok), get("/get/k", R"({"result":"8J+YgAA="})", as_base64)}},
    {"V30ConnectionState",
     {post(
         "/", R"(["MULTI"])", 400,
         R"({"error":"ERR Command \"MULTI\" is not allowed in REST or it has a special context path"})"
     )}},
};

class UpstashVector : public upstash_test, public testing::WithParamInterface<vector>
{};

TEST_P(UpstashVector, IsAnsweredAsPrinted)
{
    for (const auto& [method, target, headers, body, status, expected, content_type] : GetParam().steps) {
        auto answer = rest().request(method, target, body, headers);
        SCOPED_TRACE(method + " " + target + " " + body);
        EXPECT_THAT(answer, HasStatus(status));
        EXPECT_THAT(answer.header("content-type"), testing::StartsWith(content_type));
        if (!expected.empty())
            EXPECT_EQ(answer.body, expected);
        else if (status == 405)
            EXPECT_EQ(answer.body, "");
        else
            EXPECT_THAT(answer, Refuses(status));
    }
}

std::string name_of(const testing::TestParamInfo<vector>& of)
{
    return of.param.name;
}

INSTANTIATE_TEST_SUITE_P(Upstash, UpstashVector, testing::ValuesIn(vectors), name_of);

class UpstashVectors : public upstash_test
{};

TEST_F(UpstashVectors, V21Subscribe)
{
    event_stream stream(rest().address(), "/subscribe/c", authorized);
    ASSERT_THAT(stream.head(), HasStatus(200));
    EXPECT_EQ(stream.next(), "data: subscribe,c,1");
    EXPECT_THAT(command(R"(["PUBLISH","c","a,b"])"), Results("1"));
    EXPECT_EQ(stream.next(), "data: message,c,a,b");
}

TEST_F(UpstashVectors, V22SubscribeToAPattern)
{
    event_stream stream(rest().address(), "/psubscribe/c*", authorized);
    ASSERT_THAT(stream.head(), HasStatus(200));
    EXPECT_EQ(stream.next(), "data: psubscribe,c*,1");
    EXPECT_THAT(command(R"(["PUBLISH","c","a,b"])"), Results("1"));
    EXPECT_EQ(stream.next(), "data: pmessage,c*,c,a,b");
}

TEST_F(UpstashVectors, V23Monitor)
{
    event_stream stream(rest().address(), "/monitor", authorized);
    ASSERT_THAT(stream.head(), HasStatus(200));
    EXPECT_EQ(stream.next(), "data: \"OK\"");
    EXPECT_THAT(command(R"(["GET","watched"])"), Results("null"));
    std::string line;
    EXPECT_TRUE(await([&] {
        line = stream.next_data();
        return line.find("watched") != std::string::npos;
    }));
    EXPECT_THAT(line, testing::MatchesRegex(R"(data: [0-9]+\.[0-9]+ \[0 [^]]*\] "GET" "watched")"));
}

TEST_F(UpstashVectors, V24ScriptWithAllowKeyLocking)
{
    const std::string script = "#!lua flags=allow-key-locking\nreturn 1";
    EXPECT_THAT(command(R"(["EVAL","#!lua flags=allow-key-locking\nreturn 1",0])"), Results("1"));
    EXPECT_THAT(command(R"(["EVALSHA",")" + digest(redis(), script) + R"(",0])"), Results("1"));
}

TEST_F(UpstashVectors, V27BytesThatAreNotUtf8)
{
    EXPECT_THAT(get("/set/k/%ff%fe"), Results(R"("OK")"));
    EXPECT_THAT(get("/get/k"), Results(R"("\ufffd\ufffd")"));
    EXPECT_THAT(get("/get/k", as_base64), Answers(200, R"({"result":"//4="})"));
}

TEST_F(UpstashVectors, V28SyncTokens)
{
    auto first = get("/ping").header("upstash-sync-token");
    auto second = get("/ping").header("upstash-sync-token");
    EXPECT_NE(first, "");
    EXPECT_NE(second, "");
    EXPECT_NE(first, second);
}

TEST_F(UpstashVectors, V29Preflight)
{
    auto answer = rest().request(
        "OPTIONS", "/pipeline", {},
        {{"Origin", "https://x.test"},
         {"Access-Control-Request-Method", "POST"},
         {"Access-Control-Request-Headers", "authorization,upstash-encoding"}}
    );
    EXPECT_THAT(answer, HasStatus(200));
    EXPECT_EQ(answer.header("access-control-allow-origin"), "https://x.test");
    EXPECT_EQ(answer.header("access-control-allow-credentials"), "true");
    EXPECT_EQ(answer.header("access-control-allow-methods"), "HEAD, GET, POST, PUT, QUERY")
        << "the contract's, and one of ours";
    EXPECT_THAT(answer.header("access-control-allow-headers"), testing::HasSubstr("authorization"));
    EXPECT_THAT(answer.header("access-control-allow-headers"), testing::HasSubstr("upstash-encoding"));
}

}   // namespace
}   // namespace rediserve::test
