// Inside a hash: api/keys, section 4.
#include "e2e/keys_pages.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace rediserve::test {
namespace {

constexpr auto hello_tag = "\"aaf4c61ddcc5e8a2dabede0f3b482cd9\"";
constexpr auto stale_tag = "\"00000000000000000000000000000000\"";

class KeysFields : public rest_test
{
protected:
    static void fill(int count)
    {
        redis().cli(
            {"eval", "for i = 1, " + std::to_string(count) + " do redis.call('hset', 'h', 'f' .. i, i) end", "0"}
        );
    }
    static std::string field(const std::string& name) { return redis().cli({"hget", "h", name}); }
};

TEST_F(KeysFields, AreReadWholeOrByName)
{
    redis().cli({"hset", "h", "a", "1", "", "empty"});
    EXPECT_THAT(get("/keys/h/fields"), Answers(200, R"({"key":"h","fields":{"a":"1","":"empty"}})"));
    EXPECT_THAT(
        get("/keys/h/fields?field=b&field=a&field=b&field="),
        Answers(200, R"({"key":"h","fields":{"b":null,"a":"1","":"empty"}})")
    );
    EXPECT_THAT(
        get("/keys/h/fields?include=size"), AnswersJson(200, R"({"key":"h","fields":{"a":"1","":"empty"},"size":2})")
    );
    EXPECT_THAT(get("/keys/h/fields?field=a&include=size"), Answers(200, R"({"key":"h","fields":{"a":"1"},"size":2})"));
    EXPECT_EQ(head("/keys/h/fields").header("content-length"), std::to_string(get("/keys/h/fields").body.size()));
    EXPECT_EQ(head("/keys/h/fields").body, "");
}

TEST_F(KeysFields, AreNotFoundWhereThereIsNoHash)
{
    redis().cli({"set", "s", "text"});
    for (const auto* target : {"/fields", "/fields?field=f", "/fields?count=5", "/fields/f", "/fields/f?raw"}) {
        EXPECT_THAT(get("/keys/none" + std::string(target)), Fails(404, "not_found")) << target;
        EXPECT_THAT(get("/keys/s" + std::string(target)), Fails(409, "wrong_type")) << target;
        EXPECT_THAT(head("/keys/none" + std::string(target)), HasStatus(404)) << target;
    }
    EXPECT_THAT(del("/keys/none/fields/f"), Fails(404, "not_found"));
    EXPECT_THAT(patch("/keys/s/fields", R"({"f":"v"})"), Fails(409, "wrong_type"));
    EXPECT_THAT(patch("/keys/s/fields", R"({"f":"v","g":null})"), Fails(409, "wrong_type"));
    EXPECT_THAT(put("/keys/s/fields/f", "v"), Fails(409, "wrong_type"));
    EXPECT_THAT(put("/keys/s/fields/f", "v", {{"If-Match", "*"}}), Fails(409, "wrong_type"));
    EXPECT_THAT(put("/keys/s/fields/f?nx", "v"), Fails(409, "wrong_type"));
    EXPECT_THAT(del("/keys/s/fields/f"), Fails(409, "wrong_type"));
    EXPECT_THAT(post("/keys/s/fields/f/incr"), Fails(409, "wrong_type"));
    EXPECT_EQ(redis().cli({"get", "s"}), "text");
}

TEST_F(KeysFields, AreAnsweredWholeUpToTheLimit)
{
    fill(10'000);
    EXPECT_EQ(json_of(get("/keys/h/fields"))["fields"].size(), 10'000U);
    fill(10'001);
    const auto answer = get("/keys/h/fields");
    EXPECT_THAT(answer, Fails(413, "too_large"));
    EXPECT_THAT(json_of(answer)["error"].get<std::string>(), testing::HasSubstr("/keys/h/fields?count="));
    EXPECT_THAT(get("/keys/h/fields?field=f1"), Answers(200, R"({"key":"h","fields":{"f1":"1"}})"));
}

TEST_F(KeysFields, ArePagedWhileTheHashChanges)
{
    fill(25'000);
    std::atomic<bool> done{false};
    std::thread writer([&] {
        http_connection own = rest().connect();
        for (int i = 0; !done; ++i) {
            const std::string name = "new" + std::to_string(i % 3000);
            const std::string change = i / 3000 % 2 == 0 ? R"(":"v"})" : R"(":null})";
            EXPECT_THAT(own.request("PATCH", "/keys/h/fields", R"({")" + name + change), HasStatus(200));
        }
    });
    std::set<std::string> seen;
    const auto pages = walk_pages(rest(), "/keys/h/fields?count=500");
    done = true;
    writer.join();
    for (const auto& page : pages)
        for (const auto& [name, value] : page["fields"].items())
            if (name.front() == 'f') {
                EXPECT_EQ("f" + value.get<std::string>(), name);
                seen.insert(name);
            }
    EXPECT_EQ(seen.size(), 25'000U);
    EXPECT_GT(pages.size(), 10U);
    EXPECT_TRUE(pages.back()["cursor"].is_null());
}

TEST_F(KeysFields, ArePagedByPattern)
{
    fill(2000);
    std::set<std::string> seen;
    for (const auto& page : walk_pages(rest(), "/keys/h/fields?match=f19*&count=100&include=size")) {
        EXPECT_EQ(page["size"], 2000);
        for (const auto& [name, value] : page["fields"].items())
            seen.insert(name);
    }
    EXPECT_EQ(seen.size(), 111U);   // f19, f190 to f199, f1900 to f1999
    EXPECT_THAT(get("/keys/h/fields?match=nothing&count=1000000"), Fails(400, "bad_request"));
    redis().cli({"hset", "small", "a", "1"});
    EXPECT_THAT(get("/keys/small/fields?cursor="), Answers(200, R"({"key":"small","fields":{"a":"1"},"cursor":null})"));
}

TEST_F(KeysFields, TakeNoCursorOfAnotherKind)
{
    fill(2000);
    redis().cli({"eval", "for i = 1, 2000 do redis.call('sadd', 's', i .. 'x') end", "0"});
    const auto cursor = json_of(get("/keys/s/members?count=10"))["cursor"].get<std::string>();
    EXPECT_THAT(get("/keys/s/members?cursor=" + cursor), HasStatus(200));
    EXPECT_THAT(get("/keys/h/fields?cursor=" + cursor), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys?cursor=" + cursor), Fails(400, "bad_request"));
}

TEST_F(KeysFields, AreChangedTogether)
{
    EXPECT_THAT(patch("/keys/h/fields", R"({"a":"1","b":"2"})"), Answers(200, R"({"key":"h","set":2,"deleted":0})"));
    EXPECT_THAT(
        patch("/keys/h/fields", R"({"a":"3","b":null,"c":null,"":"x"})"),
        Answers(200, R"({"key":"h","set":2,"deleted":1})")
    );
    EXPECT_THAT(get("/keys/h/fields"), AnswersJson(200, R"({"key":"h","fields":{"a":"3","":"x"}})"));
    EXPECT_THAT(patch("/keys/h/fields", R"({"a":null,"":null})"), Answers(200, R"({"key":"h","set":0,"deleted":2})"));
    EXPECT_EQ(redis().cli({"exists", "h"}), "0");
}

TEST_F(KeysFields, KeepTheTimeToLiveOfTheHash)
{
    redis().cli({"hset", "h", "a", "1"});
    redis().cli({"expire", "h", "1000"});
    EXPECT_THAT(patch("/keys/h/fields", R"({"b":"2"})"), HasStatus(200));
    EXPECT_THAT(put("/keys/h/fields/c", "3"), HasStatus(201));
    EXPECT_GT(std::stol(redis().cli({"ttl", "h"})), 500);
}

TEST_F(KeysFields, AreManyInOneDocument)
{
    nlohmann::json document;
    for (int i = 0; i < 20'000; ++i)
        document["f" + std::to_string(i)] = std::to_string(i);
    EXPECT_THAT(patch("/keys/h/fields", document.dump()), Answers(200, R"({"key":"h","set":20000,"deleted":0})"));
    EXPECT_EQ(field("f19999"), "19999");
}

TEST_F(KeysFields, RefuseDocumentsThatMakeNoSense)
{
    redis().cli({"hset", "h", "a", "1"});
    for (const auto* document :
         {"", "{}", "[]", "null", R"({"a":1})", R"({"a":true})", R"({"a":{}})", R"({"a":"2","a":"3"})",
          R"({"a":"2"}x)"})
        EXPECT_THAT(patch("/keys/h/fields", document), Fails(400, "bad_request")) << document;
    EXPECT_THAT(patch("/keys/h/fields?encoding=base64", R"({"YQ==":"!"})"), Fails(400, "bad_request"));
    EXPECT_THAT(patch("/keys/h/fields?encoding=hex", R"({"a":"2"})"), Fails(400, "bad_request"));
    EXPECT_THAT(patch("/keys/h/fields", R"({"a":"2"})", {{"If-Match", "*"}}), Fails(400, "bad_request"));
    const auto unknown = get("/keys/h/fields?cuont=5");
    EXPECT_THAT(unknown, Fails(400, "bad_request"));
    EXPECT_THAT(json_of(unknown)["error"].get<std::string>(), testing::HasSubstr("\"count\""));
    EXPECT_THAT(get("/keys/h/fields?field=a&count=5"), Fails(400, "bad_request"));
    EXPECT_EQ(field("a"), "1");
}

TEST_F(KeysFields, HoldAnyBytes)
{
    const std::string bytes("\x00\xff/\r\n", 5);
    EXPECT_THAT(put("/keys/h/fields/%00%FF%2F", bytes), AnswersJson(201, R"({"key":"h","field":"AP8v",
        "encoding":"base64","created":true})"));
    EXPECT_EQ(get("/keys/h/fields/%00%FF%2F?raw").body, bytes);
    EXPECT_THAT(get("/keys/h/fields/%00%FF%2F"), AnswersJson(200, R"({"key":"h","field":"AP8v","value":"AP8vDQo=",
        "encoding":"base64"})"));
    EXPECT_THAT(
        get("/keys/h/fields"), AnswersJson(200, R"({"key":"h","fields":{"AP8v":"AP8vDQo="},"encoding":"base64"})")
    );
    EXPECT_THAT(
        patch("/keys/h/fields?encoding=base64", R"({"AP8v":null,"/w==":"/g=="})"),
        Answers(200, R"({"key":"h","set":1,"deleted":1})")
    );
    EXPECT_EQ(get("/keys/h/fields/%FF?raw").body, "\xfe");
    EXPECT_THAT(
        get("/keys/h/fields?field=%FF&field=x"),
        Answers(200, R"({"key":"h","fields":{"/w==":"/g==","eA==":null},"encoding":"base64"})")
    );
    EXPECT_THAT(put("/keys/%FF/fields/f", "v"), AnswersJson(201, R"({"key":"/w==","key_encoding":"base64","field":"f",
        "created":true})"));
    EXPECT_THAT(put("/keys/h/fields/%4", "v"), Fails(400, "bad_request"));
}

TEST_F(KeysFields, AreOneByOneWhatStringsAre)
{
    EXPECT_THAT(put("/keys/h/fields/f", "hello"), Answers(201, R"({"key":"h","field":"f","created":true})"));
    const auto again = put("/keys/h/fields/f", "hello");
    EXPECT_THAT(again, Answers(200, R"({"key":"h","field":"f","created":false})"));
    EXPECT_EQ(again.header("etag"), hello_tag);
    const auto read = get("/keys/h/fields/f");
    EXPECT_THAT(read, Answers(200, R"({"key":"h","field":"f","value":"hello"})"));
    EXPECT_EQ(read.header("etag"), hello_tag);
    EXPECT_THAT(get("/keys/h/fields/f", {{"If-None-Match", hello_tag}}), HasStatus(304));
    EXPECT_THAT(get("/keys/h/fields/f", {{"If-Match", stale_tag}}), HasStatus(412));
    const auto raw = get("/keys/h/fields/f?raw&type=text/plain");
    EXPECT_THAT(raw, Answers(200, "hello"));
    EXPECT_EQ(raw.header("content-type"), "text/plain");
    EXPECT_THAT(get("/keys/h/fields/f", {{"Accept", "application/octet-stream"}}), Answers(200, "hello"));
    const auto part = get("/keys/h/fields/f?raw", {{"Range", "bytes=1-2"}});
    EXPECT_THAT(part, Answers(206, "el"));
    EXPECT_EQ(part.header("content-range"), "bytes 1-2/5");
    EXPECT_EQ(head("/keys/h/fields/f?raw").header("content-length"), "5");
    EXPECT_THAT(get("/keys/h/fields/f?include=size"), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys/h/fields/other"), Fails(404, "not_found"));
    EXPECT_THAT(del("/keys/h/fields/f"), Answers(204, ""));
    EXPECT_THAT(del("/keys/h/fields/f"), Fails(404, "not_found"));
}

TEST_F(KeysFields, HaveEmptyNamesAndEmptyValues)
{
    EXPECT_THAT(put("/keys/h/fields/", ""), Answers(201, R"({"key":"h","field":"","created":true})"));
    EXPECT_THAT(get("/keys/h/fields/"), Answers(200, R"({"key":"h","field":"","value":""})"));
    EXPECT_THAT(get("/keys/h/fields/?raw"), Answers(200, ""));
    EXPECT_THAT(del("/keys/h/fields/"), HasStatus(204));
}

TEST_F(KeysFields, AreStoredOnlyAsTheConditionsHaveIt)
{
    EXPECT_THAT(put("/keys/h/fields/f?xx", "x"), Fails(412, "precondition_failed"));
    EXPECT_THAT(put("/keys/h/fields/f", "x", {{"If-Match", hello_tag}}), Fails(412, "precondition_failed"));
    EXPECT_EQ(redis().cli({"exists", "h"}), "0");
    EXPECT_THAT(put("/keys/h/fields/f?nx", "hello"), HasStatus(201));
    EXPECT_THAT(put("/keys/h/fields/f?nx", "x"), Fails(412, "precondition_failed"));
    EXPECT_THAT(put("/keys/h/fields/f", "x", {{"If-None-Match", "*"}}), Fails(412, "precondition_failed"));
    EXPECT_THAT(put("/keys/h/fields/f", "x", {{"If-None-Match", hello_tag}}), Fails(412, "precondition_failed"));
    EXPECT_THAT(put("/keys/h/fields/f", "x", {{"If-Match", stale_tag}}), Fails(412, "precondition_failed"));
    EXPECT_EQ(field("f"), "hello");
    EXPECT_THAT(
        put("/keys/h/fields/f", "new", {{"If-Match", hello_tag}}),
        Answers(200, R"({"key":"h","field":"f","created":false})")
    );
    EXPECT_EQ(field("f"), "new");
    EXPECT_THAT(put("/keys/h/fields/f?xx", std::string(100'000, 'x')), HasStatus(200));
    EXPECT_EQ(field("f").size(), 100'000U);
    EXPECT_THAT(put("/keys/h/fields/f?nx&xx", "x"), Fails(400, "bad_request"));
    EXPECT_THAT(put("/keys/h/fields/f?ttl=5", "x"), Fails(400, "bad_request"));
    EXPECT_THAT(del("/keys/h/fields/f", {{"If-Match", hello_tag}}), Fails(412, "precondition_failed"));
    EXPECT_THAT(del("/keys/h/fields/f", {{"If-Match", get("/keys/h/fields/f").header("etag")}}), HasStatus(204));
}

TEST_F(KeysFields, LoseNoUpdateBetweenTwoWriters)
{
    constexpr int each = 50;
    put("/keys/h/fields/n", "0");
    const auto count = [] {
        http_connection own = rest().connect();
        for (int done = 0; done < each;) {
            const auto now = own.request("GET", "/keys/h/fields/n?raw");
            const std::string more = std::to_string(std::stoi(now.body) + 1);
            const auto stored = own.request("PUT", "/keys/h/fields/n", more, {{"If-Match", now.header("etag")}});
            EXPECT_TRUE(stored.status == 200 || stored.status == 412) << stored.status;
            done += stored.status == 200 ? 1 : 0;
        }
    };
    std::thread other(count);
    count();
    other.join();
    EXPECT_EQ(field("n"), std::to_string(2 * each));
}

TEST_F(KeysFields, AreCountedIn)
{
    EXPECT_THAT(post("/keys/h/fields/n/incr"), Answers(200, R"({"key":"h","field":"n","value":1})"));
    EXPECT_THAT(post("/keys/h/fields/n/incr?by=-5"), Answers(200, R"({"key":"h","field":"n","value":-4})"));
    EXPECT_THAT(post("/keys/h/fields/n/incr?by=0.5"), Answers(200, R"({"key":"h","field":"n","value":-3.5})"));
    EXPECT_THAT(post("/keys/h/fields/n/incr"), Fails(409, "not_a_number"));
    put("/keys/h/fields/word", "hello");
    EXPECT_THAT(post("/keys/h/fields/word/incr"), Fails(409, "not_a_number"));
    EXPECT_THAT(post("/keys/h/fields/word/incr?by=1.5"), Fails(409, "not_a_number"));
    put("/keys/h/fields/large", "9223372036854775807");
    EXPECT_THAT(post("/keys/h/fields/large/incr"), Fails(409, "not_a_number"));
    EXPECT_THAT(post("/keys/h/fields/n/incr?by=x"), Fails(400, "bad_request"));
    EXPECT_THAT(post("/keys/h/fields/n/incr", "", {{"If-Match", "*"}}), Fails(400, "bad_request"));
}

TEST_F(KeysFields, SayWhatIsOffered)
{
    const auto refused = post("/keys/h/fields", "{}");
    EXPECT_THAT(refused, Fails(405, "method_not_allowed"));
    EXPECT_EQ(refused.header("allow"), "GET, HEAD, PATCH, OPTIONS");
    const auto options = rest().request("OPTIONS", "/keys/h/fields/f");
    EXPECT_THAT(options, HasStatus(204));
    EXPECT_EQ(options.header("allow"), "GET, HEAD, PUT, DELETE, OPTIONS");
    EXPECT_THAT(get("/keys/h/fields/f/g"), Fails(404, "unknown_resource"));
}

}   // namespace
}   // namespace rediserve::test
