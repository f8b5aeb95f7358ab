// What a principal with rules may do, whichever way it asks: every dialect, and every trick to get around.
#include "e2e/event_stream.hpp"
#include "e2e/upstash_test.hpp"
#include "support/access_file.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace rediserve::test {
namespace {

// Tokens are their principals' names. Each may do something else.
constexpr std::string_view access_file = R"json({
  "principals": {
    "user42":   {"rules": "+@read +@write +@pubsub -@dangerous ~user:42:* &user:42:*"},
    "reader":   {"rules": "+get +mget +exists +scan +type ~public:*"},
    "split":    {"rules": "+get +set +copy %R~from:* %W~to:*"},
    "scripter": {"rules": "+eval +evalsha +get +set +script|load ~mine:*"},
    "listener": {"rules": "+subscribe +psubscribe +ssubscribe &news:*"},
    "follower": {"rules": "+xread +xadd ~log:*", "limits": {"streams": 1}},
    "consumer": {"rules": "+xreadgroup ~log:*"},
    "watcher":  {"rules": "+info"},
    "both":     {"rules": "+get ~a:* (+set ~b:*)"},
    "nothing":  {},
    "small":    {"rules": "+@all ~* &*", "limits": {"body": "1k", "value": "100", "pipeline": 3, "block_wait": "100ms"}},
    "slow":     {"rules": "+@all ~* &*", "rates": {"requests": "3/h"}},
    "frugal":   {"rules": "+@all ~* &*", "rates": {"commands": "5/h", "bytes": "1m/h"}},
    "single":   {"rules": "+@all ~* &*", "limits": {"streams": 1, "connections": 1}},
    "far":      {"rules": "+@all ~* &*", "deny": "127.0.0.0/8"}
  },
  "tokens": [TOKENS]
})json";

constexpr std::array names = {
    "user42",  "reader", "split", "scripter", "listener", "watcher", "both",     "follower",
    "nothing", "small",  "slow",  "frugal",   "single",   "far",     "consumer",
};

std::string with_tokens(std::string document)
{
    std::string tokens;
    for (const std::string name : names)
        tokens += (tokens.empty() ? "" : ",") + token_entry(name, name);
    return document.replace(document.find("TOKENS"), 6, tokens);
}

constexpr std::string_view no_command = "NOPERM this user has no permissions to run the '";
constexpr std::string_view no_key = "NOPERM this user has no permissions to access one of the keys used as arguments";
constexpr std::string_view no_channel =
    "NOPERM this user has no permissions to access one of the channels used as arguments";

class AccessRules : public testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        redis_ = std::make_unique<redis_server>();
        file_ = std::make_unique<configuration>(with_tokens(std::string(access_file)));
        gateway_ = std::make_unique<gateway>(std::vector<std::string>{
            "--redis", redis_->url(), "--access", file_->path(), "--token", "admin"});
        ASSERT_TRUE(gateway_->await_ready());
    }
    static void TearDownTestSuite()
    {
        gateway_.reset();
        file_.reset();
        redis_.reset();
    }
    void SetUp() override { redis_->cli({"flushall"}); }

    static http_response ask(
        std::string_view who, std::string_view method, std::string_view target, std::string_view body = {},
        const header_list& more = {}
    )
    {
        return gateway_->request(method, target, body, bearing(who, more));
    }
    static http_response command(std::string_view who, std::string_view body) { return ask(who, "POST", "/", body); }

    static std::unique_ptr<redis_server> redis_;
    static std::unique_ptr<configuration> file_;
    static std::unique_ptr<gateway> gateway_;
};

std::unique_ptr<redis_server> AccessRules::redis_;
std::unique_ptr<configuration> AccessRules::file_;
std::unique_ptr<gateway> AccessRules::gateway_;

// ---- what is granted, and what is not ------------------------------------------------------------------------------

TEST_F(AccessRules, GrantOnesOwnKeysAndNoOthers)
{
    EXPECT_THAT(command("user42", R"(["SET","user:42:name","Ada"])"), Results(R"("OK")"));
    EXPECT_THAT(command("user42", R"(["GET","user:42:name"])"), Results(R"("Ada")"));
    for (const auto* of_another :
         {"user:4", "user:420:name", "User:42:name", "user:42", " user:42:x", "user:42\\u0000:"})
        EXPECT_THAT(command("user42", R"(["GET",")" + std::string(of_another) + R"("])"), HasStatus(400)) << of_another;
    EXPECT_THAT(command("user42", R"(["GET","user:43:name"])"), Refuses(400, no_key));
    EXPECT_THAT(command("user42", R"(["MGET","user:42:name","user:43:name"])"), Refuses(400, no_key));
    EXPECT_THAT(command("user42", R"(["COPY","user:42:name","user:43:name"])"), Refuses(400, no_key));
    EXPECT_THAT(command("user42", R"(["SUNIONSTORE","user:42:s","user:43:s"])"), Refuses(400, no_key));
    EXPECT_THAT(command("user42", R"(["ZUNIONSTORE","user:42:z",2,"user:42:a","other"])"), Refuses(400, no_key));
    EXPECT_THAT(command("user42", R"(["XREAD","STREAMS","user:42:s","other","0","0"])"), Refuses(400, no_key));
    EXPECT_THAT(command("user42", R"(["SORT","user:42:l","STORE","other"])"), HasStatus(400));
}

TEST_F(AccessRules, ApplyToTheKeysApiByWhatItSends)
{
    EXPECT_THAT(ask("user42", "PUT", "/keys/user:42:k", "v"), HasStatus(201)) << "EXISTS is in @read, SET in @write";
    EXPECT_THAT(ask("user42", "GET", "/keys/user:42:k"), HasStatus(200));
    EXPECT_THAT(ask("user42", "DELETE", "/keys/user:42:k"), HasStatus(204));
    EXPECT_THAT(ask("user42", "GET", "/keys/user:43:k"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("user42", "DELETE", "/keys/user:43:k"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("user42", "PUT", "/keys/user:43:k", "v"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("user42", "PATCH", "/keys/user:42:k", R"({"rename":"user:43:k"})"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("user42", "GET", "/keys?key=user:42:k&key=user:43:k"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("user42", "PUT", "/keys", R"({"user:42:k":"v","other":"w"})"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("user42", "DELETE", "/keys?key=other"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("user42", "POST", "/keys/other/incr"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("reader", "PUT", "/keys/public:k", "v"), Fails(403, "forbidden"));
    EXPECT_EQ(redis_->cli({"dbsize"}), "0");
}

TEST_F(AccessRules, ApplyToQueries)
{
    redis_->cli({"mset", "user:42:k", "v", "user:43:k", "w"});
    const header_list json = {{"Content-Type", "application/json"}};
    const auto query = [&](std::string_view who, std::string_view target, std::string_view body) {
        return ask(who, "QUERY", target, body, json);
    };
    EXPECT_THAT(query("user42", "/", R"(["GET","user:42:k"])"), Results(R"("v")"));
    EXPECT_THAT(query("user42", "/", R"(["GET","user:43:k"])"), Refuses(400, no_key));
    const auto each =
        elements(query("user42", "/pipeline", R"([["GET","user:42:k"],["GET","user:43:k"],["KEYS","*"]])"));
    ASSERT_EQ(each.size(), 3U);
    EXPECT_EQ(each[0], R"({"result":"v"})");
    EXPECT_THAT(each[1], testing::HasSubstr(no_key));
    EXPECT_THAT(each[2], testing::HasSubstr(no_command));
    EXPECT_THAT(query("nothing", "/", R"(["GET","user:42:k"])"), HasStatus(400));
    EXPECT_THAT(query("small", "/pipeline", R"([["GET","a"],["GET","b"],["GET","c"],["GET","d"]])"), HasStatus(400));
}

TEST_F(AccessRules, ApplyInsideKeys)
{
    EXPECT_THAT(ask("user42", "PATCH", "/keys/user:42:h/fields", R"({"f":"v"})"), HasStatus(200));
    EXPECT_THAT(ask("user42", "GET", "/keys/user:42:h/fields"), HasStatus(200));
    EXPECT_THAT(ask("user42", "GET", "/keys/user:42:h/fields?count=5"), HasStatus(200));
    EXPECT_THAT(ask("user42", "PUT", "/keys/user:42:h/fields/f", "w", {{"If-Match", "*"}}), HasStatus(200));
    EXPECT_THAT(ask("user42", "POST", "/keys/user:42:z/scores", R"({"scores":{"m":1}})"), HasStatus(200));
    EXPECT_THAT(ask("user42", "GET", "/keys/user:42:z/scores/m"), HasStatus(200));
    for (const std::string_view word :
         {"fields", "fields?count=5", "fields/f", "items", "items/0", "members", "members/m", "scores",
          "scores?by=score", "scores/m", "entries", "entries/1-1"})
        EXPECT_THAT(ask("user42", "GET", "/keys/user:43:k/" + std::string(word)), Fails(403, "forbidden")) << word;
    EXPECT_THAT(ask("user42", "PATCH", "/keys/user:43:k/fields", R"({"f":"v","g":null})"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("user42", "PUT", "/keys/user:43:k/fields/f", "v"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("user42", "PUT", "/keys/user:43:k/fields/f", "v", {{"If-Match", "*"}}), Fails(403, "forbidden"));
    EXPECT_THAT(ask("user42", "POST", "/keys/user:43:k/entries", R"({"fields":{"f":"v"}})"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("user42", "POST", "/keys/user:43:k/scores/m/incr"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("reader", "PUT", "/keys/public:k/members/m"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("reader", "PUT", "/keys/public:k/items/0", "v", {{"If-Match", "*"}}), Fails(403, "forbidden"));
    EXPECT_EQ(redis_->cli({"dbsize"}), "2");
}

TEST_F(AccessRules, TellReadingFromWriting)
{
    redis_->cli({"set", "from:k", "v"});
    EXPECT_THAT(command("split", R"(["GET","from:k"])"), Results(R"("v")"));
    EXPECT_THAT(command("split", R"(["SET","from:k","w"])"), Refuses(400, no_key));
    EXPECT_THAT(command("split", R"(["SET","to:k","w"])"), Results(R"("OK")"));
    EXPECT_THAT(command("split", R"(["GET","to:k"])"), Refuses(400, no_key));
    EXPECT_THAT(command("split", R"(["SET","to:k","w","GET"])"), Refuses(400, no_key)) << "it would read";
    EXPECT_THAT(command("split", R"(["COPY","from:k","to:j"])"), Results("1"));
    EXPECT_THAT(command("split", R"(["COPY","to:k","from:k","REPLACE"])"), Refuses(400, no_key));
}

TEST_F(AccessRules, HaveSelectors)
{
    EXPECT_THAT(command("both", R"(["GET","a:k"])"), Results("null"));
    EXPECT_THAT(command("both", R"(["SET","b:k","v"])"), Results(R"("OK")"));
    EXPECT_THAT(command("both", R"(["GET","b:k"])"), Refuses(400));
    EXPECT_THAT(command("both", R"(["SET","a:k","v"])"), Refuses(400));
}

TEST_F(AccessRules, AreClosedByDefault)
{
    for (const auto* body :
         {R"(["PING"])", R"(["GET","k"])", R"(["INFO"])", R"(["NOSUCHCOMMAND"])", R"(["CLIENT","LIST"])"})
        EXPECT_THAT(command("nothing", body), HasStatus(400)) << body;
    EXPECT_THAT(ask("nothing", "GET", "/keys"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("nothing", "GET", "/metrics"), Fails(403, "forbidden"));
    EXPECT_THAT(ask("nothing", "GET", "/version"), HasStatus(200));
    EXPECT_THAT(ask("watcher", "GET", "/metrics"), HasStatus(200));
}

TEST_F(AccessRules, DoNotGrantWhatIsDangerousByTheWay)
{
    for (const auto* body :
         {R"(["FLUSHALL"])", R"(["KEYS","*"])", R"(["CONFIG","GET","*"])", R"(["DEBUG","SLEEP","0"])", R"(["INFO"])",
          R"(["CLIENT","LIST"])", R"(["ACL","LIST"])", R"(["SAVE"])", R"(["SWAPDB","0","1"])"})
        EXPECT_THAT(command("small", body), HasStatus(400)) << body;
    EXPECT_THAT(command("admin", R"(["KEYS","*"])"), HasStatus(200));
}

TEST_F(AccessRules, ShowOnlyTheKeysThatMayBeSeen)
{
    for (const auto* key : {"public:1", "public:2", "secret:1", "secret:2"})
        redis_->cli({"set", key, "v"});
    const auto page =
        json_of(command("reader", R"(["SCAN","0","COUNT","1000"])"))["result"][1].get<std::vector<std::string>>();
    EXPECT_THAT(page, testing::UnorderedElementsAre("public:1", "public:2"));
    const auto typed = json_of(command("reader", R"(["SCAN","0","COUNT","1000","WITHTYPE"])"))["result"][1];
    EXPECT_EQ(typed.size(), 4u) << typed;
    const auto listed = json_of(ask("reader", "GET", "/keys?count=1000"))["keys"];
    EXPECT_EQ(listed.size(), 2u) << listed;
    const auto lines = ask("reader", "GET", "/keys", {}, {{"Accept", "application/x-ndjson"}}).body;
    EXPECT_THAT(lines, testing::Not(testing::HasSubstr("secret")));
    EXPECT_THAT(lines, testing::HasSubstr("public:1"));
    EXPECT_THAT(command("user42", R"(["RANDOMKEY"])"), HasStatus(400));
}

// ---- ways around ---------------------------------------------------------------------------------------------------

TEST_F(AccessRules, HoldWhateverTheSpelling)
{
    redis_->cli({"set", "secret", "v"});
    for (const auto* path :
         {"/get/secret", "/GET/secret", "/GeT/secret", "/get/%73ecret", "/%67et/secret", "/get/secret/"})
        EXPECT_THAT(ask("user42", "GET", path), testing::Not(HasStatus(200))) << path;
    for (const auto* body :
         {R"(["get","secret"])", R"(["G\u0045T","secret"])", R"([{"$b64":"R0VU"},{"$b64":"c2VjcmV0"}])"})
        EXPECT_THAT(command("user42", body), Refuses(400, no_key)) << body;
    for (const auto* path : {"/keys/secret", "/keys/%73ecret", "/keys/secret?include=ttl", "/keys/secret?raw"})
        EXPECT_THAT(ask("user42", "GET", path), testing::Not(HasStatus(200))) << path;
    EXPECT_THAT(ask("user42", "POST", "/get/user:42:x", "secret"), testing::Not(HasStatus(200)));
}

TEST_F(AccessRules, HoldForEachElementOfAPipeline)
{
    const auto got = elements(
        ask("user42", "POST", "/pipeline",
            R"([["SET","user:42:a","1"],["SET","other","1"],["FLUSHALL"],["GET","user:42:a"],["EVAL","return 1",0]])")
    );
    ASSERT_EQ(got.size(), 5u);
    EXPECT_EQ(got[0], R"({"result":"OK"})");
    EXPECT_EQ(got[1], R"({"error":")" + std::string(no_key) + R"("})");
    EXPECT_THAT(got[2], testing::HasSubstr(no_command));
    EXPECT_EQ(got[3], R"({"result":"1"})");
    EXPECT_THAT(got[4], testing::HasSubstr(no_command));
    EXPECT_EQ(redis_->cli({"exists", "other"}), "0");
}

TEST_F(AccessRules, HoldInTransactions)
{
    const auto refused = ask("user42", "POST", "/multi-exec", R"([["SET","user:42:a","1"],["SET","other","1"]])");
    EXPECT_THAT(refused, Refuses(400, no_key));
    EXPECT_EQ(redis_->cli({"dbsize"}), "0") << "nothing of it";
    EXPECT_EQ(elements(ask("user42", "POST", "/multi-exec", R"([["SET","user:42:a","1"]])")).size(), 1u);
}

TEST_F(AccessRules, HoldForTheKeysThatScriptsDeclare)
{
    redis_->cli({"set", "mine:k", "v"});
    redis_->cli({"set", "secret", "v"});
    EXPECT_THAT(command("scripter", R"x(["EVAL","return redis.call('get',KEYS[1])",1,"mine:k"])x"), Results(R"("v")"));
    EXPECT_THAT(
        command("scripter", R"x(["EVAL","return redis.call('get',KEYS[1])",1,"secret"])x"), Refuses(400, no_key)
    );
    EXPECT_THAT(command("scripter", R"(["EVAL","return 1","2","mine:k","secret"])"), Refuses(400, no_key));
    EXPECT_THAT(command("scripter", R"(["EVAL","return 1","-1","secret"])"), HasStatus(400));
    EXPECT_THAT(command("scripter", R"(["EVAL","return 1","99999999999999999999","secret"])"), HasStatus(400));
    EXPECT_THAT(command("user42", R"(["EVAL","return 1",0])"), HasStatus(400));
}

TEST_F(AccessRules, HoldForChannels)
{
    EXPECT_THAT(command("user42", R"(["PUBLISH","user:42:c","m"])"), Results("0"));
    EXPECT_THAT(command("user42", R"(["PUBLISH","user:43:c","m"])"), Refuses(400, no_channel));
    const header_list events = {{"Accept", "text/event-stream"}};
    EXPECT_THAT(ask("listener", "GET", "/subscribe/other", {}, events), Refuses(400, no_channel));
    EXPECT_THAT(ask("listener", "GET", "/subscribe/news:a/other", {}, events), Refuses(400, no_channel))
        << "one of two";
    EXPECT_THAT(ask("listener", "GET", "/psubscribe/*", {}, events), Refuses(400, no_channel));
    EXPECT_THAT(ask("listener", "GET", "/psubscribe/news:a*", {}, events), Refuses(400, no_channel))
        << "not the very rule";
    EXPECT_THAT(ask("listener", "GET", "/monitor", {}, events), HasStatus(400));
    EXPECT_THAT(ask("small", "GET", "/monitor", {}, events), HasStatus(400)) << "dangerous, so by name only";
}

TEST_F(AccessRules, LeaveTheCursorOfAScanToRedis)
{
    for (const auto* cursor : {"x", "-1", "18446744073709551616", "0 MATCH *", "%00"})
        EXPECT_THAT(ask("reader", "GET", "/keys?cursor=" + std::string(cursor)), testing::Not(HasStatus(200)))
            << cursor;
}

// ---- limits of a principal -----------------------------------------------------------------------------------------

TEST_F(AccessRules, LimitWhatOneRequestMayBe)
{
    EXPECT_THAT(ask("small", "PUT", "/keys/k", std::string(2000, 'x')), Fails(413, "too_large"));
    EXPECT_THAT(ask("small", "PUT", "/keys/k", std::string(200, 'x')), Fails(413, "too_large")) << "a value";
    EXPECT_THAT(ask("small", "PUT", "/keys/k", std::string(50, 'x')), HasStatus(201));
    EXPECT_THAT(ask("small", "POST", "/pipeline", R"([["PING"],["PING"],["PING"]])"), HasStatus(200));
    EXPECT_THAT(ask("small", "POST", "/pipeline", R"([["PING"],["PING"],["PING"],["PING"]])"), HasStatus(400));
    EXPECT_THAT(command("small", R"(["BLPOP","l",0])"), Results("null")) << "within its tenth of a second";
}

TEST_F(AccessRules, LimitTheRateOfRequests)
{
    for (int left = 2; left >= 0; --left) {
        const auto answer = command("slow", R"(["PING"])");
        EXPECT_THAT(answer, HasStatus(200));
        EXPECT_EQ(answer.header("ratelimit-policy"), "\"requests\";q=3;w=3600");
        EXPECT_THAT(answer.header("ratelimit"), testing::StartsWith("\"requests\";r=" + std::to_string(left) + ";t="));
    }
    const auto refused = command("slow", R"(["PING"])");
    EXPECT_THAT(refused, HasStatus(429));
    EXPECT_GT(std::stoi(refused.header("retry-after")), 1000) << "not a moment, but twenty minutes";
    EXPECT_THAT(ask("slow", "GET", "/keys/k"), Fails(429, "rate_limited")) << "of whichever API";
}

TEST_F(AccessRules, CountEveryCommandOfAPipeline)
{
    EXPECT_THAT(ask("frugal", "POST", "/pipeline", R"([["PING"],["PING"],["PING"]])"), HasStatus(200));
    EXPECT_THAT(ask("frugal", "POST", "/pipeline", R"([["PING"],["PING"],["PING"]])"), HasStatus(429));
    EXPECT_THAT(ask("frugal", "POST", "/multi-exec", R"([["PING"],["PING"]])"), HasStatus(200))
        << "MULTI and EXEC are free";
    EXPECT_THAT(command("frugal", R"(["PING"])"), HasStatus(429));
}

TEST_F(AccessRules, LimitOpenStreamsAndConnections)
{
    event_stream first(gateway_->address(), "/subscribe/c", bearing("single"));
    ASSERT_EQ(first.head().status, 200);
    EXPECT_THAT(command("single", R"(["PING"])"), HasStatus(429)) << "a second connection";
}

TEST_F(AccessRules, HoldForAddresses)
{
    EXPECT_THAT(command("far", R"(["PING"])"), HasStatus(403));
}

// ---- tickets -------------------------------------------------------------------------------------------------------

TEST_F(AccessRules, GiveTicketsForBrowsers)
{
    redis_->cli({"set", "user:42:k", "v"});
    EXPECT_THAT(gateway_->request("POST", "/tickets"), Fails(401, "unauthorized"));
    const auto answer = ask("user42", "POST", "/tickets");
    ASSERT_THAT(answer, HasStatus(201));
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    EXPECT_EQ(json_of(answer)["expires_in"], 30);
    const auto ticket = json_of(answer)["ticket"].get<std::string>();
    EXPECT_THAT(gateway_->request("GET", "/get/user:43:k?_token=" + ticket), Refuses(400, no_key));
    EXPECT_THAT(gateway_->request("GET", "/get/user:42:k?_token=" + ticket), HasStatus(401)) << "it was used";
    const auto another = json_of(ask("user42", "POST", "/tickets"))["ticket"].get<std::string>();
    EXPECT_THAT(gateway_->request("GET", "/get/user:42:k?_token=" + another), Results(R"("v")"));
    const auto third = json_of(ask("user42", "POST", "/tickets"))["ticket"].get<std::string>();
    EXPECT_THAT(ask(third, "POST", "/tickets"), Fails(403, "forbidden")) << "or a ticket would last for ever";
}

TEST_F(AccessRules, HoldForWhoFollowsAStream)
{
    const auto follow = [](std::string_view who, const std::string& target) {
        return event_stream(gateway_->address(), target, {{"Authorization", "Bearer " + std::string(who)}}, "GET");
    };
    {
        auto stream = follow("follower", "/streams/log:1");
        EXPECT_THAT(stream.head(), HasStatus(200));
        EXPECT_THAT(stream.next_data(), testing::HasSubstr("event: open"));
        EXPECT_THAT(follow("follower", "/streams/log:1").head(), HasStatus(429)) << "one at a time";
    }
    EXPECT_TRUE(await([&] { return follow("follower", "/streams/other").head().status == 403; }));
    EXPECT_THAT(follow("reader", "/streams/public:1").head(), HasStatus(403));
    EXPECT_THAT(follow("reader", "/streams/public:1?group=g&consumer=c").head(), HasStatus(403));
    EXPECT_THAT(follow("follower", "/streams/log:1?group=g&consumer=c").head(), HasStatus(403)) << "not +xreadgroup";
    EXPECT_THAT(follow("consumer", "/streams/log:1?group=g&consumer=c").head(), HasStatus(404)) << "no such group";
    EXPECT_THAT(follow("consumer", "/streams/log:1?group=g&consumer=c&claim=5m").head(), HasStatus(403))
        << "not +xautoclaim";
    EXPECT_THAT(ask("follower", "PUT", "/streams/log:1/groups/g"), HasStatus(403));
    EXPECT_THAT(ask("follower", "POST", "/streams/log:1/groups/g/ack", R"({"ids":["1-0"]})"), HasStatus(403));
    EXPECT_THAT(ask("follower", "POST", "/streams/other", R"({"fields":{"f":"v"}})"), HasStatus(403));
    EXPECT_THAT(ask("follower", "POST", "/streams/log:1", R"({"fields":{"f":"v"}})"), HasStatus(201));
}

}   // namespace
}   // namespace rediserve::test
