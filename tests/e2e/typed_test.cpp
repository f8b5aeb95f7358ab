// Typed replies, and the command API in MessagePack and CBOR (docs/typed-replies.md).
#include "e2e/upstash_test.hpp"
#include "support/access_file.hpp"
#include "support/redis_cluster.hpp"
#include "support/sentinel_group.hpp"

namespace rediserve::test {
namespace {

using nlohmann::json;
using namespace nlohmann::literals;
using namespace std::string_literals;
using testing::HasSubstr;

const header_list as_typed = {{"Accept", "application/vnd.rediserve.typed+json"}};
const header_list as_msgpack = {{"Accept", "application/msgpack"}};
const header_list as_cbor = {{"Accept", "application/cbor"}};

header_list in(std::string type)
{
    return {{"Content-Type", type}, {"Accept", type}};
}

std::string msgpack(const json& document)
{
    std::string bytes;
    json::to_msgpack(document, bytes);
    return bytes;
}

std::string cbor(const json& document)
{
    std::string bytes;
    json::to_cbor(document, bytes);
    return bytes;
}

json from_msgpack(const http_response& answer)
{
    return json::from_msgpack(answer.body, true, false);
}

json from_cbor(const http_response& answer)
{
    return json::from_cbor(answer.body, true, false);
}

class Typed : public upstash_test
{
protected:
    static http_response typed(std::string_view body) { return command(body, as_typed); }
};

TEST_F(Typed, HasTheTypesOfRedis)
{
    redis().cli({"hset", "h", "a", "1", "b", "2"});
    redis().cli({"sadd", "s", "x"});
    redis().cli({"zadd", "z", "1.5", "m", "inf", "n"});
    const auto answer = typed(R"(["HGETALL","h"])");
    EXPECT_THAT(answer, Answers(200, R"({"result":{"a":"1","b":"2"}})"));
    EXPECT_EQ(answer.header("content-type"), "application/vnd.rediserve.typed+json");
    EXPECT_EQ(answer.header("vary"), "Accept");
    EXPECT_THAT(typed(R"(["SMEMBERS","s"])"), Answers(200, R"({"result":{"$set":["x"]}})"));
    EXPECT_THAT(typed(R"(["ZSCORE","z","m"])"), Answers(200, R"({"result":1.5})"));
    EXPECT_THAT(typed(R"(["ZRANGE","z",0,-1,"WITHSCORES"])"), Answers(200, R"({"result":[["m",1.5],["n","inf"]]})"));
    EXPECT_THAT(typed(R"(["GET","nope"])"), Answers(200, R"({"result":null})"));
    EXPECT_THAT(typed(R"(["INFO","server"])"), HasStatus(200));
    EXPECT_THAT(json_of(typed(R"(["INFO","server"])"))["result"]["$verbatim"][0], "txt");
    EXPECT_THAT(get("/hgetall/h", as_typed), Answers(200, R"({"result":{"a":"1","b":"2"}})"));
}

TEST_F(Typed, HasTheTypesThatScriptsMake)
{
    const auto script = [](const std::string& lua) {
        return typed(json({"EVAL", "redis.setresp(3); return " + lua, 0}).dump());
    };
    EXPECT_THAT(script("{double=0.25}"), Answers(200, R"({"result":0.25})"));
    EXPECT_THAT(script("{map={a={double=1}}}"), Answers(200, R"({"result":{"a":1}})"));
    EXPECT_THAT(script("{set={a=true}}"), Answers(200, R"({"result":{"$set":["a"]}})"));
    EXPECT_THAT(script("true"), Answers(200, R"({"result":true})"));
    EXPECT_THAT(script("false"), Answers(200, R"({"result":false})"));
    EXPECT_THAT(
        script("{big_number='123456789012345678901234567890'}"),
        Answers(200, R"({"result":"123456789012345678901234567890"})")
    );
    EXPECT_THAT(
        script("{verbatim_string={format='mkd',string='x'}}"), Answers(200, R"({"result":{"$verbatim":["mkd","x"]}})")
    );
    EXPECT_THAT(script("{1,{err='OOPS x'}}"), Answers(200, R"({"result":[1,{"$error":"OOPS x"}]})"));
}

TEST_F(Typed, LeavesOtherRequestsAsTheyAre)
{
    redis().cli({"hset", "h", "a", "1"});
    EXPECT_THAT(typed(R"(["HGETALL","h"])"), HasStatus(200));
    for (const char* const accept : {"*/*", "application/json", "text/html, */*;q=0.8", "application/*"})
        EXPECT_THAT(command(R"(["HGETALL","h"])", {{"Accept", accept}}), Answers(200, R"({"result":["a","1"]})"));
    EXPECT_THAT(command(R"(["HGETALL","h"])"), Answers(200, R"({"result":["a","1"]})"));
}

TEST_F(Typed, TellsErrorsInItsForm)
{
    EXPECT_THAT(typed(R"(["NOSUCH"])"), HasStatus(400));
    EXPECT_THAT(
        from_msgpack(command(R"(["INCR"])", as_msgpack))["error"].get<std::string>(), HasSubstr("wrong number")
    );
    EXPECT_THAT(command(R"(["GET","k"])", {as_typed[0], as_base64[0]}), Refuses(400));
    EXPECT_THAT(command(R"(["GET","k"])", {as_typed[0], as_resp2[0]}), Refuses(400));
}

TEST_F(Typed, AnswersPipelinesAndTransactions)
{
    const auto body = R"([["HSET","h","a","1"],["HGETALL","h"],["NOSUCH"],["SCAN","0"],["WATCH","x"]])";
    const json list = json_of(pipeline(body, as_typed));
    ASSERT_EQ(list.size(), 5U) << list;
    EXPECT_EQ(list[1], json::parse(R"({"result":{"a":"1"}})"));
    EXPECT_EQ(list[3], json::parse(R"({"result":["0",["h"]]})"));
    EXPECT_TRUE(list[4].contains("error"));
    EXPECT_EQ(from_msgpack(pipeline(body, as_msgpack)).size(), 5U);
    EXPECT_EQ(from_cbor(pipeline(body, as_cbor)).size(), 5U);
    const auto both = R"([["HSET","g","a","1"],["HGETALL","g"],["ZADD","z","1","m"],["ZSCORE","z","m"]])";
    EXPECT_THAT(
        multi_exec(both, as_typed), Answers(200, R"([{"result":1},{"result":{"a":"1"}},{"result":1},{"result":1}])")
    );
    EXPECT_EQ(from_cbor(multi_exec(R"([["HGETALL","g"]])", as_cbor))[0]["result"], json::parse(R"({"a":"1"})"));
    EXPECT_THAT(multi_exec(R"([["INCR"]])", as_typed), HasStatus(400));
}

TEST_F(Typed, BlocksOnAConnectionOfItsOwn)
{
    EXPECT_THAT(typed(R"(["BZPOPMIN","z","0.05"])"), Answers(200, R"({"result":null})"));
    redis().cli({"zadd", "z", "2.5", "m"});
    EXPECT_THAT(typed(R"(["BZPOPMIN","z","1"])"), Answers(200, R"({"result":["z","m",2.5]})"));
}

TEST_F(Typed, CarriesBytesWithoutBase64)
{
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all.push_back(static_cast<char>(byte));
    const json bytes = json::binary(std::vector<std::uint8_t>(all.begin(), all.end()));
    EXPECT_EQ(
        from_msgpack(command(msgpack({"SET", "m", bytes}), in("application/msgpack"))),
        json::parse(R"({"result":"OK"})")
    );
    EXPECT_EQ(from_msgpack(command(msgpack(R"(["GET","m"])"_json), in("application/msgpack")))["result"], bytes);
    EXPECT_EQ(from_cbor(command(cbor({"GETSET", "m", "é"}), in("application/cbor")))["result"], bytes);
    EXPECT_EQ(from_cbor(command(cbor(R"(["GET","m"])"_json), in("application/cbor")))["result"], json("é"));
    EXPECT_THAT(
        command(msgpack(R"(["GET","m"])"_json), {{"Content-Type", "application/msgpack"}}),
        Answers(200, R"({"result":"é"})")
    );
    EXPECT_EQ(
        from_cbor(pipeline(cbor(R"([["SET","n",1.5],["GET","n"]])"_json), in("application/cbor")))[1]["result"],
        json("1.5")
    );
    EXPECT_EQ(
        from_msgpack(multi_exec(msgpack(R"([["SET","n",7],["INCR","n"]])"_json), in("application/msgpack"))
        )[1]["result"],
        json(8)
    );
}

TEST_F(Typed, RefusesBodiesThatAreNone)
{
    for (const std::string& body :
         {"\x92\xA3GET"s, "\xDD\xFF\xFF\xFF\xFF"s, "\xC1"s, "[\"GET\",\"k\"]"s, std::string(100000, '\x91')})
        EXPECT_THAT(command(body, {{"Content-Type", "application/msgpack"}}), Refuses(400));
    for (const std::string& body :
         {"\x9F\x63GET\xFF"s, "\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s, std::string(100000, '\x7F')})
        EXPECT_THAT(command(body, {{"Content-Type", "application/cbor"}}), Refuses(400));
    EXPECT_THAT(command(R"(["PING"])"), Answers(200, R"({"result":"PONG"})"));
}

TEST(TypedConnections, AreOpenedOnFirstUse)
{
    redis_server server;
    gateway rest({"--redis", server.url(), "--token", "T"});
    ASSERT_TRUE(rest.await_ready());
    const auto ask = [&](const header_list& how) {
        return rest.request("POST", "/", R"(["PING"])", bearing("T", how));
    };
    const auto in_resp3 = [&] { return server.cli({"client", "list"}).find("resp=3") != std::string::npos; };
    EXPECT_THAT(ask({}), HasStatus(200));
    EXPECT_FALSE(in_resp3());
    EXPECT_THAT(ask(as_typed), HasStatus(200));
    EXPECT_TRUE(in_resp3());
}

TEST(TypedConnections, SurviveTheServersEnd)
{
    redis_server server;
    gateway rest({"--redis", server.url(), "--token", "T"});
    ASSERT_TRUE(rest.await_ready());
    const auto ask = [&] { return rest.request("POST", "/", R"(["HGETALL","h"])", bearing("T", as_typed)); };
    EXPECT_THAT(ask(), Answers(200, R"({"result":{}})"));
    server.kill();
    EXPECT_TRUE(await([&] { return ask().status == 503; }));
    server.restart();
    EXPECT_TRUE(await([&] { return ask().status == 200; }));
}

TEST(TypedConnections, NeedAServerThatSpeaksRESP3)
{
    redis_server server({.arguments = {"--rename-command", "HELLO", ""}});
    gateway rest({"--redis", server.url(), "--token", "T"});
    ASSERT_TRUE(rest.await_ready());
    const auto refused = rest.request("POST", "/", R"(["SET","k","v"])", bearing("T", as_typed));
    EXPECT_THAT(refused, HasStatus(503));
    EXPECT_THAT(refused.body, HasSubstr("RESP3"));
    EXPECT_EQ(server.cli({"exists", "k"}), "0");
    EXPECT_THAT(rest.request("POST", "/", R"(["SET","k","v"])", bearing("T")), HasStatus(200));
}

// By another name than DEBUG, which is not run for anybody.
TEST(TypedConnections, TakeEveryType)
{
    redis_server server({.arguments = {"--enable-debug-command", "yes", "--rename-command", "DEBUG", "TRY"}});
    gateway rest({"--redis", server.url(), "--token", "T"});
    ASSERT_TRUE(rest.await_ready());
    const auto debug = [&](const std::string& what) {
        return rest.request("POST", "/", json({"TRY", "PROTOCOL", what}).dump(), bearing("T", as_typed));
    };
    EXPECT_THAT(debug("string"), Answers(200, R"({"result":"Hello World"})"));
    EXPECT_THAT(debug("integer"), Answers(200, R"({"result":12345})"));
    EXPECT_THAT(debug("double"), Answers(200, R"({"result":3.141})"));
    EXPECT_THAT(debug("null"), Answers(200, R"({"result":null})"));
    EXPECT_THAT(debug("array"), Answers(200, R"({"result":[0,1,2]})"));
    EXPECT_THAT(debug("set"), Answers(200, R"({"result":{"$set":[0,1,2]}})"));
    EXPECT_THAT(debug("map"), Answers(200, R"({"result":{"$map":[[0,false],[1,true],[2,false]]}})"));
    EXPECT_THAT(debug("verbatim"), Answers(200, R"({"result":{"$verbatim":["txt","This is a verbatim\nstring"]}})"));
    EXPECT_THAT(debug("true"), Answers(200, R"({"result":true})"));
    EXPECT_THAT(debug("false"), Answers(200, R"({"result":false})"));
    EXPECT_THAT(debug("bignum"), Answers(200, R"({"result":"1234567999999999999999999999999999999"})"));
    const std::string attributed =
        R"({"result":"Some real reply following the attribute","attributes":{"key-popularity":["key:123",90]}})";
    EXPECT_THAT(debug("attrib"), Answers(200, attributed));
    const auto transaction = rest.request(
        "POST", "/multi-exec", R"([["SET","k","v"],["TRY","PROTOCOL","attrib"],["GET","k"]])", bearing("T", as_typed)
    );
    EXPECT_THAT(transaction, Answers(200, R"([{"result":"OK"},)" + attributed + R"(,{"result":"v"}])"));
    EXPECT_THAT(
        rest.request("POST", "/", R"(["TRY","PROTOCOL","attrib"])", bearing("T")),
        Answers(200, R"({"result":"Some real reply following the attribute"})")
    );
}

TEST(TypedRules, HoldAsForOthers)
{
    redis_server server;
    const configuration file(
        R"({"principals":{"app":{"rules":"+@all ~app:* &*"}},"tokens":[)" + token_entry("T", "app") + "]}"
    );
    gateway rest({"--redis", server.url(), "--access", file.path(), "--token", "admin"});
    ASSERT_TRUE(rest.await_ready());
    const auto ask = [&](const std::string& body) { return rest.request("POST", "/", body, bearing("T", as_typed)); };
    ASSERT_TRUE(await([&] { return ask(R"(["HSET","app:h","a","1"])").status == 200; }));
    server.cli({"set", "other", "x"});
    EXPECT_THAT(ask(R"(["HGETALL","app:h"])"), Answers(200, R"({"result":{"a":"1"}})"));
    EXPECT_THAT(ask(R"(["GET","other"])"), HasStatus(400));
    EXPECT_THAT(ask(R"(["SCAN",0,"COUNT",100])"), Answers(200, R"({"result":["0",["app:h"]]})"));
}

TEST(TypedRules, AreThoseOfTheUserOfRedis)
{
    redis_server server;
    server.cli({"acl", "setuser", "ann", "on", ">secret", "+@all", "~a:*"});
    server.cli({"hset", "a:h", "f", "1"});
    gateway rest({"--redis", server.url(), "--token", "T"});
    ASSERT_TRUE(rest.await_ready());
    const auto told = json_of(rest.request("GET", "/acl/resttoken/ann/secret", {}, bearing("T", as_typed)));
    const auto ann = told["result"].get<std::string>();
    const auto ask = [&](const std::string& body) { return rest.request("POST", "/", body, bearing(ann, as_typed)); };
    EXPECT_THAT(ask(R"(["HGETALL","a:h"])"), Answers(200, R"({"result":{"f":"1"}})"));
    EXPECT_THAT(ask(R"(["GET","b"])").body, HasSubstr("NOPERM"));
    EXPECT_THAT(ask(R"(["ACL","WHOAMI"])"), Answers(200, R"({"result":"ann"})"));
}

// What a client has written it reads, from whichever server.
TEST(TypedGroup, ReadsFromReplicas)
{
    sentinel_group group({.replicas = 1, .sentinels = 1});
    gateway rest({"--redis", group.url(), "--threads", "1"}, {{"REDISERVE_REDIS_READ", "replica"}});
    ASSERT_TRUE(rest.await_ready());
    std::string token;
    const auto ask = [&](const std::string& body) {
        auto answer = rest.request("POST", "/", body, {as_typed[0], {"upstash-sync-token", token}});
        token = answer.header("upstash-sync-token");
        return answer;
    };
    const auto outcome = [&] {
        return metric(
            rest.request("GET", "/metrics").body, "rediserve_redis_replica_reads_total", R"(outcome="replica")"
        );
    };
    ASSERT_TRUE(await([&] { return ask(R"(["HGETALL","h"])").status == 200 && outcome() > 0; }));
    const auto before = outcome();
    for (int i = 0; i < 50; ++i) {
        const auto text = std::to_string(i);
        EXPECT_THAT(ask(R"(["HSET","h","f",)" + text + "]"), HasStatus(200));
        EXPECT_THAT(ask(R"(["HGETALL","h"])"), Answers(200, R"({"result":{"f":")" + text + R"("}})"));
    }
    EXPECT_TRUE(await([&] { return ask(R"(["HGETALL","h"])").status == 200 && outcome() > before; }));
}

TEST(TypedCluster, AnswersFromEveryNode)
{
    redis_cluster cluster({.primaries = 3, .replicas = 0});
    gateway rest({"--redis", cluster.url(), "--token", "T"});
    ASSERT_TRUE(rest.await_ready());
    const auto ask = [&](std::string_view target, const std::string& body) {
        return rest.request("POST", target, body, bearing("T", as_typed));
    };
    for (const char* const key : {"a", "b", "c", "d"}) {
        EXPECT_THAT(ask("/", json({"HSET", key, "f", 1}).dump()), Answers(200, R"({"result":1})"));
        EXPECT_THAT(ask("/", R"(["HGETALL",")" + std::string(key) + R"("])"), Answers(200, R"({"result":{"f":"1"}})"));
    }
    EXPECT_THAT(
        ask("/pipeline", R"([["HGETALL","a"],["HGETALL","b"],["HGETALL","c"]])"),
        Answers(200, R"([{"result":{"f":"1"}},{"result":{"f":"1"}},{"result":{"f":"1"}}])")
    );
    EXPECT_THAT(
        ask("/multi-exec", R"([["ZADD","z",1.5,"m"],["ZSCORE","z","m"]])"),
        Answers(200, R"([{"result":1},{"result":1.5}])")
    );
    EXPECT_THAT(ask("/", R"(["BZPOPMIN","z",1])"), Answers(200, R"({"result":["z","m",1.5]})"));
    EXPECT_THAT(ask("/", R"(["DBSIZE"])"), Answers(200, R"({"result":4})"));
}

}   // namespace
}   // namespace rediserve::test
