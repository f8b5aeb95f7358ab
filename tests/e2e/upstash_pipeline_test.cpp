// POST /pipeline, and the answer formats that it shares with single commands (api/upstash, sections 3.3, 4, 6 and 8.1).
#include "e2e/upstash_test.hpp"

#include <algorithm>

namespace rediserve::test {
namespace {

using testing::ElementsAre;

class UpstashPipeline : public upstash_test
{
protected:
    // A gateway of its own, with these options of the environment.
    static std::unique_ptr<gateway> another(const std::map<std::string, std::string>& environment)
    {
        auto made = std::make_unique<gateway>(std::vector<std::string>{"--redis", redis().url()}, environment);
        EXPECT_TRUE(made->await_ready());
        return made;
    }
};

std::string refusal(const std::string& name)
{
    return R"({"error":"ERR Command \")" + name + R"(\" is not allowed in REST or it has a special context path"})";
}

const std::string null_refused = R"({"error":"ERR null args are not supported"})";

// ---- elements --------------------------------------------------------------------------------------------------------

TEST_F(UpstashPipeline, AnswersInOrder)
{
    auto answer = pipeline(R"([["SET","k","v"],["GET","k"],["DEL","k"],["GET","k"],["LRANGE","k",0,-1],["PING"]])");
    EXPECT_THAT(
        answer,
        Answers(
            200,
            R"([{"result":"OK"},{"result":"v"},{"result":1},{"result":null},{"result":[]},)"
            R"({"result":"PONG"}])"
        )
    );
    EXPECT_EQ(answer.header("content-length"), std::to_string(answer.body.size()));
    EXPECT_NE(answer.header("upstash-sync-token"), "");
}

TEST_F(UpstashPipeline, KeepsAnErrorToItsElement)
{
    auto answer = pipeline(
        R"([["SET","a","x"],["INCR","a"],["NOSUCH"],["GET"],["SET","b",null],[],["SET","b",["y"]],["SET","b",{"y":1}],)"
        R"(["MULTI"],["GET","a"]])"
    );
    auto each = elements(answer);
    ASSERT_EQ(each.size(), 10U);
    EXPECT_EQ(each[0], R"({"result":"OK"})");
    EXPECT_EQ(each[1], R"({"error":"ERR value is not an integer or out of range"})");
    EXPECT_THAT(each[2], testing::StartsWith(R"({"error":"ERR unknown command 'NOSUCH')"));
    EXPECT_EQ(each[3], R"({"error":"ERR wrong number of arguments for 'get' command"})");
    EXPECT_EQ(each[4], null_refused);
    EXPECT_EQ(each[5], R"({"error":"ERR empty pipeline command"})");
    EXPECT_EQ(each[6], R"({"error":"ERR unsupported arg type: \"[\": json.Delim"})");
    EXPECT_EQ(each[7], R"({"error":"ERR unsupported arg type: \"{\": json.Delim"})");
    EXPECT_EQ(each[8], refusal("MULTI"));
    EXPECT_EQ(each[9], R"({"result":"x"})");
    EXPECT_EQ(redis().cli({"exists", "b"}), "0");
}

TEST_F(UpstashPipeline, AnswersWhenNothingOfItCanBeRun)
{
    EXPECT_THAT(elements(pipeline("[[]]")), ElementsAre(R"({"error":"ERR empty pipeline command"})"));
    EXPECT_THAT(elements(pipeline(R"([["SET","a",null],["QUIT"]])")), ElementsAre(null_refused, refusal("QUIT")));
}

TEST_F(UpstashPipeline, TakesThousandsOfCommands)
{
    constexpr int count = 5000;
    auto each = elements(pipeline(json_array(R"(["INCR","n"])", count)));
    ASSERT_EQ(each.size(), std::size_t{count});
    for (int number = 0; number < count; ++number)
        ASSERT_EQ(each[static_cast<std::size_t>(number)], R"({"result":)" + std::to_string(number + 1) + "}");
}

TEST_F(UpstashPipeline, RunsInOrderWhateverElseThereIs)
{
    auto connection = rest().connect();
    constexpr int requests = 50;
    std::string batch;
    for (int number = 0; number < requests; ++number) {
        auto body = R"([["RPUSH","l",)" + std::to_string(2 * number) + R"(],["RPUSH","l",null],["RPUSH","l",)"
            + std::to_string(2 * number + 1) + "]]";
        batch += "POST /pipeline HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer T\r\nContent-Length: "
            + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    connection.send(batch);
    for (int number = 0; number < requests; ++number) {
        auto first = R"({"result":)" + std::to_string(2 * number + 1) + "}";
        auto last = R"({"result":)" + std::to_string(2 * number + 2) + "}";
        EXPECT_THAT(elements(connection.read()), ElementsAre(first, null_refused, last));
    }
    std::string expected;
    for (int number = 0; number < 2 * requests; ++number)
        expected += std::to_string(number) + "\n";
    EXPECT_EQ(redis().cli({"lrange", "l", "0", "-1"}) + "\n", expected);
}

TEST_F(UpstashPipeline, PassesLargeValuesOn)
{
    std::string value(2'000'000, 'x');
    auto each = pipeline(R"([["SET","k",")" + value + R"("],["GET","k"],["STRLEN","k"]])");
    EXPECT_EQ(each.body, R"([{"result":"OK"},{"result":")" + value + R"("},{"result":2000000}])");
    auto encoded = pipeline(R"([["GET","k"],["GET","k"]])", as_base64);
    auto one = R"({"result":")" + base64(value) + R"("})";
    EXPECT_EQ(encoded.body, "[" + one + "," + one + "]");
}

// ---- forms that are none ---------------------------------------------------------------------------------------------

TEST_F(UpstashPipeline, RefusesAnotherForm)
{
    for (const auto* target : {"/pipeline", "/multi-exec"}) {
        EXPECT_THAT(ask("POST", target, ""), Refuses(400, "EOF")) << target;
        EXPECT_THAT(ask("POST", target, " \r\n"), Refuses(400, "EOF")) << target;
        EXPECT_THAT(ask("POST", target, "[]"), Refuses(400, "ERR empty pipeline request")) << target;
        for (const auto* body : {"{}", "1", R"("a")", "null", R"({"a":[]})"})
            EXPECT_THAT(ask("POST", target, body), Refuses(400, "expected JSON array")) << target << body;
        for (const auto* body :
             {R"(["SET","k","v"])", "[1]", R"([["SET","k","v"],"x"])", R"([["SET","k","v"],{}])",
              R"([["SET","k","v"],null])", R"([["SET","k","v"])", R"([["SET","k","v"]]x)", R"([["SET","k","v"],])",
              R"([["SET","k","v"],["SET","k",}]])", "\xEF\xBB\xBF[[\"SET\",\"k\",\"v\"]]"})
            EXPECT_THAT(ask("POST", target, body), Refuses(400)) << target << body;
    }
    EXPECT_EQ(redis().cli({"exists", "k"}), "0") << "what cannot be read whole must not be run in part";
}

TEST_F(UpstashPipeline, BoundsTheCommandsOfARequest)
{
    auto small = another({{"REDISERVE_UPSTASH_PIPELINE_COMMANDS", "10"}});
    for (const auto* target : {"/pipeline", "/multi-exec"}) {
        EXPECT_THAT(small->request("POST", target, json_array(R"(["INCR","n"])", 11)), Refuses(400)) << target;
        EXPECT_EQ(redis().cli({"exists", "n"}), "0") << target;
    }
    EXPECT_EQ(elements(small->request("POST", "/pipeline", json_array(R"(["INCR","n"])", 10))).size(), 10U);
    EXPECT_EQ(elements(small->request("POST", "/multi-exec", json_array(R"(["INCR","n"])", 10))).size(), 10U);
    EXPECT_EQ(redis().cli({"get", "n"}), "20");
}

TEST_F(UpstashPipeline, BoundsTheBytesOfARequest)
{
    auto small = another({{"REDISERVE_UPSTASH_REQUEST_BYTES", "1k"}});
    auto body = [](std::size_t size) { return R"([["INCR","n"]])" + std::string(size - 14, ' '); };
    for (const auto* target : {"/pipeline", "/multi-exec"}) {
        EXPECT_THAT(
            small->request("POST", target, body(1025)),
            Refuses(400, "ERR max request size exceeded. Limit: 1024 bytes, Actual: 1025 bytes")
        ) << target;
        EXPECT_EQ(redis().cli({"exists", "n"}), "0") << target;
    }
    EXPECT_THAT(
        small->request("POST", "/", R"(["SET","n",")" + std::string(2000, 'x') + R"("])"),
        Refuses(400, "ERR max request size exceeded. Limit: 1024 bytes, Actual: 2014 bytes")
    );
    EXPECT_THAT(small->request("POST", "/set/n", std::string(1025, 'x')), Refuses(400));
    EXPECT_EQ(redis().cli({"exists", "n"}), "0");
    EXPECT_EQ(small->request("POST", "/pipeline", body(1024)).body, R"([{"result":1}])");
}

// ---- formats ---------------------------------------------------------------------------------------------------------

TEST_F(UpstashPipeline, AnswersInRedisOwnProtocolWhenAsked)
{
    auto answer = pipeline(
        R"([["SET","k","v"],["GET","k"],["SET","k",null],["INCR","k"],["GET","nope"],["RPUSH","l","a","b"],)"
        R"(["LRANGE","l",0,-1],["WATCH","k"],["SELECT",0],["PING"]])",
        as_resp2
    );
    EXPECT_THAT(answer, HasStatus(200));
    EXPECT_EQ(answer.header("content-type"), "application/octet-stream");
    EXPECT_EQ(
        answer.body,
        "+OK\r\n$1\r\nv\r\n-ERR null args are not supported\r\n-ERR value is not an integer or out of range\r\n$-1\r\n"
        ":2\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n"
        "-ERR Command \"WATCH\" is not allowed in REST or it has a special context path\r\n+OK\r\n+PONG\r\n"
    );
}

TEST_F(UpstashPipeline, AnswersASingleCommandInThatProtocolToo)
{
    EXPECT_THAT(command(R"(["SET","k","\u0000\r\n"])", as_resp2), HasStatus(200));
    auto value = command(R"(["GET","k"])", as_resp2);
    EXPECT_EQ(value.body, std::string("$3\r\n\0\r\n\r\n", 9));
    auto failed = command(R"(["LPUSH","k","x"])", as_resp2);
    EXPECT_THAT(failed, HasStatus(400));
    EXPECT_EQ(failed.header("content-type"), "application/octet-stream");
    EXPECT_EQ(failed.body, "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n");
    EXPECT_THAT(get("/get/k", {{"Upstash-Reponse-Format", "resp2"}}), HasStatus(200));
    EXPECT_EQ(get("/ping", {{"Upstash-Reponse-Format", "resp2"}}).body, "+PONG\r\n");
}

TEST_F(UpstashPipeline, AnswersWhatIsNotRunAsJson)
{
    EXPECT_THAT(pipeline("{", as_resp2), Refuses(400));
    EXPECT_THAT(pipeline("[]", as_resp2), Refuses(400, "ERR empty pipeline request"));
    EXPECT_THAT(command("{}", as_resp2), Refuses(400, "expected JSON array"));
    EXPECT_THAT(rest().request("POST", "/pipeline", R"([["PING"]])", as_resp2), Refuses(401));
}

TEST_F(UpstashPipeline, EncodesWhatTheContractEncodes)
{
    pipeline(R"([["SET","k","OK"],["SET","empty",""],["HSET","h","f","1"]])");
    EXPECT_THAT(
        elements(pipeline(
            R"([["SET","x","1"],["GET","k"],["GET","empty"],["GET","nope"],["TYPE","k"],["INCR","x"],["HGETALL","h"],)"
            R"(["EVAL","return {1,{'a',{'b',false}}}",0],["EVAL","return {err='OOPS no'}",0]])",
            as_base64
        )),
        ElementsAre(
            R"({"result":"OK"})", R"({"result":"T0s="})", R"({"result":""})", R"({"result":null})",
            R"({"result":"c3RyaW5n"})", R"({"result":2})", R"({"result":["Zg==","MQ=="]})",
            R"({"result":[1,["YQ==",["Yg==",null]]]})", R"({"error":"OOPS no"})"
        )
    );
}

TEST_F(UpstashPipeline, ShowsAnErrorWithinAReplyAsItsText)
{
    constexpr auto script = R"(["EVAL","return {1,redis.error_reply('OOPS no')}",0])";
    EXPECT_THAT(command(script), Results(R"([1,"OOPS no"])"));
    EXPECT_THAT(command(script, as_base64), Results(R"([1,"T09QUyBubw=="])"));
    EXPECT_EQ(command(script, as_resp2).body, "*2\r\n:1\r\n-OOPS no\r\n");
}

TEST_F(UpstashPipeline, WritesIntegersWithAllTheirDigits)
{
    EXPECT_THAT(
        pipeline(R"([["SET","i","9223372036854775806"],["INCR","i"],["DECRBY","j","9223372036854775807"],["DECR","j"]])"
        ),
        Answers(
            200,
            R"([{"result":"OK"},{"result":9223372036854775807},{"result":-9223372036854775807},)"
            R"({"result":-9223372036854775808}])"
        )
    );
}

TEST_F(UpstashPipeline, EscapesWhatJsonMustEscape)
{
    command(R"(["SET","k","\u0000\u0001\b\f\n\r\t\u001f\"\\/\u007f\u2028\ud83d\ude00"])");
    EXPECT_THAT(get("/get/k"), Results(R"("\u0000\u0001\b\f\n\r\t\u001f\"\\/\u007f\u2028\ud83d\ude00")"));
}

// ---- what a shared connection must not see ---------------------------------------------------------------------------

struct refused_command
{
    std::string words;   // of the command, in JSON
    std::string name;    // that the refusal has, at its beginning
};

const std::vector<refused_command> refused_commands = {
    {R"("AUTH","x")", "AUTH"},
    {R"("AUTH","default","x")", "AUTH"},
    {R"("HELLO")", "HELLO"},
    {R"("HELLO",3)", "HELLO"},
    {R"("RESET")", "RESET"},
    {R"("QUIT")", "QUIT"},
    {R"("SELECT",1)", "SELECT"},
    {R"("MULTI")", "MULTI"},
    {R"("EXEC")", "EXEC"},
    {R"("DISCARD")", "DISCARD"},
    {R"("WATCH","k")", "WATCH"},
    {R"("UNWATCH")", "UNWATCH"},
    {R"("SUBSCRIBE","c")", "SUBSCRIBE"},
    {R"("UNSUBSCRIBE")", "UNSUBSCRIBE"},
    {R"("PSUBSCRIBE","c*")", "PSUBSCRIBE"},
    {R"("PUNSUBSCRIBE")", "PUNSUBSCRIBE"},
    {R"("SSUBSCRIBE","c")", "SSUBSCRIBE"},
    {R"("SUNSUBSCRIBE")", "SUNSUBSCRIBE"},
    {R"("MONITOR")", "MONITOR"},
    {R"("SYNC")", "SYNC"},
    {R"("PSYNC","?",-1)", "PSYNC"},
    {R"("REPLCONF","listening-port",1)", "REPLCONF"},
    {R"("CLIENT","REPLY","OFF")", "CLIENT"},
    {R"("CLIENT","REPLY","SKIP")", "CLIENT"},
    {R"("CLIENT","TRACKING","ON")", "CLIENT"},
    {R"("CLIENT","SETNAME","x")", "CLIENT"},
    {R"("CLIENT","NO-EVICT","ON")", "CLIENT"},
    {R"("CLIENT","CACHING","YES")", "CLIENT"},
    {R"("SHUTDOWN","NOSAVE")", "SHUTDOWN"},
    {R"("DEBUG","SLEEP",0)", "DEBUG"},
    {R"("SCRIPT","DEBUG","YES")", "SCRIPT"},
    {R"("READONLY")", "READONLY"},
    {R"("ASKING")", "ASKING"},
};

// The name in lower case, as a client may write it.
std::string lower(std::string words)
{
    std::transform(words.begin(), words.end(), words.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return words;
}

TEST_F(UpstashPipeline, RefusesWhatChangesItsConnection)
{
    for (const auto& [words, name] : refused_commands) {
        auto begin = R"({"error":"ERR Command \")" + name;
        for (const auto& asked : {words, lower(words)}) {
            auto each = elements(pipeline(R"([["INCR","n"],[)" + asked + R"(],["INCR","n"]])"));
            ASSERT_EQ(each.size(), 3U) << words;
            EXPECT_THAT(each[0], testing::StartsWith(R"({"result":)")) << words;
            EXPECT_THAT(each[1], testing::StartsWith(begin)) << words;
            EXPECT_THAT(each[1], testing::EndsWith("is not allowed in REST or it has a special context path\"}"))
                << words;
            EXPECT_THAT(each[2], testing::StartsWith(R"({"result":)")) << words;
        }
    }
    EXPECT_EQ(redis().cli({"get", "n"}), std::to_string(4 * refused_commands.size()));
    EXPECT_THAT(get("/get/n"), HasStatus(200));
}

TEST_F(UpstashPipeline, RefusesItAloneToo)
{
    for (const auto& [words, name] : refused_commands) {
        auto answer = command("[" + words + "]");
        EXPECT_THAT(answer, Refuses(400)) << words;
        EXPECT_THAT(json_of(answer).value("error", ""), testing::StartsWith("ERR Command \"" + name)) << words;
        auto all = multi_exec(R"([["INCR","n"],[)" + words + "]]");
        EXPECT_THAT(all, Refuses(400)) << words;
        EXPECT_THAT(json_of(all).value("error", ""), testing::StartsWith("ERR Command \"" + name)) << words;
    }
    EXPECT_EQ(redis().cli({"exists", "n"}), "0");
}

TEST_F(UpstashPipeline, AnswersOkToWhatChangesNothing)
{
    EXPECT_THAT(command(R"(["SELECT",0])"), Results(R"("OK")"));
    EXPECT_THAT(command(R"(["select","0"])", as_base64), Results(R"("OK")"));
    EXPECT_THAT(command(R"(["CLIENT","SETINFO","LIB-NAME","upstash"])"), Results(R"("OK")"));
    EXPECT_THAT(
        elements(pipeline(R"([["client","setinfo","lib-ver","1"],["SELECT","0"],["PING"],["SELECT",0]])")),
        ElementsAre(R"({"result":"OK"})", R"({"result":"OK"})", R"({"result":"PONG"})", R"({"result":"OK"})")
    );
    EXPECT_THAT(
        elements(multi_exec(R"([["SELECT",0],["PING"],["CLIENT","SETINFO","LIB-NAME","x"]])")),
        ElementsAre(R"({"result":"OK"})", R"({"result":"PONG"})", R"({"result":"OK"})")
    );
    EXPECT_THAT(elements(multi_exec(R"([["SELECT",0]])")), ElementsAre(R"({"result":"OK"})"));
}

TEST_F(UpstashPipeline, PassesOnWhatOnlyAsksAboutConnections)
{
    EXPECT_THAT(command(R"(["CLIENT","ID"])"), HasStatus(200));
    EXPECT_THAT(command(R"(["CLIENT","LIST"])"), HasStatus(200));
    EXPECT_THAT(command(R"(["CLIENT","NO-SUCH"])"), HasStatus(400));
    EXPECT_THAT(command(R"(["CONFIG","GET","maxmemory"])"), Results(R"(["maxmemory","0"])"));
    EXPECT_THAT(command(R"(["PUBSUB","NUMPAT"])"), Results("0"));
}

}   // namespace
}   // namespace rediserve::test
