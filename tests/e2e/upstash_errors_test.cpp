// What is answered when something is wrong, and to pages of browsers (api/upstash, sections 2, 4, 6 and 7).
#include "e2e/event_stream.hpp"
#include "e2e/upstash_test.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto unauthorized = "WRONGPASS invalid or missing auth token";
const header_list of_a_page = {{"Origin", "https://app.example"}};

class UpstashErrors : public upstash_test
{};

// ---- the token -------------------------------------------------------------------------------------------------------

TEST_F(UpstashErrors, SayWhenTheTokenIsMissing)
{
    const std::vector<std::pair<std::string, std::string>> requests = {
        {"GET", "/get/k"},        {"POST", "/"},       {"POST", "/pipeline"}, {"POST", "/multi-exec"},
        {"POST", "/subscribe/c"}, {"GET", "/monitor"}, {"PUT", "/set/k/v"},   {"GET", "/nosuch"},
        {"GET", "/Keys"},
    };
    for (const auto& [method, target] : requests) {
        for (const auto& headers : {header_list(), bearing("wrong"), header_list{{"Authorization", ""}}}) {
            auto answer = rest().request(method, target, "not even JSON", headers);
            EXPECT_THAT(answer, Refuses(401, unauthorized)) << method << " " << target;
            EXPECT_EQ(answer.body, R"({"error":"WRONGPASS invalid or missing auth token"})");
        }
    }
    EXPECT_THAT(rest().request("HEAD", "/get/k"), HasStatus(401));
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
}

TEST_F(UpstashErrors, LetAPageReadThem)
{
    auto expect_readable = [](const http_response& answer) {
        EXPECT_EQ(answer.header("access-control-allow-origin"), "https://app.example");
        EXPECT_EQ(answer.header("access-control-allow-credentials"), "true");
        EXPECT_THAT(answer.header("access-control-expose-headers"), HasSubstr("upstash-sync-token"));
        EXPECT_THAT(answer.header("vary"), HasSubstr("Origin"));
    };
    auto refused = rest().request("POST", "/", R"(["PING"])", of_a_page);
    EXPECT_THAT(refused, Refuses(401, unauthorized));
    expect_readable(refused);
    expect_readable(command(R"(["PING"])", of_a_page));
    expect_readable(command(R"(["NOSUCH"])", of_a_page));
    expect_readable(command("{", of_a_page));
    expect_readable(pipeline(R"([["PING"]])", of_a_page));
    expect_readable(multi_exec(R"([["NOSUCH"]])", of_a_page));
    EXPECT_EQ(command(R"(["PING"])").header("access-control-allow-origin"), "");
}

TEST_F(UpstashErrors, AreNoneForAPreflight)
{
    for (const auto* target : {"/", "/pipeline", "/multi-exec", "/get/k", "/subscribe/c"}) {
        auto answer = rest().request(
            "OPTIONS", target, {},
            {{"Origin", "https://app.example"},
             {"Access-Control-Request-Method", "POST"},
             {"Access-Control-Request-Headers", "authorization,upstash-sync-token,upstash-telemetry-sdk"}}
        );
        EXPECT_THAT(answer, HasStatus(200)) << target;
        EXPECT_EQ(answer.body, "") << target;
        EXPECT_EQ(answer.header("access-control-allow-origin"), "https://app.example") << target;
        EXPECT_EQ(answer.header("access-control-allow-credentials"), "true") << target;
        EXPECT_EQ(answer.header("access-control-allow-methods"), "HEAD, GET, POST, PUT, QUERY") << target;
        for (const auto* allowed : {"authorization", "upstash-sync-token", "upstash-telemetry-sdk"})
            EXPECT_THAT(answer.header("access-control-allow-headers"), HasSubstr(allowed)) << target;
        EXPECT_NE(answer.header("access-control-max-age"), "") << target;
        EXPECT_THAT(answer.header("vary"), HasSubstr("Origin")) << target;
    }
    EXPECT_THAT(rest().request("OPTIONS", "/"), HasStatus(200));
    auto without_list = rest().request("OPTIONS", "/", {}, of_a_page);
    EXPECT_EQ(without_list.header("access-control-allow-headers"), "*");
}

TEST_F(UpstashErrors, CarrySyncTokensAsAnswersDo)
{
    std::vector<std::string> tokens;
    for (const auto* body : {R"(["PING"])", R"(["NOSUCH"])", R"(["SET","k",null])"})
        tokens.push_back(command(body).header("upstash-sync-token"));
    tokens.push_back(pipeline(R"([["PING"]])").header("upstash-sync-token"));
    tokens.push_back(multi_exec(R"([["PING"]])").header("upstash-sync-token"));
    EXPECT_THAT(tokens, testing::Each(testing::Ne("")));
    std::sort(tokens.begin(), tokens.end());
    EXPECT_EQ(std::unique(tokens.begin(), tokens.end()), tokens.end());
    for (const auto& token : {std::string(), std::string("stale"), tokens.front(), std::string(1000, 'x')})
        EXPECT_THAT(command(R"(["PING"])", {{"upstash-sync-token", token}}), Results(R"("PONG")")) << token;
}

// ---- what a request may ask for --------------------------------------------------------------------------------------

TEST_F(UpstashErrors, SayWhenAFormatIsNotKnown)
{
    const std::vector<header_list> wrong = {
        {{"Upstash-Encoding", "xml"}},
        {{"Upstash-Encoding", "base64, gzip"}},
        {{"Upstash-Response-Format", "xml"}},
        {{"Upstash-Response-Format", "resp3"}},
        {{"Upstash-Response-Format", "resp2"}, {"Upstash-Encoding", "base64"}},
        {{"Upstash-Response-Format", "json"}, {"Upstash-Encoding", "hex"}},
    };
    for (const auto& headers : wrong) {
        EXPECT_THAT(command(R"(["SET","k","v"])", headers), Refuses(400)) << headers.front().second;
        EXPECT_THAT(pipeline(R"([["SET","k","v"]])", headers), Refuses(400)) << headers.front().second;
        EXPECT_THAT(get("/set/k/v", headers), Refuses(400)) << headers.front().second;
    }
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
    const std::vector<header_list> right = {
        {{"Upstash-Encoding", ""}},
        {{"Upstash-Response-Format", ""}},
        {{"Upstash-Response-Format", "json"}},
        {{"upstash-encoding", ""}, {"UPSTASH-RESPONSE-FORMAT", "json"}},
        {{"Upstash-Telemetry-Sdk", "@upstash/redis@v1.38.2"}, {"Upstash-Telemetry-Retry", "3"}},
    };
    for (const auto& headers : right)
        EXPECT_THAT(command(R"(["PING"])", headers), Results(R"("PONG")")) << headers.front().second;
}

TEST_F(UpstashErrors, AreInTheWordsOfRedis)
{
    redis().cli({"set", "k", "v"});
    redis().cli({"xgroup", "create", "s", "g", "$", "mkstream"});
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"(["LPUSH","k","x"])", "WRONGTYPE Operation against a key holding the wrong kind of value"},
        {R"(["GET"])", "ERR wrong number of arguments for 'get' command"},
        {R"(["INCR","k"])", "ERR value is not an integer or out of range"},
        {R"(["SET","k","v","XX","NX"])", "ERR syntax error"},
        {R"(["XGROUP","CREATE","s","g","$"])", "BUSYGROUP Consumer Group name already exists"},
        {R"(["RENAME","nope","x"])", "ERR no such key"},
        {R"(["EVAL","return {err='CUSTOM text'}",0])", "CUSTOM text"},
    };
    for (const auto& [asked, text] : cases) {
        EXPECT_THAT(command(asked), Refuses(400, text)) << asked;
        EXPECT_THAT(command(asked, as_base64), Refuses(400, text)) << asked;
        auto in_list = nlohmann::json::parse(R"([{"error":""}])");
        in_list[0]["error"] = text;
        EXPECT_THAT(pipeline("[" + asked + "]"), AnswersJson(200, in_list.dump())) << asked;
    }
    auto unknown = command(R"(["EVALSHA","0123456789012345678901234567890123456789",0])");
    EXPECT_THAT(unknown, Refuses(400, "NOSCRIPT No matching script. Please use EVAL."));
    EXPECT_THAT(json_of(command(R"(["NOSUCH","a"])")).value("error", ""), StartsWith("ERR unknown command 'NOSUCH'"));
}

TEST_F(UpstashErrors, EndARequestThatIsTooLarge)
{
    gateway small({"--redis", redis().url()}, {{"REDISERVE_HTTP_LIMITS_BODY", "1000"}});
    ASSERT_TRUE(small.await_ready());
    for (const auto* target : {"/", "/pipeline", "/multi-exec", "/set/k"}) {
        auto answer = small.request("POST", target, std::string(1001, ' '));
        EXPECT_THAT(answer, Refuses(413)) << target;
        EXPECT_THAT(json_of(answer).value("error", ""), StartsWith("ERR max request size exceeded.")) << target;
    }
    auto announced = small.connect();
    announced.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
    EXPECT_THAT(announced.read(), Refuses(413));
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
}

// ---- the read-only token ---------------------------------------------------------------------------------------------

class UpstashReadOnly : public testing::Test
{
protected:
    void SetUp() override
    {
        redis_.cli({"set", "k", "v"});
        ASSERT_TRUE(rest_.await_ready());
    }

    http_response command(std::string_view body) { return rest_.request("POST", "/", body, bearing("reads")); }

    static std::string refused(const std::string& name)
    {
        return "NOPERM this user has no permissions to run the '" + name + "' command or its subcommand";
    }

    redis_server redis_;
    gateway rest_{{"--redis", redis_.url(), "--token", "writes"}, {{"REDISERVE_ACCESS_READ_ONLY_TOKEN", "reads"}}};
};

TEST_F(UpstashReadOnly, ReadsAndDoesNotWrite)
{
    EXPECT_THAT(command(R"(["GET","k"])"), Results(R"("v")"));
    EXPECT_THAT(command(R"(["EVAL_RO","return 1",0])"), Results("1"));
    EXPECT_THAT(command(R"(["STRLEN","k"])"), Results("1"));
    EXPECT_THAT(rest_.request("GET", "/get/k?_token=reads"), Results(R"("v")"));
    EXPECT_THAT(rest_.request("POST", "/", R"(["SET","k","w"])", bearing("writes")), Results(R"("OK")"));
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"(["SET","k","x"])", "set"},
        {R"(["DEL","k"])", "del"},
        {R"(["SCAN",0])", "scan"},
        {R"(["KEYS","*"])", "keys"},
        {R"(["PUBLISH","c","x"])", "publish"},
        {R"(["EVAL","return 1",0])", "eval"},
        {R"(["FLUSHALL"])", "flushall"},
        {R"(["GETDEL","k"])", "getdel"},
        {R"(["GETEX","k","EX",1])", "getex"},
    };
    for (const auto& [asked, name] : cases)
        EXPECT_THAT(command(asked), Refuses(400, refused(name))) << asked;
    for (const auto* asked :
         {R"(["SCRIPT","FLUSH"])", R"(["FUNCTION","FLUSH"])", R"(["CONFIG","SET","maxmemory","1"])",
          R"(["BLPOP","l",0])", R"(["NOSUCH"])"})
        EXPECT_THAT(command(asked), Refuses(400)) << asked;
    EXPECT_EQ(redis_.cli({"get", "k"}), "w");
}

TEST_F(UpstashReadOnly, IsToldElementByElement)
{
    EXPECT_THAT(
        elements(rest_.request("POST", "/pipeline", R"([["GET","k"],["set","k","x"],["GET","k"]])", bearing("reads"))),
        ElementsAre(R"({"result":"v"})", R"({"error":")" + refused("set") + R"("})", R"({"result":"v"})")
    );
    EXPECT_THAT(
        rest_.request("POST", "/multi-exec", R"([["GET","k"],["SET","k","x"]])", bearing("reads")),
        Refuses(400, refused("set"))
    );
    EXPECT_THAT(
        elements(rest_.request("POST", "/multi-exec", R"([["GET","k"],["GET","k"]])", bearing("reads"))),
        ElementsAre(R"({"result":"v"})", R"({"result":"v"})")
    );
}

TEST_F(UpstashReadOnly, ListensButDoesNotWatch)
{
    event_stream listening(rest_.address(), "/subscribe/c", bearing("reads"));
    EXPECT_EQ(listening.next(), "data: subscribe,c,1");
    event_stream watching(rest_.address(), "/monitor", bearing("reads"));
    EXPECT_THAT(watching.head(), Refuses(400, refused("monitor"))) << "it shows what others write";
}

// ---- pages of other sites --------------------------------------------------------------------------------------------

class UpstashPages : public testing::Test
{
protected:
    void start(const std::string& cors, const std::vector<std::string>& more = {})
    {
        std::vector<std::string> arguments = {"--redis", redis_.url()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        gateway_ =
            std::make_unique<gateway>(arguments, std::map<std::string, std::string>{{"REDISERVE_UPSTASH_CORS", cors}});
        ASSERT_TRUE(gateway_->await_ready());
    }

    gateway& rest() { return *gateway_; }

    std::string allowed(const std::string& origin, const header_list& more = {})
    {
        header_list headers = {{"Origin", origin}};
        headers.insert(headers.end(), more.begin(), more.end());
        return rest().request("POST", "/", R"(["PING"])", headers).header("access-control-allow-origin");
    }

    redis_server redis_;

private:
    std::unique_ptr<gateway> gateway_;
};

TEST_F(UpstashPages, MayNotUseAGatewayWithoutAToken)
{
    start("any");
    const std::vector<header_list> foreign = {
        {{"Origin", "https://evil.example"}},
        {{"Origin", "null"}},
        {{"Origin", "http://localhost.evil.example"}},
        {{"Sec-Fetch-Site", "cross-site"}},
        {{"Sec-Fetch-Site", "same-site"}},
    };
    for (const auto& headers : foreign) {
        SCOPED_TRACE(headers.front().second);
        EXPECT_THAT(rest().request("POST", "/", R"(["SET","k","v"])", headers), Refuses(403));
        EXPECT_THAT(rest().request("GET", "/set/k/v", {}, headers), Refuses(403));
        EXPECT_THAT(rest().request("POST", "/pipeline", R"([["SET","k","v"]])", headers), Refuses(403));
        EXPECT_THAT(rest().request("POST", "/multi-exec", R"([["SET","k","v"]])", headers), Refuses(403));
        auto events = headers;
        events.emplace_back("Accept", "text/event-stream");
        EXPECT_THAT(rest().request("GET", "/subscribe/c", {}, events), Refuses(403));
    }
    EXPECT_EQ(redis_.cli({"exists", "k"}), "0");
    const std::vector<header_list> own = {
        {},
        {{"Origin", "http://localhost"}},   // the Host of this client
        {{"Sec-Fetch-Site", "none"}},
        {{"Sec-Fetch-Site", "same-origin"}},
    };
    for (const auto& headers : own)
        EXPECT_THAT(rest().request("POST", "/", R"(["PING"])", headers), Results(R"("PONG")"));
}

TEST_F(UpstashPages, MayUseOneThatListsThem)
{
    start("https://app.example, https://other.example");
    EXPECT_EQ(allowed("https://app.example"), "https://app.example");
    EXPECT_EQ(allowed("https://other.example", {{"Sec-Fetch-Site", "cross-site"}}), "https://other.example");
    EXPECT_EQ(allowed("https://evil.example"), "");
    EXPECT_THAT(rest().request("POST", "/", R"(["PING"])", {{"Origin", "https://app.example"}}), Results(R"("PONG")"));
    EXPECT_THAT(rest().request("POST", "/", R"(["PING"])", {{"Origin", "https://evil.example"}}), Refuses(403));
}

TEST_F(UpstashPages, MayUseOneWhoseTokenTheyKnow)
{
    start("any", {"--token", "T"});
    EXPECT_EQ(allowed("https://any.example", bearing("T")), "https://any.example");
    EXPECT_THAT(
        rest().request(
            "POST", "/", R"(["PING"])",
            bearing("T", {{"Origin", "https://any.example"}, {"Sec-Fetch-Site", "cross-site"}})
        ),
        Results(R"("PONG")")
    );
}

TEST_F(UpstashPages, MayReadNothingWhereThatIsOff)
{
    start("off", {"--token", "T"});
    EXPECT_EQ(allowed("https://app.example", bearing("T")), "");
    auto preflight = rest().request(
        "OPTIONS", "/", {}, {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "POST"}}
    );
    EXPECT_EQ(preflight.header("access-control-allow-origin"), "");
    EXPECT_EQ(preflight.header("access-control-allow-headers"), "");
}

// ---- when Redis is not there -----------------------------------------------------------------------------------------

class UpstashFailures : public testing::Test
{
protected:
    void start(const std::map<std::string, std::string>& environment = {})
    {
        gateway_ = std::make_unique<gateway>(std::vector<std::string>{"--redis", redis_.url()}, environment);
        ASSERT_TRUE(gateway_->await_ready());
    }

    gateway& rest() { return *gateway_; }

    // One request of each kind that writes.
    std::vector<http_response> one_of_each()
    {
        return {
            rest().request("POST", "/", R"(["INCR","n"])"),
            rest().request("GET", "/incr/n"),
            rest().request("POST", "/pipeline", R"([["INCR","n"],["INCR","n"]])"),
            rest().request("POST", "/multi-exec", R"([["INCR","n"],["INCR","n"]])"),
        };
    }

    redis_server redis_{redis_server::options{.tcp = true, .arguments = {}}};

private:
    std::unique_ptr<gateway> gateway_;
};

TEST_F(UpstashFailures, SayThatRedisIsDown)
{
    start();
    redis_.kill();
    ASSERT_TRUE(rest().await_ready(false));
    for (const auto& answer : one_of_each()) {
        EXPECT_THAT(answer, Refuses(503));
        EXPECT_THAT(answer.body, HasSubstr(R"({"error":"ERR )"));
        EXPECT_EQ(json_of(answer)["executed"], "no");
        EXPECT_NE(answer.header("retry-after"), "");
    }
    auto readable = rest().request("POST", "/", R"(["PING"])", {{"Origin", "http://localhost"}});
    EXPECT_EQ(readable.header("access-control-allow-origin"), "http://localhost");
    EXPECT_THAT(rest().request("POST", "/", R"(["PING"])", as_resp2), Refuses(503));
    EXPECT_THAT(rest().request("POST", "/", R"(["BLPOP","l",0])"), Refuses(503));
    redis_.restart();
    ASSERT_TRUE(rest().await_ready());
    for (const auto& answer : one_of_each())
        EXPECT_THAT(answer, HasStatus(200));
    EXPECT_EQ(redis_.cli({"get", "n"}), "6");
}

TEST_F(UpstashFailures, SayThatRedisTakesTooLong)
{
    start({{"REDISERVE_REDIS_COMMAND_TIMEOUT", "200ms"}});
    redis_.freeze();
    auto answer = rest().request("POST", "/", R"(["INCR","n"])");
    EXPECT_THAT(answer, Refuses(504));
    EXPECT_THAT(answer.body, HasSubstr(R"({"error":"ERR )"));
    EXPECT_EQ(json_of(answer)["executed"], "maybe");
    for (const auto& later : one_of_each()) {
        EXPECT_THAT(later, testing::AnyOf(Refuses(504), Refuses(503)));
        EXPECT_TRUE(json_of(later).contains("executed"));
    }
    redis_.thaw();
    EXPECT_TRUE(rest().await_ready());
    EXPECT_TRUE(await([&] { return rest().request("POST", "/", R"(["PING"])").status == 200; }));
}

TEST_F(UpstashFailures, SayWhatMayHaveBeenDoneOfAPipeline)
{
    start();
    redis_.freeze();
    auto client = rest().connect();
    constexpr std::string_view body = R"([["INCR","a"],["INCR","b"],["INCR","c"],["INCR","d"]])";
    client.send(
        "POST /pipeline HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n"
        + std::string(body)
    );
    ASSERT_TRUE(await([&] { return metric(rest().request("GET", "/metrics").body, "rediserve_redis_pending") >= 3; }));
    redis_.kill();
    auto answer = client.read();
    EXPECT_THAT(answer, Refuses(503));
    EXPECT_EQ(json_of(answer)["executed"], "maybe");
}

TEST_F(UpstashFailures, AreRetriedForWhatOnlyReads)
{
    start();
    redis_.cli({"set", "k", "v"});
    auto connection = rest().connect();
    for (int round = 0; round < 20; ++round) {
        redis_.cli({"client", "kill", "type", "normal"});
        EXPECT_EQ(connection.request("POST", "/pipeline", R"([["GET","k"]])").body, R"([{"result":"v"}])");
        redis_.cli({"client", "kill", "type", "normal"});
        EXPECT_THAT(connection.request("POST", "/", R"(["GET","k"])"), Results(R"("v")"));
    }
}

TEST_F(UpstashFailures, AreNoneForAnEmptyHead)
{
    start();
    redis_.kill();
    ASSERT_TRUE(rest().await_ready(false));
    auto connection = rest().connect();
    EXPECT_THAT(connection.request("HEAD", "/get/k"), HasStatus(503));
    EXPECT_THAT(connection.request("GET", "/get/k"), Refuses(503));
}

}   // namespace
}   // namespace rediserve::test
