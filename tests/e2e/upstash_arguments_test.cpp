// How a request says what it wants: in the path, in a body, in JSON (api/upstash, sections 3.1, 3.2 and 3.5).
#include "e2e/upstash_test.hpp"

#include <utility>

namespace rediserve::test {
namespace {

// A script that answers what it was given; its text in a path and in JSON.
constexpr auto echoing_path = "/eval/return%20ARGV/0";
constexpr auto echoing_json = R"(["EVAL","return ARGV",0,)";

class UpstashArguments : public upstash_test
{
protected:
    // The arguments that a path ends up as, shown as JSON.
    static http_response given(const std::string& rest_of_path, const header_list& more = {})
    {
        return get(echoing_path + rest_of_path, more);
    }

    static http_response given_json(const std::string& arguments, const header_list& more = {})
    {
        return command(echoing_json + arguments + "]", more);
    }
};

struct argument_case
{
    std::string asked;
    std::string given;
};

// ---- the path --------------------------------------------------------------------------------------------------------

TEST_F(UpstashArguments, OfAPathAreItsSegments)
{
    const std::vector<argument_case> cases = {
        {"/a/b", R"(["a","b"])"},
        {"/a/", R"(["a"])"},
        {"/a//", R"(["a",""])"},
        {"/a//b", R"(["a","","b"])"},
        {"/a%2Fb/c", R"(["a/b","c"])"},
        {"/a%2fb", R"(["a/b"])"},
        {"/a+b", R"(["a+b"])"},
        {"/a%20b", R"(["a b"])"},
        {"/%20x%20", R"([" x "])"},
        {"/007", R"(["007"])"},
        {"/true/null/1e3", R"(["true","null","1e3"])"},
        {"/%C3%BC", "[\"\u00fc\"]"},
        {"/a%3Fb%23c", R"(["a?b#c"])"},
        {"/a%00b", R"(["a\u0000b"])"},
        {"/%5B%22a%22%5D", R"(["[\"a\"]"])"},
        {"/..%2F..", R"(["../.."])"},
        {"/../a", R"(["..","a"])"},
        {"/a;b=c,d:e@f", R"(["a;b=c,d:e@f"])"},
    };
    for (const auto& [asked, expected] : cases)
        EXPECT_THAT(given(asked), Results(expected)) << asked;
}

TEST_F(UpstashArguments, OfAPathKeepAMalformedEscapeAsItIs)
{
    const std::vector<argument_case> cases = {
        {"/50%", R"(["50%"])"},
        {"/50%/x", R"(["50%","x"])"},
        {"/%zz", R"(["%zz"])"},
        {"/%4", R"(["%4"])"},
        {"/%4/1", R"(["%4","1"])"},
        {"/%%41", R"(["%A"])"},
        {"/?100%=50%25", R"(["100%","50%"])"},
    };
    for (const auto& [asked, expected] : cases)
        EXPECT_THAT(given(asked), Results(expected)) << asked;
}

TEST_F(UpstashArguments, OfAPathMayBeAnyBytes)
{
    std::string all;
    std::string escaped;
    for (int byte = 0; byte < 256; ++byte) {
        all += static_cast<char>(byte);
        escaped += '%';
        escaped += "0123456789abcdef"[byte / 16];
        escaped += "0123456789ABCDEF"[byte % 16];
    }
    EXPECT_THAT(get("/set/" + escaped + "/" + escaped), Results(R"("OK")"));
    EXPECT_THAT(get("/get/" + escaped, as_base64), Answers(200, R"({"result":")" + base64(all) + R"("})"));
}

TEST_F(UpstashArguments, OfAQueryComeLastAndInOrder)
{
    const std::vector<argument_case> cases = {
        {"/a?EX=100&NX", R"(["a","EX","100","NX"])"},
        {"/a?NX&EX=100", R"(["a","NX","EX","100"])"},
        {"/a?x=1&x=2&x=1", R"(["a","x","1","x","2","x","1"])"},
        {"/a?x=", R"(["a","x",""])"},
        {"/a?x=1=2", R"(["a","x","1=2"])"},
        {"/a?x=a+b%2Bc&y+z", R"(["a","x","a b+c","y z"])"},
        {"/a?x=%2F/", R"(["a","x","//"])"},
        {"/a?_x=1&_", R"(["a","_x","1","_"])"},
        {"/a?", R"(["a"])"},
        {"?b", R"(["b"])"},
        {"/?b", R"(["b"])"},
        {"/a?_token=T&b=c", R"(["a","b","c"])"},
        {"/a?b=c&_token=T", R"(["a","b","c"])"},
    };
    for (const auto& [asked, expected] : cases)
        EXPECT_THAT(given(asked), Results(expected)) << asked;
}

TEST_F(UpstashArguments, OfAPathAreFollowedByTheBody)
{
    const std::vector<argument_case> bodies = {
        {"v", R"(["a","v","EX","1"])"},
        {R"({"a":1})", R"(["a","{\"a\":1}","EX","1"])"},
        {R"(["x","y"])", R"(["a","[\"x\",\"y\"]","EX","1"])"},
        {"%41+\r\n", R"(["a","%41+\r\n","EX","1"])"},
        {"", R"(["a","EX","1"])"},
    };
    for (const auto& [body, expected] : bodies) {
        for (const auto* method : {"POST", "PUT"}) {
            for (const auto* type : {"application/json", "application/x-www-form-urlencoded", "image/png"}) {
                auto answer = ask(method, std::string(echoing_path) + "/a?EX=1", body, {{"Content-Type", type}});
                EXPECT_THAT(answer, Results(expected)) << method << " " << type << " " << body;
            }
        }
    }
}

TEST_F(UpstashArguments, OfABodyMayBeAnyBytes)
{
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte)
        bytes += static_cast<char>(byte);
    std::string large;
    while (large.size() < 3'000'000)
        large += bytes;
    EXPECT_THAT(ask("POST", "/set/k", large), Results(R"("OK")"));
    EXPECT_EQ(redis().cli({"strlen", "k"}), std::to_string(large.size()));
    EXPECT_THAT(get("/get/k", as_base64), Answers(200, R"({"result":")" + base64(large) + R"("})"));
}

TEST_F(UpstashArguments, MayComeInChunks)
{
    auto connection = rest().connect();
    connection.send("POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer T\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "5\r\n[\"SET\r\n9\r\n\",\"k\",\"v\"\r\n1\r\n]\r\n0\r\n\r\n");
    EXPECT_THAT(connection.read(), Results(R"("OK")"));
    EXPECT_THAT(get("/get/k"), Results(R"("v")"));
}

TEST_F(UpstashArguments, NameTheCommandInAnyCase)
{
    EXPECT_THAT(get("/SeT/k/v"), Results(R"("OK")"));
    EXPECT_THAT(command(R"(["gEt","k"])"), Results(R"("v")"));
    EXPECT_THAT(get("/%67et/k"), Results(R"("v")"));
}

TEST_F(UpstashArguments, ReachACommandThatAnotherPathIsNamedLike)
{
    EXPECT_THAT(get("/set/k/v"), Results(R"("OK")"));
    EXPECT_THAT(get("/KEYS/*"), Results(R"(["k"])"));
    EXPECT_THAT(command(R"(["keys","*"])"), Results(R"(["k"])"));
    EXPECT_THAT(get("/keys/k?raw"), Answers(200, "v"));
}

TEST_F(UpstashArguments, OfAnUnknownCommandAreRefusedByRedis)
{
    auto answer = get("/nosuch/thing");
    EXPECT_THAT(answer, Refuses(400));
    EXPECT_THAT(json_of(answer).value("error", ""), testing::StartsWith("ERR unknown command 'nosuch'"));
    EXPECT_THAT(get("/health"), Refuses(400));
    EXPECT_THAT(get("/pipeline/x"), Refuses(400));
    EXPECT_THAT(command("[1]"), Refuses(400));
    EXPECT_THAT(command("[true]"), Refuses(400));
}

// ---- JSON ------------------------------------------------------------------------------------------------------------

TEST_F(UpstashArguments, OfJsonAreStringsAsTheyAreMeant)
{
    const std::vector<argument_case> cases = {
        {R"("","a b","\u00fc","é")", "[\"\",\"a b\",\"\u00fc\",\"é\"]"},
        {R"("\"\\\/\b\f\n\r\t")", R"(["\"\\\/\b\f\n\r\t"])"},
        {R"("\u0000","a\u0000b")", R"(["\u0000","a\u0000b"])"},
        {R"("\ud83d\ude00")", R"(["\ud83d\ude00"])"},
        {R"("null","true","1")", R"(["null","true","1"])"},
        {R"("[1]","{\"a\":null}")", R"(["[1]","{\"a\":null}"])"},
    };
    for (const auto& [asked, expected] : cases)
        EXPECT_THAT(given_json(asked), Results(expected)) << asked;
}

TEST_F(UpstashArguments, OfJsonHaveNoHalfSurrogates)
{
    for (const auto* half : {R"("\ud83d")", R"("\ude00")", R"("\udbff")"})
        EXPECT_THAT(given_json(half), Results(R"(["\ufffd"])")) << half;
    EXPECT_THAT(given_json(R"("a\ud83db")"), Results(R"(["a\ufffdb"])"));
    EXPECT_THAT(given_json(R"("\ud83d\u0041")"), Results(R"(["\ufffdA"])"));
    EXPECT_THAT(given_json(R"("\ud83d\ud83d\ude00")"), Results(R"(["\ufffd\ud83d\ude00"])"));
}

TEST_F(UpstashArguments, OfJsonAreNumbersDigitForDigit)
{
    for (const auto* number :
         {"0", "-0", "10", "1.5", "1.50", "1e+21", "1E400", "-1e-7", "0.1", "9007199254740993", "18446744073709551616",
          "123456789012345678901234567890.000000000000000000001"})
        EXPECT_THAT(given_json(number), Results("[\"" + std::string(number) + "\"]")) << number;
}

TEST_F(UpstashArguments, OfJsonAreWordsForTrueAndFalse)
{
    EXPECT_THAT(given_json("true,false"), Results(R"(["true","false"])"));
}

TEST_F(UpstashArguments, OfJsonAreScalars)
{
    EXPECT_THAT(command(R"(["SET","k",null])"), Refuses(400, "ERR null args are not supported"));
    EXPECT_THAT(command(R"([null])"), Refuses(400, "ERR null args are not supported"));
    for (const auto* array : {"[]", "[1]", R"(["a",["b"]])"})
        EXPECT_THAT(
            command(R"(["SET","k",)" + std::string(array) + "]"),
            Refuses(400, R"(ERR unsupported arg type: "[": json.Delim)")
        ) << array;
    for (const auto* object : {"{}", R"({"a":1})", R"({"a":{"b":[]}})"})
        EXPECT_THAT(
            command(R"(["SET","k",)" + std::string(object) + "]"),
            Refuses(400, R"(ERR unsupported arg type: "{": json.Delim)")
        ) << object;
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
}

TEST_F(UpstashArguments, OfJsonMayBeBytesInBase64)
{
    const std::vector<argument_case> cases = {
        {R"({"$b64":"/wA="})", R"({"result":["/wA="]})"},
        {R"({ "$b64" : "" })", R"({"result":[""]})"},
        {R"({"$b64":"YQ"},"b",{"$b64":"Yw=="})", R"({"result":["YQ==","Yg==","Yw=="]})"},
    };
    for (const auto& [asked, expected] : cases)
        EXPECT_THAT(given_json(asked, as_base64), Answers(200, expected)) << asked;
    EXPECT_THAT(command(R"([{"$b64":"UElORw=="}])"), Results(R"("PONG")"));
    EXPECT_THAT(given_json(R"({"$b64":"a"})"), Refuses(400));
    EXPECT_THAT(given_json(R"({"$b64":"a*=="})"), Refuses(400));
    for (const auto* object : {R"({"$b64":1})", R"({"$b64":"YQ==","x":1})", R"({"$B64":"YQ=="})"})
        EXPECT_THAT(given_json(object), Refuses(400, R"(ERR unsupported arg type: "{": json.Delim)")) << object;
}

TEST_F(UpstashArguments, OfJsonMayBeLaidOut)
{
    EXPECT_THAT(command("\r\n [\t\"SET\" ,\n  \"k\",\n  \"v\"\n]\n"), Results(R"("OK")"));
    EXPECT_THAT(pipeline("\n[\n  [ \"GET\", \"k\" ],\n  [ \"PING\" ]\n]\n"), HasStatus(200));
}

TEST_F(UpstashArguments, AreRefusedWhenTheyAreNoJson)
{
    for (const auto* body :
         {"SET k v", R"(["SET","k","v")", R"(["SET","k","v"]x)", R"(["SET","k","v"][])", "\xEF\xBB\xBF[\"PING\"]",
          R"(["SET","k",])", R"(['PING'])", R"(["SET","k",01])", R"(["SET","k",1.])", R"(["SET","k",NaN])",
          R"(["SET","k",True])", "[\"SET\",\"k\",\"a\nb\"]", R"(["SET","k","\x"])", R"(["SET","k","\u12"])",
          "[\"SET\",\"k\",\"\xff\"]", "["})
        EXPECT_THAT(command(body), Refuses(400)) << body;
    for (const auto* body : {"{}", R"({"SET":"k"})", "1", R"("SET")", "null", "true"})
        EXPECT_THAT(command(body), Refuses(400, "expected JSON array")) << body;
    EXPECT_THAT(command(std::string(100'000, '[')), Refuses(400));
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
}

TEST_F(UpstashArguments, OfARequestToTheRootAreInItsBody)
{
    EXPECT_THAT(ask("POST", "/?EX=100&NX", R"(["SET","k","v"])"), Results(R"("OK")"));
    EXPECT_EQ(redis().cli({"ttl", "k"}), "-1");
    EXPECT_THAT(ask("PUT", "/", R"(["GET","k"])"), Results(R"("v")"));
    EXPECT_THAT(ask("GET", "/", R"(["GET","k"])"), Results(R"("v")"));
    for (const auto* method : {"POST", "PUT"})
        EXPECT_THAT(ask(method, "/", ""), Refuses(400, "EOF")) << method;
    auto to_a_person = ask("GET", "/", "");   // who may be told more
    EXPECT_THAT(to_a_person, HasStatus(400));
    EXPECT_THAT(json_of(to_a_person).value("error", ""), testing::StartsWith("EOF"));
}

// ---- what does not matter, and methods -------------------------------------------------------------------------------

TEST_F(UpstashArguments, AreReadWhateverTheContentType)
{
    for (const auto* type :
         {"application/json", "application/json; charset=utf-8", "application/x-www-form-urlencoded", "text/plain",
          "application/octet-stream", "multipart/form-data; boundary=x", "nonsense"}) {
        const header_list as = {{"Content-Type", type}};
        EXPECT_THAT(command(R"(["PING"])", as), Results(R"("PONG")")) << type;
        EXPECT_EQ(pipeline(R"([["PING"]])", as).body, R"([{"result":"PONG"}])") << type;
        EXPECT_EQ(multi_exec(R"([["PING"]])", as).body, R"([{"result":"PONG"}])") << type;
    }
    EXPECT_THAT(command(R"(["PING"])"), Results(R"("PONG")"));
}

TEST_F(UpstashArguments, AreTakenByFourMethods)
{
    for (const auto* method : {"GET", "POST", "PUT"})
        EXPECT_THAT(ask(method, "/append/k/v"), HasStatus(200)) << method;
    EXPECT_THAT(get("/get/k"), Results(R"("vvv")"));
    for (const auto* target : {"/pipeline", "/multi-exec", "/pipeline/", "/multi-exec/"}) {
        for (const auto* method : {"POST", "PUT"})
            EXPECT_EQ(ask(method, target, R"([["GET","k"]])").body, R"([{"result":"vvv"}])") << method << target;
    }
}

TEST_F(UpstashArguments, OfHeadAreRunWithoutABodyToAnswer)
{
    auto answer = ask("HEAD", "/incr/n");
    EXPECT_THAT(answer, HasStatus(200));
    EXPECT_EQ(answer.header("content-length"), "12");   // {"result":1}
    EXPECT_EQ(answer.header("content-type"), get("/get/n").header("content-type"));
    EXPECT_NE(answer.header("upstash-sync-token"), "");
    EXPECT_EQ(redis().cli({"get", "n"}), "1");
    EXPECT_THAT(ask("HEAD", "/lpush/n/x"), HasStatus(400));
    auto connection = rest().connect();
    EXPECT_THAT(connection.request("HEAD", "/get/n", {}, bearing(rest_token)), HasStatus(200));
    EXPECT_THAT(connection.request("GET", "/get/n", {}, bearing(rest_token)), Results(R"("1")"));
}

TEST_F(UpstashArguments, AreTakenByNoOtherMethod)
{
    for (const auto* method : {"DELETE", "PATCH", "TRACE", "PURGE"}) {
        for (const auto* target : {"/", "/get/foo", "/pipeline", "/multi-exec", "/subscribe/c", "/monitor"}) {
            for (const auto& headers : {bearing(rest_token), header_list()}) {   // the method is looked at first
                auto answer = rest().request(method, target, {}, headers);
                EXPECT_THAT(answer, HasStatus(405)) << method << " " << target;
                EXPECT_EQ(answer.body, "") << method << " " << target;
            }
        }
    }
}

// ---- tokens ----------------------------------------------------------------------------------------------------------

TEST_F(UpstashArguments, MayIncludeTheToken)
{
    for (const auto* target : {"/ping?_token=T", "/ping?_token=%54", "/ping/?_token=T"})
        EXPECT_THAT(rest().request("GET", target), Results(R"("PONG")")) << target;
    EXPECT_THAT(rest().request("POST", "/?_token=T", R"(["PING"])"), Results(R"("PONG")"));
    for (const auto* target : {"/pipeline?_token=T", "/multi-exec?_token=T"})
        EXPECT_EQ(rest().request("POST", target, R"([["PING"]])").body, R"([{"result":"PONG"}])") << target;
    for (const auto* target : {"/ping?_token=", "/ping?_token", "/ping?_token=t", "/ping?token=T", "/ping?_TOKEN=T"})
        EXPECT_THAT(rest().request("GET", target), Refuses(401, "WRONGPASS invalid or missing auth token")) << target;
}

TEST_F(UpstashArguments, WinWithTheirTokenOverTheHeader)
{
    EXPECT_THAT(rest().request("GET", "/ping?_token=T", {}, bearing("wrong")), Results(R"("PONG")"));
    EXPECT_THAT(rest().request("GET", "/ping?_token=wrong", {}, bearing("T")), Refuses(401));
}

TEST_F(UpstashArguments, MayComeWithATokenInSeveralForms)
{
    for (const auto* value : {"Bearer T", "bearer T", "BEARER T", "T"})
        EXPECT_THAT(rest().request("GET", "/ping", {}, {{"Authorization", value}}), Results(R"("PONG")")) << value;
    for (const auto* value : {"Bearer", "Bearer TT", "Bearer t", "Token T", "Bearer T x", ""})
        EXPECT_THAT(rest().request("GET", "/ping", {}, {{"Authorization", value}}), Refuses(401)) << value;
}

TEST(UpstashQueryToken, CanBeSwitchedOff)
{
    redis_server redis;
    gateway rest({"--redis", redis.url(), "--token", "T"}, {{"REDISERVE_UPSTASH_QUERY_TOKEN", "false"}});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(rest.request("GET", "/ping?_token=T"), Refuses(401));
    EXPECT_THAT(rest.request("GET", "/ping", {}, bearing("T")), Results(R"("PONG")"));
    EXPECT_THAT(rest.request("GET", "/ping?_token=x", {}, bearing("T")), Results(R"("PONG")"));
}

TEST(UpstashDialect, CanBeSwitchedOff)
{
    redis_server redis;
    gateway rest({"--redis", redis.url()}, {{"REDISERVE_UPSTASH_ENABLED", "false"}});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(rest.request("GET", "/ping"), Fails(404, "unknown_resource"));
    EXPECT_THAT(rest.request("POST", "/pipeline", R"([["SET","k","v"]])"), HasStatus(404));
    EXPECT_THAT(rest.request("GET", "/keys/k"), Fails(404, "not_found"));
}

}   // namespace
}   // namespace rediserve::test
