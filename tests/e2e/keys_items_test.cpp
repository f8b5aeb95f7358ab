// Inside a list: api/keys, section 4.
#include "e2e/rest_test.hpp"

#include <set>
#include <thread>

namespace rediserve::test {
namespace {

constexpr auto hello_tag = "\"aaf4c61ddcc5e8a2dabede0f3b482cd9\"";

class KeysItems : public rest_test
{
protected:
    static void fill(int count)
    {
        redis().cli({"eval", "for i = 1, " + std::to_string(count) + " do redis.call('rpush', 'l', i) end", "0"});
    }
};

TEST_F(KeysItems, AreReadByTheirRange)
{
    redis().cli({"rpush", "l", "a", "b", "c", "d"});
    EXPECT_THAT(get("/keys/l/items"), Answers(200, R"({"key":"l","items":["a","b","c","d"]})"));
    EXPECT_THAT(get("/keys/l/items?start=1&stop=2"), Answers(200, R"({"key":"l","items":["b","c"]})"));
    EXPECT_THAT(get("/keys/l/items?start=-2"), Answers(200, R"({"key":"l","items":["c","d"]})"));
    EXPECT_THAT(get("/keys/l/items?start=-100&stop=0"), Answers(200, R"({"key":"l","items":["a"]})"));
    EXPECT_THAT(
        get("/keys/l/items?start=100&stop=200&include=size"), Answers(200, R"({"key":"l","items":[],"size":4})")
    );
    EXPECT_THAT(get("/keys/l/items?start=2&stop=1"), Answers(200, R"({"key":"l","items":[]})"));
    for (const auto* query : {"start=x", "stop=", "start=1.5", "start=9223372036854775807", "count=5", "include=ttl"})
        EXPECT_THAT(get("/keys/l/items?" + std::string(query)), Fails(400, "bad_request")) << query;
}

TEST_F(KeysItems, AreNotFoundWhereThereIsNoList)
{
    redis().cli({"set", "s", "text"});
    for (const auto* target : {"/items", "/items?start=1", "/items/0", "/items/0?raw"}) {
        EXPECT_THAT(get("/keys/none" + std::string(target)), Fails(404, "not_found")) << target;
        EXPECT_THAT(get("/keys/s" + std::string(target)), Fails(409, "wrong_type")) << target;
    }
    EXPECT_THAT(del("/keys/none/items"), Fails(404, "not_found"));
    EXPECT_THAT(del("/keys/s/items"), Fails(409, "wrong_type"));
    EXPECT_THAT(put("/keys/none/items/0", "v"), Fails(404, "not_found"));
    EXPECT_THAT(put("/keys/s/items/0", "v"), Fails(409, "wrong_type"));
    EXPECT_THAT(put("/keys/s/items/0", "v", {{"If-Match", "*"}}), Fails(409, "wrong_type"));
    EXPECT_THAT(post("/keys/s/items", R"({"values":["v"]})"), Fails(409, "wrong_type"));
    EXPECT_THAT(post("/keys/none/items?xx", R"({"values":["v"]})"), Fails(412, "precondition_failed"));
    EXPECT_EQ(redis().cli({"exists", "none"}), "0");
}

TEST_F(KeysItems, AreNoMoreAtOnceThanTheLimit)
{
    fill(25'000);
    const auto answer = get("/keys/l/items");
    EXPECT_THAT(answer, Fails(413, "too_large"));
    EXPECT_THAT(json_of(answer)["error"].get<std::string>(), testing::HasSubstr("/keys/l/items?start=0&stop="));
    EXPECT_THAT(get("/keys/l/items?start=1&stop=10001"), Fails(413, "too_large"));
    EXPECT_THAT(get("/keys/l/items?start=-10001"), Fails(413, "too_large"));
    EXPECT_EQ(json_of(get("/keys/l/items?start=-10000"))["items"].size(), 10'000U);
    std::set<std::string> seen;
    auto connection = rest().connect();
    for (int start = 0; start < 25'000; start += 1000) {
        const auto target = "/keys/l/items?start=" + std::to_string(start) + "&stop=" + std::to_string(start + 999);
        const auto page = json_of(connection.request("GET", target));
        for (const auto& item : page["items"])
            seen.insert(item.get<std::string>());
    }
    EXPECT_EQ(seen.size(), 25'000U);
}

TEST_F(KeysItems, ArePushedAndPoppedAtBothEnds)
{
    EXPECT_THAT(post("/keys/l/items", R"({"values":["b","c"]})"), Answers(200, R"({"key":"l","size":2})"));
    EXPECT_THAT(
        post("/keys/l/items?xx", R"({"values":["a","z"],"side":"left"})"), Answers(200, R"({"key":"l","size":4})")
    );
    EXPECT_THAT(get("/keys/l/items"), Answers(200, R"({"key":"l","items":["z","a","b","c"]})"));
    EXPECT_THAT(del("/keys/l/items"), Answers(200, R"({"key":"l","items":["z"]})"));
    EXPECT_THAT(del("/keys/l/items?side=right&count=2"), Answers(200, R"({"key":"l","items":["c","b"]})"));
    EXPECT_THAT(del("/keys/l/items?count=100"), Answers(200, R"({"key":"l","items":["a"]})"));
    EXPECT_EQ(redis().cli({"exists", "l"}), "0");
}

TEST_F(KeysItems, RefuseDocumentsThatMakeNoSense)
{
    for (const auto* document :
         {"", "{}", "[]", R"(["a"])", R"({"values":[]})", R"({"values":"a"})", R"({"values":[1]})",
          R"({"values":["a"],"side":"up"})", R"({"values":["a"],"side":1})", R"({"value":["a"]})",
          R"({"values":["!"],"encoding":"base64"})", R"({"values":["a"],"values":["b"]})"})
        EXPECT_THAT(post("/keys/l/items", document), Fails(400, "bad_request")) << document;
    const auto unknown = post("/keys/l/items", R"({"valeus":["a"]})");
    EXPECT_THAT(json_of(unknown)["error"].get<std::string>(), testing::HasSubstr("\"values\""));
    for (const auto* query : {"side=up", "count=0", "count=-1", "count=10001", "count=x"})
        EXPECT_THAT(del("/keys/l/items?" + std::string(query)), Fails(400, "bad_request")) << query;
    EXPECT_EQ(redis().cli({"exists", "l"}), "0");
}

TEST_F(KeysItems, HoldAnyBytes)
{
    EXPECT_THAT(
        post("/keys/l/items", R"({"values":["/w==",""],"encoding":"base64"})"), Answers(200, R"({"key":"l","size":2})")
    );
    EXPECT_THAT(get("/keys/l/items"), Answers(200, R"({"key":"l","items":["/w==",""],"encoding":"base64"})"));
    EXPECT_EQ(get("/keys/l/items/0?raw").body, "\xff");
    EXPECT_THAT(get("/keys/l/items/0"), Answers(200, R"({"key":"l","index":0,"value":"/w==","encoding":"base64"})"));
    EXPECT_THAT(get("/keys/l/items/-1"), Answers(200, R"({"key":"l","index":-1,"value":""})"));
    EXPECT_THAT(del("/keys/l/items"), Answers(200, R"({"key":"l","items":["/w=="],"encoding":"base64"})"));
}

TEST_F(KeysItems, AreReplacedOneByOne)
{
    redis().cli({"rpush", "l", "a", "hello", "c"});
    const auto stored = put("/keys/l/items/-1", "last");
    EXPECT_THAT(stored, Answers(200, R"({"key":"l","index":-1,"created":false})"));
    EXPECT_EQ(stored.header("etag"), get("/keys/l/items/2").header("etag"));
    EXPECT_THAT(put("/keys/l/items/3", "x"), Fails(404, "not_found"));
    EXPECT_THAT(get("/keys/l/items/3"), Fails(404, "not_found"));
    EXPECT_EQ(get("/keys/l/items/1").header("etag"), hello_tag);
    EXPECT_THAT(get("/keys/l/items/1", {{"If-None-Match", hello_tag}}), HasStatus(304));
    EXPECT_THAT(put("/keys/l/items/0", "x", {{"If-Match", hello_tag}}), Fails(412, "precondition_failed"));
    EXPECT_THAT(put("/keys/l/items/1", "bye", {{"If-Match", hello_tag}}), HasStatus(200));
    EXPECT_THAT(get("/keys/l/items"), Answers(200, R"({"key":"l","items":["a","bye","last"]})"));
    EXPECT_THAT(head("/keys/l/items/0"), HasStatus(200));
    for (const auto* index : {"x", "", "1.5", "--1", "99999999999999999999"})
        EXPECT_THAT(get("/keys/l/items/" + std::string(index)), Fails(400, "bad_request")) << index;
    const auto refused = del("/keys/l/items/0");
    EXPECT_THAT(refused, Fails(405, "method_not_allowed"));
    EXPECT_EQ(refused.header("allow"), "GET, HEAD, PUT, OPTIONS");
}

TEST_F(KeysItems, ArePoppedByOneWorkerEach)
{
    fill(200);
    std::multiset<std::string> taken[2];
    const auto work = [](std::multiset<std::string>& mine) {
        http_connection own = rest().connect();
        for (;;) {
            const auto got = own.request("DELETE", "/keys/l/items?count=3");
            if (got.status == 404)
                return;
            ASSERT_THAT(got, HasStatus(200));
            const auto document = json_of(got);
            for (const auto& item : document["items"])
                mine.insert(item.get<std::string>());
        }
    };
    std::thread other([&] { work(taken[1]); });
    work(taken[0]);
    other.join();
    taken[0].merge(taken[1]);
    EXPECT_EQ(taken[0].size(), 200U);
    EXPECT_EQ(std::set<std::string>(taken[0].begin(), taken[0].end()).size(), 200U);
}

}   // namespace
}   // namespace rediserve::test
