// Values that are no strings, and the envelope that stores them: api/keys, sections 1 and 2.
#include "e2e/rest_test.hpp"

#include <algorithm>

namespace rediserve::test {
namespace {

constexpr auto envelope_type = "application/vnd.rediserve+json";

class KeysTypes : public rest_test
{
protected:
    static http_response put_envelope(std::string_view target, std::string_view document)
    {
        return put(target, document, {{"Content-Type", envelope_type}});
    }

    static nlohmann::json value_of(std::string_view target) { return json_of(get(target))["value"]; }
};

TEST_F(KeysTypes, ReadsAHash)
{
    redis().cli({"hset", "h", "f", "v", "g", ""});
    EXPECT_THAT(get("/keys/h"), AnswersJson(200, R"({"key":"h","type":"hash","value":{"f":"v","g":""}})"));
}

TEST_F(KeysTypes, ReadsAList)
{
    redis().cli({"rpush", "l", "b", "a", "b"});
    EXPECT_THAT(get("/keys/l"), Answers(200, R"({"key":"l","type":"list","value":["b","a","b"]})"));
}

TEST_F(KeysTypes, ReadsASet)
{
    redis().cli({"sadd", "s", "x", "y"});
    auto document = json_of(get("/keys/s"));
    EXPECT_EQ(document["type"], "set");
    EXPECT_THAT(document["value"].get<std::vector<std::string>>(), testing::UnorderedElementsAre("x", "y"));
}

TEST_F(KeysTypes, ReadsASortedSetByScore)
{
    redis().cli({"zadd", "z", "2", "two", "1.5", "one and a half", "-3", "minus three"});
    EXPECT_THAT(
        get("/keys/z"), AnswersJson(200, R"({"key":"z","type":"zset","value":[{"member":"minus three","score":-3},
            {"member":"one and a half","score":1.5},{"member":"two","score":2}]})")
    );
}

TEST_F(KeysTypes, ReadsAStream)
{
    redis().cli({"xadd", "x", "1-1", "f", "v", "g", "w"});
    redis().cli({"xadd", "x", "2-0", "f", "u"});
    EXPECT_THAT(
        get("/keys/x"), AnswersJson(200, R"({"key":"x","type":"stream","value":[{"id":"1-1","fields":{"f":"v","g":"w"}},
            {"id":"2-0","fields":{"f":"u"}}]})")
    );
}

TEST_F(KeysTypes, WritesEveryStringAsBase64WhenOneIsNotUtf8)
{
    redis().cli({"eval", R"(return redis.call('rpush', 'l', 'hi', '\255\254'))", "0"});
    EXPECT_THAT(
        get("/keys/l"), AnswersJson(200, R"({"key":"l","type":"list","value":["aGk=","//4="],"encoding":"base64"})")
    );
    redis().cli({"eval", R"(return redis.call('hset', 'h', 'f\255', 'v'))", "0"});
    EXPECT_THAT(
        get("/keys/h"), AnswersJson(200, R"({"key":"h","type":"hash","value":{"Zv8=":"dg=="},"encoding":"base64"})")
    );
}

TEST_F(KeysTypes, IncludesTypeTtlAndSizeOfCollections)
{
    redis().cli({"rpush", "l", "a", "b", "c"});
    auto document = json_of(get("/keys/l?include=type,ttl,size"));
    EXPECT_EQ(document["type"], "list");
    EXPECT_TRUE(document["ttl"].is_null());
    EXPECT_EQ(document["size"], 3);
}

struct example
{
    std::string key;
    std::vector<std::vector<std::string>> commands;
};

// One key of every type, with text and with bytes that are none.
const std::vector<example> examples = {
    {"string", {{"set", "string", "hello"}}},
    {"empty", {{"set", "empty", ""}}},
    {"bytes", {{"eval", R"(return redis.call('set', 'bytes', '\0\255'))", "0"}}},
    {"hash", {{"hset", "hash", "f", "v", "é", ""}}},
    {"hash-bytes", {{"eval", R"(return redis.call('hset', 'hash-bytes', 'f\255', '\0', 'g', 'w'))", "0"}}},
    {"list", {{"rpush", "list", "b", "a", "b"}}},
    {"list-bytes", {{"eval", R"(return redis.call('rpush', 'list-bytes', '\255', 'x'))", "0"}}},
    {"set", {{"sadd", "set", "x", "y", "z"}}},
    {"set-bytes", {{"eval", R"(return redis.call('sadd', 'set-bytes', '\255', 'x'))", "0"}}},
    {"zset", {{"zadd", "zset", "0.1", "a", "1e300", "b", "-2", "c", "3", "d"}}},
    {"zset-infinite", {{"zadd", "zset-infinite", "inf", "a", "-inf", "b"}}},
    {"zset-bytes", {{"eval", R"(return redis.call('zadd', 'zset-bytes', '1', '\255'))", "0"}}},
    {"stream", {{"xadd", "stream", "5-1", "f", "v"}, {"xadd", "stream", "6-0", "g", "w", "h", ""}}},
    {"stream-bytes", {{"eval", R"(return redis.call('xadd', 'stream-bytes', '1-1', 'f\255', '\0'))", "0"}}},
};

// The document of an answer, with a set's members, which have no order, in order.
nlohmann::json ordered(const http_response& answer)
{
    auto document = json_of(answer);
    if (document["type"] == "set")
        std::sort(document["value"].begin(), document["value"].end());
    return document;
}

TEST_F(KeysTypes, StoresWhatWasReadVerbatim)
{
    for (const auto& [key, commands] : examples) {
        for (const auto& command : commands)
            redis().cli(command);
        for (const auto* query : {"", "?include=type,ttl,size"}) {
            auto read = get("/keys/" + key + query);
            ASSERT_THAT(read, HasStatus(200));
            redis().cli({"del", key});
            EXPECT_THAT(put_envelope("/keys/" + key, read.body), HasStatus(201)) << read.body;
            EXPECT_EQ(ordered(get("/keys/" + key + query)), ordered(read)) << key;
        }
    }
}

TEST_F(KeysTypes, StoresATimeToLiveWithTheValue)
{
    redis().cli({"set", "h", "something else"});
    EXPECT_THAT(
        put_envelope("/keys/h", R"({"value":{"f":"v"},"type":"hash","ttl":60})"),
        AnswersJson(200, R"({"key":"h","created":false})")
    );
    EXPECT_EQ(redis().cli({"hget", "h", "f"}), "v");
    auto left = std::stol(redis().cli({"pttl", "h"}));
    EXPECT_GT(left, 30'000);
    EXPECT_LE(left, 60'000);
    put_envelope("/keys/h", R"({"value":{"f":"v"},"type":"hash","ttl":null})");
    EXPECT_EQ(redis().cli({"pttl", "h"}), "-1");
}

TEST_F(KeysTypes, ReplacesAllOfACollection)
{
    redis().cli({"hset", "h", "old", "v"});
    put_envelope("/keys/h", R"({"value":{"new":"w"},"type":"hash"})");
    EXPECT_EQ(value_of("/keys/h"), nlohmann::json::parse(R"({"new":"w"})"));
    put_envelope("/keys/h", R"({"value":["a","b"],"type":"list"})");
    EXPECT_EQ(redis().cli({"type", "h"}), "list");
    put_envelope("/keys/h", R"({"value":"text"})");
    EXPECT_EQ(redis().cli({"get", "h"}), "text");
}

TEST_F(KeysTypes, DecodesBase64InAnEnvelope)
{
    EXPECT_THAT(put_envelope("/keys/k", R"({"value":"//4=","encoding":"base64"})"), HasStatus(201));
    EXPECT_EQ(get("/keys/k?raw").body, "\xff\xfe");
}

TEST_F(KeysTypes, RefusesEnvelopesThatMakeNoSense)
{
    redis().cli({"set", "k", "untouched"});
    for (const auto* document : {
             "",
             "{",
             "null",
             "[]",
             "\"text\"",
             "{}",
             R"({"type":"hash"})",
             R"({"value":5})",
             R"({"value":"v","type":"colour"})",
             R"({"value":{"f":5},"type":"hash"})",
             R"({"value":["a"],"type":"hash"})",
             R"({"value":{"a":"b"},"type":"list"})",
             R"({"value":[1],"type":"set"})",
             R"({"value":[{"member":"a"}],"type":"zset"})",
             R"({"value":[{"member":"a","score":"x"}],"type":"zset"})",
             R"({"value":[{"id":"x","fields":{"a":"b"}}],"type":"stream"})",
             R"({"value":"v","encoding":"rot13"})",
             R"({"value":"!","encoding":"base64"})",
             R"({"value":"v","ttl":-1})",
             R"({"value":"v","ttl":"60"})",
             R"({"value":"v","colour":"red"})",
             R"({"value":"v"}x)",
             "{\"value\":\"\xff\"}",
         })
        EXPECT_THAT(put_envelope("/keys/k", document), Fails(400, "bad_request")) << document;
    EXPECT_EQ(redis().cli({"get", "k"}), "untouched");
}

TEST_F(KeysTypes, SurvivesAnEnvelopeOfManyBrackets)
{
    EXPECT_THAT(put_envelope("/keys/k", std::string(1'000'000, '[')), Fails(400, "bad_request"));
    EXPECT_THAT(get("/livez"), HasStatus(200));
}

struct large
{
    std::string type;
    std::string script;
    std::string resource;
};

TEST_F(KeysTypes, PointsToThePagedResourceOfALargeCollection)
{
    const std::vector<large> cases = {
        {"hash", "redis.call('hset', 'k', i, i)", "/fields"},
        {"list", "redis.call('rpush', 'k', i)", "/items"},
        {"set", "redis.call('sadd', 'k', i)", "/members"},
        {"zset", "redis.call('zadd', 'k', i, i)", "/scores"},
        {"stream", "redis.call('xadd', 'k', i .. '-1', 'f', i)", "/entries"},
    };
    for (const auto& [type, script, resource] : cases) {
        redis().cli({"del", "k"});
        redis().cli({"eval", "for i = 1, 10001 do " + script + " end", "0"});
        auto answer = get("/keys/k");
        EXPECT_THAT(answer, Fails(413, "too_large")) << type;
        EXPECT_THAT(json_of(answer)["error"].get<std::string>(), testing::HasSubstr(resource));
    }
    redis().cli({"del", "k"});
    redis().cli({"eval", "for i = 1, 10000 do redis.call('rpush', 'k', i) end", "0"});
    EXPECT_EQ(value_of("/keys/k").size(), 10'000U);
}

}   // namespace
}   // namespace rediserve::test
