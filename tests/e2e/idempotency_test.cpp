// Requests with an Idempotency-Key are run once (docs/idempotency.md).
#include "e2e/upstash_test.hpp"
#include "support/access_file.hpp"
#include "support/redis_cluster.hpp"

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace rediserve::test {
namespace {

using testing::HasSubstr;

header_list keyed(std::string_view key, const header_list& more = {})
{
    header_list all = more;
    all.emplace_back("Idempotency-Key", std::string(key));
    return all;
}

bool is_repeated(const http_response& response)
{
    return response.header("idempotent-replayed") == "true";
}

class Idempotency : public upstash_test
{
protected:
    // Sends the same twice; the second answer is the first one again, and says so.
    static http_response twice(
        std::string_view method, std::string_view target, std::string_view body = {}, const header_list& more = {}
    )
    {
        const header_list headers = keyed("\"once-" + std::to_string(++keys_) + "\"", more);
        const http_response first = ask(method, target, body, headers);
        const http_response second = ask(method, target, body, headers);
        EXPECT_FALSE(is_repeated(first)) << target;
        EXPECT_TRUE(is_repeated(second)) << target << " " << second.body;
        EXPECT_EQ(first.status, second.status) << target;
        EXPECT_EQ(first.body, second.body) << target;
        EXPECT_EQ(first.header("etag"), second.header("etag")) << target;
        return second;
    }

private:
    static inline int keys_ = 0;
};

TEST_F(Idempotency, ACommandIsRunOnce)
{
    EXPECT_THAT(twice("POST", "/", R"(["INCR","n"])"), Results("1"));
    EXPECT_THAT(twice("GET", "/incrby/n/9007199254740993"), Results("9007199254740994"));
    EXPECT_THAT(
        twice("POST", "/lpush/n/x"), Refuses(400, "WRONGTYPE Operation against a key holding the wrong kind of value")
    );
    EXPECT_THAT(twice("POST", "/", R"(["RPUSH","l","a","b"])"), Results("2"));
    EXPECT_THAT(twice("POST", "/", R"(["LPOP","l"])"), Results(R"("a")"));
    EXPECT_THAT(twice("POST", "/", R"json(["EVAL","return redis.call('INCR', KEYS[1])",1,"m"])json"), Results("1"));
    EXPECT_THAT(twice("PUT", "/set/bytes", "\xff\x00\xfe"), Results(R"("OK")"));
    EXPECT_EQ(redis().cli({"get", "n"}), "9007199254740994");
    EXPECT_EQ(redis().cli({"get", "m"}), "1");
    EXPECT_EQ(redis().cli({"llen", "l"}), "1");
}

TEST_F(Idempotency, APipelineIsRunOnceWhateverFailsInIt)
{
    EXPECT_THAT(
        twice("POST", "/pipeline", R"([["INCR","n"],["LPUSH","n","x"],["GET","none"],["SUBSCRIBE","c"],["INCR","n"]])"),
        HasStatus(200)
    );
    EXPECT_EQ(redis().cli({"get", "n"}), "2");
}

TEST_F(Idempotency, ATransactionIsRunOnce)
{
    EXPECT_THAT(
        twice("POST", "/multi-exec", R"([["INCR","n"],["SET","s","x"],["INCR","s"],["GET","n"]])"), HasStatus(200)
    );
    EXPECT_EQ(redis().cli({"get", "n"}), "1");
    EXPECT_THAT(
        twice("POST", "/multi-exec", R"({"if":[{"key":"n","equals":1}],"commands":[["INCR","n"]]})"),
        Answers(200, R"([{"result":2}])")
    );
    EXPECT_THAT(
        twice("POST", "/multi-exec", R"({"if":[{"key":"n","equals":1}],"commands":[["INCR","n"]]})"), HasStatus(412)
    );
    EXPECT_EQ(redis().cli({"get", "n"}), "2");
}

TEST_F(Idempotency, AnswersComeInTheFormThatIsAskedFor)
{
    EXPECT_THAT(ask("POST", "/", R"(["SET","k","v","GET"])", keyed("form")), Results("null"));
    EXPECT_THAT(ask("POST", "/", R"(["SET","k","v","GET"])", keyed("form", as_resp2)), Answers(200, "$-1\r"));
}

TEST_F(Idempotency, EveryCallOfTheKeysApiIsRunOnce)
{
    EXPECT_THAT(twice("PUT", "/keys/k", "value"), HasStatus(201));
    EXPECT_THAT(twice("PUT", "/keys/k", "value"), HasStatus(200));
    EXPECT_THAT(twice("PUT", "/keys/k?nx", "other"), HasStatus(412));
    EXPECT_THAT(twice("PUT", "/keys/k", "more", {{"If-Match", "*"}}), HasStatus(200));
    EXPECT_THAT(
        twice("PUT", "/keys/k", "late", {{"If-Match", "\"f32b67c7e26342af42efabc674d441dc\""}}), HasStatus(412)
    );
    EXPECT_THAT(twice("POST", "/keys/k/append", "!"), AnswersJson(200, R"({"key":"k","size":5})"));
    EXPECT_THAT(twice("POST", "/keys/n/incr?by=5"), AnswersJson(200, R"({"key":"n","value":5})"));
    EXPECT_THAT(twice("POST", "/keys/k/incr"), Fails(409, "not_a_number"));
    EXPECT_THAT(twice("PATCH", "/keys/k", R"({"ttl":100})"), HasStatus(200));
    EXPECT_THAT(twice("PATCH", "/keys/k", R"({"rename":"moved"})"), HasStatus(200));
    EXPECT_THAT(twice("DELETE", "/keys/moved"), HasStatus(204));
    EXPECT_THAT(twice("DELETE", "/keys/moved"), HasStatus(404));
    EXPECT_THAT(twice("PUT", "/keys", R"({"a":"1","b":"2"})"), HasStatus(200));
    EXPECT_THAT(twice("DELETE", "/keys?key=a&key=b"), HasStatus(200));
    EXPECT_THAT(
        twice(
            "PUT", "/keys/h", R"({"type":"hash","value":{"f":"1"}})",
            {{"Content-Type", "application/vnd.rediserve+json"}}
        ),
        HasStatus(201)
    );
    EXPECT_THAT(twice("PATCH", "/keys/h/fields", R"({"g":"2","f":null})"), HasStatus(200));
    EXPECT_THAT(twice("POST", "/keys/h/fields/g/incr"), HasStatus(200));
    EXPECT_THAT(twice("POST", "/keys/l/items", R"({"values":["a","b"]})"), HasStatus(200));
    EXPECT_THAT(twice("DELETE", "/keys/l/items?count=1"), HasStatus(200));
    EXPECT_THAT(twice("POST", "/keys/s/members", R"({"members":["a","b"]})"), HasStatus(200));
    EXPECT_THAT(twice("PUT", "/keys/s/members/c"), HasStatus(201));
    EXPECT_THAT(twice("POST", "/keys/z/scores", R"({"scores":{"a":1}})"), HasStatus(200));
    EXPECT_THAT(twice("POST", "/keys/z/scores/a/incr?by=0.5"), HasStatus(200));
    EXPECT_THAT(twice("POST", "/keys/x/entries", R"({"fields":{"f":"v"}})"), HasStatus(201));
    EXPECT_EQ(redis().cli({"get", "n"}), "5");
    EXPECT_EQ(redis().cli({"hget", "h", "g"}), "3");
    EXPECT_EQ(redis().cli({"llen", "l"}), "1");
    EXPECT_EQ(redis().cli({"zscore", "z", "a"}), "1.5");
    EXPECT_EQ(redis().cli({"xlen", "x"}), "1");
}

TEST_F(Idempotency, LargeValuesAreStoredOnce)
{
    const std::string large(8 << 20, 'x');
    EXPECT_THAT(twice("PUT", "/keys/large", large), HasStatus(201));
    EXPECT_EQ(redis().cli({"strlen", "large"}), std::to_string(large.size()));
}

TEST_F(Idempotency, AnotherRequestWithTheKeyIsRefused)
{
    EXPECT_THAT(command(R"(["INCR","n"])", keyed("k")), Results("1"));
    const auto other = command(R"(["INCR","m"])", keyed("\"k\""));
    EXPECT_THAT(other, HasStatus(422));
    EXPECT_EQ(json_of(other)["code"], "idempotency_key_reused");
    EXPECT_EQ(json_of(other)["executed"], "no");
    EXPECT_THAT(ask("POST", "/keys/n/incr", {}, keyed("k")), Fails(422, "idempotency_key_reused"));
    EXPECT_THAT(ask("GET", "/incr/n", {}, keyed("k")), HasStatus(422));
    EXPECT_EQ(redis().cli({"get", "n"}), "1");
    EXPECT_EQ(redis().cli({"exists", "m"}), "0");
    EXPECT_THAT(command(R"(["INCR","n"])", keyed("k")), Results("1"));
}

TEST_F(Idempotency, TheTokenInTheUrlIsNotPartOfTheRequest)
{
    EXPECT_THAT(rest().request("GET", "/incr/n?_token=T", {}, keyed("url")), Results("1"));
    const auto again = get("/incr/n", keyed("url"));
    EXPECT_THAT(again, Results("1"));
    EXPECT_TRUE(is_repeated(again));
}

TEST_F(Idempotency, ReadsPayNoHeedToIt)
{
    redis().cli({"set", "k", "v"});
    for (int i = 0; i < 2; ++i) {
        EXPECT_FALSE(is_repeated(get("/keys/k", keyed("read"))));
        EXPECT_FALSE(is_repeated(command(R"(["GET","k"])", keyed("read"))));
        EXPECT_FALSE(is_repeated(pipeline(R"([["GET","k"],["TTL","k"]])", keyed("read"))));
    }
    EXPECT_EQ(redis().cli({"dbsize"}), "1");
}

TEST_F(Idempotency, WhatCannotBeOneStepIsRefusedAndNothingIsDone)
{
    const auto refused = [](const http_response& answer, std::string_view why) {
        EXPECT_THAT(answer, HasStatus(400)) << answer.body;
        EXPECT_EQ(json_of(answer)["code"], "not_atomic");
        EXPECT_THAT(answer.body, HasSubstr(std::string(why)));
        EXPECT_EQ(json_of(answer)["executed"], "no");
    };
    refused(command(R"(["BLPOP","l",1])", keyed("a")), "may wait");
    refused(pipeline(R"([["SET","k","v"],["BLPOP","l",1]])", keyed("b")), "may wait");
    refused(command(R"(["EVALSHA","abc",0])", keyed("c")), "EVAL with its source");
    refused(multi_exec(R"([["SET","k","v"],["NOSUCH"]])", keyed("d")), "NOSUCH");
    const header_list typed = {{"Accept", "application/vnd.rediserve.typed+json"}};
    refused(command(R"(["SET","k","v"])", keyed("e", typed)), "RESP2");
    refused(multi_exec(R"({"if":[{"key":"k","exists":false}],"commands":[["SET","k","v"]]})", typed), "JSON only");
    EXPECT_EQ(redis().cli({"dbsize"}), "0");
}

TEST_F(Idempotency, AHeaderThatIsNoKeyIsRefused)
{
    const std::vector<std::string> bad = {"",        "\"\"", "\"", "a b", "\"a\"b\"", "a,b", std::string(256, 'a'),
                                          "\"\xff\""};
    for (const std::string& key : bad)
        EXPECT_THAT(command(R"(["INCR","n"])", keyed(key)), HasStatus(400)) << key;
    EXPECT_THAT(command(R"(["INCR","n"])", keyed(std::string(255, 'a'))), Results("1"));
    EXPECT_THAT(command(R"(["INCR","n"])", keyed(R"("a \"b\" c\\")")), Results("2"));
}

TEST_F(Idempotency, WhatRedisCannotStoreIsNotRun)
{
    redis().cli({"config", "set", "maxmemory", "1"});
    const auto refused = pipeline(R"([["DEL","k"],["SET","k","v"]])", keyed("oom"));
    redis().cli({"config", "set", "maxmemory", "0"});
    EXPECT_THAT(refused.body, HasSubstr("OOM"));
    const auto later = pipeline(R"([["DEL","k"],["SET","k","v"]])", keyed("oom"));
    EXPECT_THAT(later, Answers(200, R"([{"result":0},{"result":"OK"}])"));
    EXPECT_FALSE(is_repeated(later));
}

TEST_F(Idempotency, CostsOneCallOfAScript)
{
    command(R"(["INCR","n"])", keyed("warm"));
    redis().cli({"config", "resetstat"});
    command(R"(["INCR","n"])", keyed("counted"));
    const std::string stats = redis().cli({"info", "commandstats"});
    EXPECT_THAT(stats, HasSubstr("cmdstat_evalsha:calls=1,"));
    EXPECT_THAT(stats, testing::Not(HasSubstr("cmdstat_eval:")));
}

TEST_F(Idempotency, IsCounted)
{
    const auto count = [](std::string_view name) { return metric(get("/metrics").body, name); };
    const double answered = count("rediserve_repeats_answered_total");
    const double refused = count("rediserve_repeats_refused_total");
    for (const char* const n : {"n", "n", "m"})
        command(R"(["INCR",")" + std::string(n) + R"("])", keyed("metrics"));
    EXPECT_EQ(count("rediserve_repeats_answered_total"), answered + 1);
    EXPECT_EQ(count("rediserve_repeats_refused_total"), refused + 1);
}

TEST(IdempotencyWindow, IsWhatTheOptionSays)
{
    redis_server redis;
    gateway rest({"--redis", redis.url()}, {{"REDISERVE_IDEMPOTENCY_WINDOW", "1s"}});
    ASSERT_TRUE(rest.await_ready());
    const auto increment = [&] { return rest.request("POST", "/", R"(["INCR","n"])", keyed("k")).body; };
    EXPECT_THAT(increment(), HasSubstr("1"));
    EXPECT_THAT(increment(), HasSubstr("1"));
    EXPECT_TRUE(await([&] { return redis.cli({"dbsize"}) == "1"; }));
    EXPECT_THAT(increment(), HasSubstr("2"));
}

TEST(IdempotencyElsewhere, HoldsOverGatewaysAndTheirRestarts)
{
    redis_server redis;
    const auto send = [&](gateway& to) { return to.request("POST", "/", R"(["INCR","n"])", keyed("k")); };
    auto first = std::make_unique<gateway>(std::vector<std::string>{"--redis", redis.url()});
    gateway second({"--redis", redis.url()});
    ASSERT_TRUE(first->await_ready() && second.await_ready());
    EXPECT_THAT(send(*first), Results("1"));
    EXPECT_THAT(send(second), Results("1"));
    first.reset();
    gateway third({"--redis", redis.url()});
    ASSERT_TRUE(third.await_ready());
    const auto again = send(third);
    EXPECT_THAT(again, Results("1"));
    EXPECT_TRUE(is_repeated(again));
}

// Redis is frozen, so the first request is under way for as long as we want.
TEST(IdempotencyMeanwhile, TheSameRequestIsToldToWait)
{
    redis_server redis;
    gateway rest({"--redis", redis.url(), "--threads", "2"});
    ASSERT_TRUE(rest.await_ready());
    rest.request("POST", "/", R"(["SET","n","0"])");
    redis.freeze();
    auto first = std::async([&] { return rest.request("POST", "/", R"(["INCR","n"])", keyed("k")); });
    const auto pending = [&] { return metric(rest.request("GET", "/metrics").body, "rediserve_redis_pending"); };
    ASSERT_TRUE(await([&] { return pending() > 0; }));
    const auto second = [&] {
        return rest.request("POST", "/", R"(["INCR","n"])", keyed("k", {{"Prefer", "wait=0.2"}}));
    };
    http_response busy;
    EXPECT_TRUE(await([&] { return (busy = second()).status == 409; })) << busy.status;
    EXPECT_EQ(json_of(busy)["code"], "idempotency_key_busy");
    EXPECT_EQ(busy.header("retry-after"), "1");
    redis.thaw();
    first.get();
    EXPECT_TRUE(await([&] { return second().status == 200; }));
    EXPECT_EQ(redis.cli({"get", "n"}), "1");
}

// What was given up may have been run, or may be still; its repetition finds out.
TEST(IdempotencyMeanwhile, ARequestThatTimedOutIsRunOnce)
{
    redis_server redis;
    gateway rest({"--redis", redis.url()});
    ASSERT_TRUE(rest.await_ready());
    const auto send = [&](const header_list& more = {}) {
        return rest.request("POST", "/", R"(["INCR","n"])", keyed("k", more));
    };
    rest.request("POST", "/", R"(["INCR","warm"])", keyed("warm"));
    redis.freeze();
    const auto given_up = send({{"Prefer", "wait=0.2"}});
    EXPECT_THAT(given_up, HasStatus(504));
    EXPECT_EQ(json_of(given_up)["executed"], "maybe");
    redis.thaw();
    EXPECT_TRUE(await([&] { return send().status == 200; }));
    EXPECT_EQ(redis.cli({"get", "n"}), "1");
}

TEST(IdempotencyOfPrincipals, NobodyMeetsAnothersAnswer)
{
    redis_server redis;
    const configuration who(
        R"({"principals":{"a":{"rules":"+@all ~*"},"b":{"rules":"+@all ~b:*"}},"tokens":[)" + token_entry("TA", "a")
        + "," + token_entry("TB", "b") + "]}"
    );
    gateway rest({"--redis", redis.url(), "--access", who.path()});
    ASSERT_TRUE(rest.await_ready());
    const auto send = [&](std::string_view token, std::string_view body) {
        return rest.request("POST", "/", body, bearing(token, keyed("k")));
    };
    ASSERT_TRUE(await([&] { return send("TA", R"(["INCR","b:n"])").status == 200; }));
    EXPECT_THAT(send("TB", R"(["INCR","b:n"])"), Results("2"));
    EXPECT_THAT(send("TA", R"(["INCR","b:n"])"), Results("1"));
    EXPECT_THAT(rest.request("POST", "/", R"(["INCR","a:n"])", bearing("TB", keyed("other"))), Refuses(400));
    EXPECT_THAT(
        rest.request("POST", "/pipeline", R"([["INCR","b:n"],["INCR","a:n"]])", bearing("TB", keyed("third"))).body,
        HasSubstr("NOPERM")
    );
    EXPECT_EQ(redis.cli({"exists", "a:n"}), "0");
}

TEST(IdempotencyInACluster, RecordsAreWithTheData)
{
    redis_cluster nodes(redis_cluster::options{.primaries = 3});
    gateway rest({"--redis", nodes.url()});
    ASSERT_TRUE(rest.await_ready());
    const auto send = [&](std::string_view path, std::string_view body, std::string_view key) {
        return rest.request("POST", path, body, keyed(key));
    };
    for (int i = 0; i < 30; ++i) {
        const std::string name = "n" + std::to_string(i);
        const std::string body = R"(["INCR",")" + name + R"("])";
        EXPECT_THAT(send("/", body, name), Results("1"));
        const auto again = send("/", body, name);
        EXPECT_THAT(again, Results("1"));
        EXPECT_TRUE(is_repeated(again));
        EXPECT_THAT(send("/", R"(["INCR","elsewhere)" + std::to_string(i) + R"("])", name), HasStatus(422));
    }
    EXPECT_THAT(
        send("/pipeline", R"([["INCR","{a}1"],["INCR","{a}2"]])", "same"),
        Answers(200, R"([{"result":1},{"result":1}])")
    );
    const auto apart = send("/pipeline", R"([["INCR","a"],["INCR","b"]])", "apart");
    EXPECT_THAT(apart, HasStatus(400));
    EXPECT_EQ(json_of(apart)["code"], "cross_slot");
    EXPECT_THAT(send("/pipeline", R"([["INCR","a"]])", "apart"), HasStatus(200)) << "nothing was claimed";
    EXPECT_EQ(json_of(send("/", R"(["FLUSHALL"])", "all"))["code"], "not_atomic");
    EXPECT_THAT(rest.request("PUT", "/keys/with}brace", "v", keyed("brace")), HasStatus(201));
    EXPECT_TRUE(is_repeated(rest.request("PUT", "/keys/with}brace", "v", keyed("brace"))));
}

}   // namespace
}   // namespace rediserve::test
