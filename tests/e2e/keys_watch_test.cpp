// Watching keys: GET that waits for a change (?wait=), and streams of changes (?watch=).
#include "e2e/event_stream.hpp"
#include "e2e/upstash_test.hpp"
#include "support/access_file.hpp"
#include "support/redis_cluster.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;

// A request that is sent, and whose answer is read later.
class waiting
{
public:
    waiting(const gateway& at, std::string_view target, const header_list& headers = {}) : connection_(at.connect())
    {
        std::string text = "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
        for (const auto& [name, value] : headers)
            text += name + ": " + value + "\r\n";
        connection_.send(text + "\r\n");
    }

    http_response answer() { return connection_.read(); }

private:
    http_connection connection_;
};

std::string told(std::string_view event, std::string_view data)
{
    return "event: " + std::string(event) + "\ndata: " + std::string(data);
}

double watchers(const gateway& at)
{
    return metric(at.request("GET", "/metrics").body, "rediserve_watchers");
}

// The redis connections that are told of changes.
bool await_watchers(const gateway& at, double count)
{
    return await([&] { return watchers(at) == count; });
}

class KeysWatch : public rest_test
{
protected:
    static std::string tag_of(std::string_view target) { return get(target).header("etag"); }
    static event_stream watch(std::string_view name)
    {
        event_stream stream(rest().address(), "/keys?watch=" + std::string(name), {}, "GET");
        EXPECT_THAT(stream.head(), HasStatus(200));
        EXPECT_EQ(stream.head().header("content-type"), "text/event-stream");
        EXPECT_EQ(stream.next_data(), told("reset", "{}"));
        return stream;
    }
    // Of which there are none yet.
    static event_stream watch_nothing(std::string_view name)
    {
        event_stream stream = watch(name);
        EXPECT_EQ(stream.next_data(), told("ready", "{}"));
        return stream;
    }
};

TEST_F(KeysWatch, AnswersAtOnceWhatTheClientDoesNotHave)
{
    put("/keys/k", "1");
    EXPECT_THAT(get("/keys/k?wait=1h"), AnswersJson(200, R"({"key":"k","value":"1"})"));
    EXPECT_THAT(get("/keys/k?wait=1h", {{"If-None-Match", R"("other")"}}), HasStatus(200));
    EXPECT_THAT(get("/keys/none?wait=1h", {{"If-None-Match", R"("other")"}}), Fails(404, "not_found"));
    EXPECT_THAT(get("/keys/k?wait=1h", {{"If-Match", R"("other")"}}), Fails(412, "precondition_failed"));
    redis().cli({"hset", "h", "f", "1"});
    EXPECT_THAT(get("/keys/h?wait=1h", {{"If-None-Match", R"("other")"}}), HasStatus(200)) << "it has no tag";
}

TEST_F(KeysWatch, AnswersAtTheEnd)
{
    put("/keys/k", "1");
    const auto same = get("/keys/k?wait=20ms", {{"If-None-Match", tag_of("/keys/k")}});
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.header("etag"), tag_of("/keys/k"));
    EXPECT_THAT(get("/keys/none?wait=20ms"), Fails(404, "not_found"));
    EXPECT_THAT(get("/keys/k?wait=0", {{"If-None-Match", "*"}}), HasStatus(304));
    EXPECT_THAT(get("/keys/k?wait=10s", {{"If-None-Match", "*"}, {"Prefer", "wait=1"}}), HasStatus(304));
}

TEST_F(KeysWatch, AnswersAChange)
{
    put("/keys/k", "1");
    const auto tag = tag_of("/keys/k");
    waiting json(rest(), "/keys/k?wait=1h", {{"If-None-Match", tag}});
    waiting raw(rest(), "/keys/k?raw&wait=1h", {{"If-None-Match", tag}});
    waiting part(rest(), "/keys/k?raw&wait=1h", {{"If-None-Match", tag}, {"Range", "bytes=0-1"}});
    waiting more(rest(), "/keys/k?include=type&wait=1h", {{"If-None-Match", tag}});
    ASSERT_TRUE(await_watchers(rest(), 4));
    redis().cli({"set", "k", "222"});
    EXPECT_THAT(json.answer(), AnswersJson(200, R"({"key":"k","value":"222"})"));
    EXPECT_THAT(raw.answer(), Answers(200, "222"));
    EXPECT_THAT(part.answer(), Answers(206, "22"));
    EXPECT_THAT(more.answer(), AnswersJson(200, R"({"key":"k","value":"222","type":"string"})"));
    EXPECT_TRUE(await_watchers(rest(), 0));
}

TEST_F(KeysWatch, WaitsForAKeyThatIsNotThere)
{
    waiting whole(rest(), "/keys/k?wait=1h");
    waiting part(rest(), "/keys/k?raw&wait=1h", {{"Range", "bytes=1-"}});
    ASSERT_TRUE(await_watchers(rest(), 2));
    redis().cli({"set", "another", "x"});
    redis().cli({"rename", "another", "k"});
    EXPECT_THAT(whole.answer(), AnswersJson(200, R"({"key":"k","value":"x"})"));
    EXPECT_THAT(part.answer(), HasStatus(416));
}

TEST_F(KeysWatch, AnswersThatAKeyIsGone)
{
    const std::vector<std::vector<std::string>> ends = {
        {"del", "k"}, {"rename", "k", "j"}, {"flushall"}, {"pexpire", "k", "20"}};
    for (const auto& end : ends) {
        put("/keys/k", "1");
        waiting gone(rest(), "/keys/k?wait=1h", {{"If-None-Match", tag_of("/keys/k")}});
        ASSERT_TRUE(await_watchers(rest(), 1)) << end.front();
        redis().cli(end);
        EXPECT_THAT(gone.answer(), Fails(404, "not_found")) << end.front();
    }
}

TEST_F(KeysWatch, RefusesOtherOptions)
{
    for (const auto* const time : {"x", "", "-1s", "1d", "1.5s", "s", "99999999999999999999"})
        EXPECT_THAT(get("/keys/k?wait=" + std::string(time)), Fails(400, "bad_request")) << time;
    EXPECT_EQ(head("/keys/k?wait=1s").status, 400);
    EXPECT_THAT(get("/keys/k/fields/f?wait=1s"), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys?watch="), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys?watch=a*&match=a"), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys?watch=a*&snapshot=no"), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys?snapshot=true"), Fails(400, "bad_request"));
    EXPECT_EQ(head("/keys?watch=a*").status, 400);
}

TEST_F(KeysWatch, WakesAThousandByOneWrite)
{
    gateway many(
        {"--redis", redis().url()}, {{"REDISERVE_HTTP_LIMITS_CONNECTIONS", "2000"}, {"REDISERVE_THREADS", "2"}}
    );
    ASSERT_TRUE(many.await_ready());
    put("/keys/k", "1");
    const auto tag = tag_of("/keys/k");
    std::vector<waiting> all;
    for (int i = 0; i < 1000; ++i)
        all.emplace_back(many, "/keys/k?wait=1h", header_list{{"If-None-Match", tag}});
    ASSERT_TRUE(await_watchers(many, 1000));
    redis().cli({"set", "k", "2"});
    for (auto& each : all)
        ASSERT_THAT(each.answer(), AnswersJson(200, R"({"key":"k","value":"2"})"));
}

TEST_F(KeysWatch, NoticesAClientThatLeaves)
{
    {
        waiting left(rest(), "/keys/k?wait=1h");
        ASSERT_TRUE(await_watchers(rest(), 1));
    }
    EXPECT_TRUE(await_watchers(rest(), 0));
    {
        const auto stream = watch("k");
        EXPECT_TRUE(await_watchers(rest(), 1));
    }
    EXPECT_TRUE(await_watchers(rest(), 0));
}

// ---- streams -------------------------------------------------------------------------------------------------------

TEST_F(KeysWatch, TellsWhatThereIsAndWhatChanges)
{
    put("/keys/u:1", "1");
    put("/keys/v", "not this one");
    auto stream = watch("u:*");
    EXPECT_EQ(
        stream.next_data(), told("set", R"({"key":"u:1","value":"1","etag":"\"356a192b7913b04c54574d18c28d46e6\""})")
    );
    EXPECT_EQ(stream.next_data(), told("ready", "{}"));
    redis().cli({"hset", "u:2", "f", "1"});
    EXPECT_EQ(stream.next_data(), told("set", R"({"key":"u:2","type":"hash"})"));
    redis().cli({"set", "v", "2"});
    redis().cli({"del", "u:1"});
    EXPECT_EQ(stream.next_data(), told("delete", R"({"key":"u:1"})"));
    redis().cli({"flushall"});
    EXPECT_EQ(stream.next_data(), told("reset", "{}"));
    EXPECT_EQ(stream.next_data(), told("ready", "{}"));
}

TEST_F(KeysWatch, TellsOfOneKey)
{
    put("/keys/k", "1");
    auto stream = watch("k");
    EXPECT_EQ(
        stream.next_data(), told("set", R"({"key":"k","value":"1","etag":"\"356a192b7913b04c54574d18c28d46e6\""})")
    );
    EXPECT_EQ(stream.next_data(), told("ready", "{}"));
    redis().cli({"set", "k2", "not this one"});
    redis().cli({"pexpire", "k", "1"});
    std::string last;
    while (!last.starts_with("event: delete"))
        last = stream.next_data();
    EXPECT_EQ(last, told("delete", R"({"key":"k"})"));
}

TEST_F(KeysWatch, NeedsNoSnapshot)
{
    put("/keys/k", "1");
    auto stream = watch_nothing("k&snapshot=false");
    redis().cli({"set", "k", "\xFF"});
    EXPECT_EQ(
        stream.next_data(),
        told("set", R"({"key":"k","value":"/w==","encoding":"base64","etag":"\"85e53271e14006f0265921d02d4d736c\""})")
    );
}

TEST_F(KeysWatch, TakesPatternsForNames)
{
    put("/keys/%5Ba%5D1", "1");
    put("/keys/a1", "1");
    auto stream = watch("%5Ba%5D*");
    EXPECT_THAT(stream.next_data(), testing::HasSubstr(R"("key":"[a]1")"));
    EXPECT_EQ(stream.next_data(), told("ready", "{}"));
}

// A shorter prefix takes the place of those it covers: Redis allows no two that overlap.
TEST_F(KeysWatch, MayOverlap)
{
    gateway alone({"--redis", redis().url()}, {{"REDISERVE_THREADS", "1"}});
    ASSERT_TRUE(alone.await_ready());
    const auto watch_there = [&](std::string_view name) {
        event_stream stream(alone.address(), "/keys?watch=" + std::string(name), {}, "GET");
        EXPECT_EQ(stream.next_data(), told("reset", "{}"));
        EXPECT_EQ(stream.next_data(), told("ready", "{}"));
        return stream;
    };
    auto narrow = watch_there("a:b:*");
    auto wide = watch_there("a:*");
    EXPECT_EQ(narrow.next_data(), told("reset", "{}"));
    EXPECT_EQ(narrow.next_data(), told("ready", "{}"));
    auto one = watch_there("a:b:c*");
    redis().cli({"hset", "a:b:c", "f", "1"});
    for (auto* const each : {&narrow, &wide, &one})
        EXPECT_EQ(each->next_data(), told("set", R"({"key":"a:b:c","type":"hash"})"));
}

TEST_F(KeysWatch, BeginsAnewWhenTooManyChange)
{
    gateway small({"--redis", redis().url()}, {{"REDISERVE_KEYS_WATCH_KEYS", "1"}});
    ASSERT_TRUE(small.await_ready());
    event_stream stream(small.address(), "/keys?watch=*", {}, "GET");
    redis().cli({"eval", "for i = 1, 500 do redis.call('set', 'k' .. i, i) end", "0"});
    std::map<std::string, std::string> seen;
    while (seen.size() < 500) {
        const auto event = stream.next_data();
        ASSERT_NE(event, "");
        if (event.starts_with("event: reset"))
            seen.clear();
        if (event.starts_with("event: set")) {
            const auto data = nlohmann::json::parse(event.substr(event.find('{')));
            seen[data["key"]] = data["value"];
        }
    }
    EXPECT_EQ(seen["k500"], "500");
}

TEST_F(KeysWatch, OutlivesItsConnection)
{
    auto stream = watch("k");
    EXPECT_EQ(stream.next_data(), told("delete", R"({"key":"k"})"));
    EXPECT_EQ(stream.next_data(), told("ready", "{}"));
    waiting change(rest(), "/keys/k?wait=1h");
    ASSERT_TRUE(await_watchers(rest(), 2));
    redis().cli({"eval", "redis.call('set', 'k', '1')", "0"});
    EXPECT_THAT(change.answer(), HasStatus(200));
    EXPECT_THAT(stream.next_data(), testing::HasSubstr(R"("value":"1")"));
    redis().cli({"client", "kill", "type", "normal"});
    EXPECT_EQ(stream.next_data(), told("reset", "{}"));
    std::string last;
    while (last != told("ready", "{}"))
        last = stream.next_data();
    redis().cli({"set", "k", "2"});
    EXPECT_THAT(stream.next_data(), testing::HasSubstr(R"("value":"2")"));
}

TEST_F(KeysWatch, EndsWhenTheGatewayDoes)
{
    gateway ending({"--redis", redis().url()});
    ASSERT_TRUE(ending.await_ready());
    put("/keys/k", "1");
    waiting same(ending, "/keys/k?wait=1h", {{"If-None-Match", tag_of("/keys/k")}});
    event_stream stream(ending.address(), "/keys?watch=none", {}, "GET");
    EXPECT_EQ(stream.next_data(), told("reset", "{}"));
    ASSERT_TRUE(await_watchers(ending, 2));
    ending.process().signal(SIGTERM);
    EXPECT_THAT(same.answer(), HasStatus(304));
    EXPECT_EQ(stream.await_end(), event_stream::end::clean);
}

// ---- who may -------------------------------------------------------------------------------------------------------

TEST(KeysWatchAccess, KeepsToTheRules)
{
    redis_server redis;
    const configuration file(
        R"({"principals": {"some": {"rules": "+@read ~some:*"}, "one": {"rules": "+@read ~*", "limits": {"streams": 1}}},
            "tokens": [)"
        + token_entry("some", "some") + "," + token_entry("one", "one") + "]}"
    );
    gateway rest({"--redis", redis.url(), "--access", file.path()});
    ASSERT_TRUE(rest.await_ready());
    const auto some = bearing("some");
    EXPECT_THAT(rest.request("GET", "/keys/other?wait=1h", {}, some), Fails(403, "forbidden"));
    EXPECT_THAT(rest.request("GET", "/keys?watch=other", {}, some), Fails(403, "forbidden"));
    redis.cli({"set", "some:1", "1"});
    redis.cli({"set", "other", "1"});
    event_stream stream(rest.address(), "/keys?watch=*", some, "GET");
    EXPECT_EQ(stream.next_data(), told("reset", "{}"));
    EXPECT_THAT(stream.next_data(), testing::HasSubstr(R"("key":"some:1")"));
    EXPECT_EQ(stream.next_data(), told("ready", "{}"));
    redis.cli({"set", "other", "2"});
    redis.cli({"del", "some:1"});
    EXPECT_EQ(stream.next_data(), told("delete", R"({"key":"some:1"})"));

    event_stream first(rest.address(), "/keys?watch=*", bearing("one"), "GET");
    EXPECT_THAT(first.head(), HasStatus(200));
    EXPECT_THAT(rest.request("GET", "/keys/none?wait=1h", {}, bearing("one")), Fails(429, "rate_limited"));
    EXPECT_THAT(rest.request("GET", "/keys?watch=*", {}, bearing("one")), Fails(429, "rate_limited"));
}

TEST(KeysWatchCluster, HearsOfAllNodes)
{
    redis_cluster cluster({.primaries = 3, .replicas = 0});
    gateway rest({"--redis", cluster.url()}, {{"REDISERVE_THREADS", "1"}});
    ASSERT_TRUE(rest.await_ready());
    event_stream stream(rest.address(), "/keys?watch=k*", {}, "GET");
    EXPECT_EQ(stream.next_data(), told("reset", "{}"));
    EXPECT_EQ(stream.next_data(), told("ready", "{}"));
    std::vector<waiting> changes;
    for (int i = 0; i < 10; ++i)
        changes.emplace_back(rest, "/keys/k" + std::to_string(i) + "?wait=1h");
    ASSERT_TRUE(await([&] { return watchers(rest) >= 10; }));
    for (int i = 0; i < 10; ++i) {
        const auto key = "k" + std::to_string(i);
        EXPECT_THAT(rest.request("PUT", "/keys/" + key, "1"), HasStatus(201));
        EXPECT_THAT(changes[static_cast<std::size_t>(i)].answer(), HasStatus(200)) << key;
        EXPECT_THAT(stream.next_data(), testing::HasSubstr("\"" + key + "\""));
    }
}

}   // namespace
}   // namespace rediserve::test
