// The little that Upstash's clients rely on and Redis does not know (api/upstash, sections 8.3 and 8.4).
#include "e2e/upstash_test.hpp"

namespace rediserve::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string flag_refused = "ERR Unexpected flag in script shebang: allow-key-locking";

std::string in_json(const std::string& text)
{
    return nlohmann::json(text).dump();
}

class UpstashScripts : public upstash_test
{
protected:
    static void SetUpTestSuite() { upstash_test::SetUpTestSuite(); }
    void SetUp() override
    {
        upstash_test::SetUp();
        ASSERT_EQ(redis().cli({"script", "flush"}), "OK");
    }

    static http_response run(const std::string& name, const std::string& script, const std::string& more = "0")
    {
        return command(R"([")" + name + R"(",)" + in_json(script) + "," + more + "]");
    }
};

const std::string locking = "#!lua flags=allow-key-locking\n";

TEST_F(UpstashScripts, RunWithTheFlagInEveryForm)
{
    for (const auto* name : {"EVAL", "eval", "EVAL_RO"})
        EXPECT_THAT(run(name, locking + "return 1"), Results("1")) << name;
    auto sha = digest(redis(), locking + "return 1");
    for (const auto* name : {"EVALSHA", "evalsha", "EVALSHA_RO"})
        EXPECT_THAT(run(name, sha), Results("1")) << name;
    EXPECT_THAT(get("/eval/%23!lua%20flags=allow-key-locking%0Areturn%202/0"), Results("2"));
    EXPECT_THAT(
        elements(pipeline(R"([["EVALSHA",")" + sha + R"(",0],["PING"]])")),
        ElementsAre(R"({"result":1})", R"({"result":"PONG"})")
    );
    EXPECT_THAT(
        elements(multi_exec(R"([["EVALSHA",")" + sha + R"(",0],["EVAL",)" + in_json(locking + "return 3") + ",0]]")),
        ElementsAre(R"({"result":1})", R"({"result":3})")
    );
}

TEST_F(UpstashScripts, GoByTheirOriginalDigest)
{
    auto script = locking + "return KEYS[1]";
    auto sha = digest(redis(), script);
    EXPECT_THAT(run("SCRIPT", "EXISTS", in_json(sha)), Results("[0]"));
    EXPECT_THAT(run("SCRIPT", "LOAD", in_json(script)), Results(in_json(sha)));
    EXPECT_THAT(run("SCRIPT", "EXISTS", in_json(sha)), Results("[1]"));
    EXPECT_THAT(run("SCRIPT", "EXISTS", in_json(std::string(40, 'a')) + "," + in_json(sha)), Results("[0,1]"));
    EXPECT_THAT(run("EVALSHA", sha, R"(1,"k")"), Results(R"("k")"));
    EXPECT_THAT(command(R"(["SCRIPT","LOAD",)" + in_json(script) + "]", as_base64), Results(in_json(base64(sha))));
    EXPECT_EQ(command(R"(["script","load",)" + in_json(script) + "]", as_resp2).body, "$40\r\n" + sha + "\r\n");
}

TEST_F(UpstashScripts, AreUnknownUntilTheyAreSent)
{
    constexpr auto unknown = "NOSCRIPT No matching script. Please use EVAL.";
    auto script = locking + "return 4";
    auto sha = digest(redis(), script);
    EXPECT_THAT(run("EVALSHA", sha), Refuses(400, unknown));
    EXPECT_THAT(run("EVAL", script), Results("4"));
    EXPECT_THAT(run("EVALSHA", sha), Results("4"));
    redis().cli({"script", "flush"});
    EXPECT_THAT(run("EVALSHA", sha), Refuses(400, unknown));
    EXPECT_THAT(
        elements(pipeline(R"([["EVALSHA",")" + sha + R"(",0]])")),
        ElementsAre(R"({"error":"NOSCRIPT No matching script. Please use EVAL."})")
    );
    EXPECT_THAT(run("EVAL", script), Results("4"));
    EXPECT_THAT(run("EVALSHA", sha), Results("4"));
}

TEST_F(UpstashScripts, AreKnownToEveryThread)
{
    auto script = locking + "return 5";
    auto sha = digest(redis(), script);
    EXPECT_THAT(run("EVAL", script), Results("5"));
    std::vector<http_connection> connections;   // spread over the threads
    for (int number = 0; number < 16; ++number)
        connections.push_back(rest().connect());
    for (auto& connection : connections)
        EXPECT_THAT(
            connection.request("POST", "/", R"(["EVALSHA",")" + sha + R"(",0])", bearing(rest_token)), Results("5")
        );
}

TEST_F(UpstashScripts, KeepTheirOtherFlags)
{
    for (const auto* flags : {"allow-key-locking,no-writes", "no-writes,allow-key-locking"}) {
        auto answer =
            run("EVAL", "#!lua flags=" + std::string(flags) + "\nreturn redis.call('set',KEYS[1],'v')", R"(1,"k")");
        EXPECT_THAT(answer, Refuses(400)) << flags;
        EXPECT_THAT(answer.body, HasSubstr("Write commands are not allowed from read-only scripts")) << flags;
    }
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
    EXPECT_THAT(run("EVAL", "#!lua flags=no-writes\nreturn 1"), Results("1"));
    EXPECT_THAT(run("EVAL", "#!lua flags=allow-key-lockings\nreturn 1"), Refuses(400));
    EXPECT_THAT(run("EVAL", "return '#!lua flags=allow-key-locking'"), Results(R"("#!lua flags=allow-key-locking")"));
}

TEST_F(UpstashScripts, KeepTheirLineNumbers)
{
    auto answer = run("EVAL", locking + "local a = 1\nerror('here')");
    EXPECT_THAT(answer, Refuses(400));
    EXPECT_THAT(answer.body, HasSubstr("user_script:3: here"));
}

class UpstashTranslation : public upstash_test
{};

TEST_F(UpstashTranslation, OfScanWithTypeInterleavesTypes)
{
    redis().cli({"set", "s", "v"});
    EXPECT_THAT(command(R"(["SCAN",0,"WITHTYPE"])"), Results(R"(["0",["s","string"]])"));
    EXPECT_THAT(command(R"(["scan","0","MATCH","*","COUNT",10,"withtype"])"), Results(R"(["0",["s","string"]])"));
    EXPECT_THAT(command(R"(["SCAN",0,"WITHTYPE","TYPE","string"])"), Results(R"(["0",["s","string"]])"));
    EXPECT_THAT(command(R"(["SCAN",0,"MATCH","nope","WITHTYPE"])"), Results(R"(["0",[]])"));
    EXPECT_THAT(command(R"(["SCAN",0,"WITHTYPE"])", as_base64), Results(R"(["MA==",["cw==","c3RyaW5n"]])"));
    EXPECT_EQ(command(R"(["SCAN",0,"WITHTYPE"])", as_resp2).body, "*2\r\n$1\r\n0\r\n*2\r\n$1\r\ns\r\n$6\r\nstring\r\n");
    EXPECT_THAT(command(R"(["SCAN",0,"MATCH","WITHTYPE"])"), Results(R"(["0",[]])"));
    EXPECT_THAT(command(R"(["SCAN","x","WITHTYPE"])"), Refuses(400, "ERR invalid cursor"));
}

TEST_F(UpstashTranslation, OfScanWithTypeKeepsTheOrderOfAPipeline)
{
    EXPECT_THAT(
        elements(
            pipeline(R"([["RPUSH","l","x"],["SCAN",0,"WITHTYPE"],["DEL","l"],["SCAN",0,"WITHTYPE"],["SADD","l","y"],)"
                     R"(["SCAN",0,"WITHTYPE"],["SCAN","x","WITHTYPE"],["PING"]])")
        ),
        ElementsAre(
            R"({"result":1})", R"({"result":["0",["l","list"]]})", R"({"result":1})", R"({"result":["0",[]]})",
            R"({"result":1})", R"({"result":["0",["l","set"]]})", R"({"error":"ERR invalid cursor"})",
            R"({"result":"PONG"})"
        )
    );
}

TEST_F(UpstashTranslation, OfScanWithTypeWalksThroughAll)
{
    std::string all;
    for (int number = 0; number < 500; ++number)
        all += std::string(number == 0 ? "" : ",") + R"(["RPUSH","l)" + std::to_string(number) + R"(","x"])";
    pipeline("[" + all + "]");
    std::string cursor = "0";
    std::size_t keys = 0;
    do {
        auto answer = json_of(command(R"(["SCAN",")" + cursor + R"(","WITHTYPE"])"));
        ASSERT_TRUE(answer.contains("result")) << answer.dump();
        cursor = answer["result"][0].get<std::string>();
        const auto& page = answer["result"][1];
        ASSERT_EQ(page.size() % 2, 0U);
        for (std::size_t at = 1; at < page.size(); at += 2)
            EXPECT_EQ(page[at], "list");
        keys += page.size() / 2;
    } while (cursor != "0");
    EXPECT_EQ(keys, 500U);
}

TEST_F(UpstashTranslation, OfCopyOntoItselfIsNothingCopied)
{
    redis().cli({"set", "k", "v"});
    EXPECT_THAT(command(R"(["COPY","k","k"])"), Results("0"));
    EXPECT_THAT(command(R"(["copy","k","k","REPLACE"])", as_base64), Results("0"));
    EXPECT_EQ(command(R"(["COPY","k","k"])", as_resp2).body, ":0\r\n");
    EXPECT_THAT(command(R"(["COPY","k","other"])"), Results("1"));
    EXPECT_THAT(
        elements(pipeline(R"([["COPY","k","k"],["GET","k"]])")), ElementsAre(R"({"result":0})", R"({"result":"v"})")
    );
    EXPECT_THAT(
        elements(multi_exec(R"([["COPY","k","k"],["GET","k"]])")), ElementsAre(R"({"result":0})", R"({"result":"v"})")
    );
}

TEST_F(UpstashTranslation, CanBeSwitchedOff)
{
    gateway plain({"--redis", redis().url()}, {{"REDISERVE_UPSTASH_TRANSLATE", "false"}});
    ASSERT_TRUE(plain.await_ready());
    auto ask = [&](std::string_view body) { return plain.request("POST", "/", body); };
    redis().cli({"set", "k", "v"});
    auto script = in_json(locking + "return 1");
    EXPECT_THAT(ask(R"(["EVAL",)" + script + ",0]"), Refuses(400, flag_refused));
    EXPECT_THAT(ask(R"(["SCRIPT","LOAD",)" + script + "]"), Refuses(400, flag_refused));
    EXPECT_THAT(ask(R"(["COPY","k","k"])"), Refuses(400, "ERR source and destination objects are the same"));
    EXPECT_THAT(ask(R"(["SCAN",0,"WITHTYPE"])"), Refuses(400, "ERR syntax error"));
}

TEST_F(UpstashTranslation, TrimsStreamsExactlyWhenToldTo)
{
    gateway exact({"--redis", redis().url()}, {{"REDISERVE_UPSTASH_EXACT_TRIM", "true"}});
    ASSERT_TRUE(exact.await_ready());
    const auto ask = [&](const std::string& body) { return exact.request("POST", "/", body); };
    const auto fill = [] {
        redis().cli({"del", "s"});
        EXPECT_THAT(pipeline(json_array(R"(["XADD","s","*","f","v"])", 150)), HasStatus(200));
    };
    fill();
    EXPECT_THAT(command(R"(["XTRIM","s","MAXLEN","~","3"])"), Results("100")) << "a node of Redis' has 100 entries";
    fill();
    EXPECT_THAT(ask(R"(["XTRIM","s","MAXLEN","~","3"])"), Results("147"));
    EXPECT_THAT(ask(R"(["XADD","s","MAXLEN","~","2","*","f","~"])"), HasStatus(200));
    EXPECT_THAT(ask(R"(["XLEN","s"])"), Results("2"));
    fill();
    EXPECT_THAT(ask(R"(["XTRIM","s","MAXLEN","~","3","LIMIT","10"])"), Results("0")) << "the client means it";
    EXPECT_THAT(
        elements(exact.request("POST", "/multi-exec", R"([["XTRIM","s","MAXLEN","~","3"],["XLEN","s"]])")),
        ElementsAre(R"({"result":147})", R"({"result":3})")
    );
}

}   // namespace
}   // namespace rediserve::test
