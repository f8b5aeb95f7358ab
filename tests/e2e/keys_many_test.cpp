// Many keys at once: api/keys, section 3.
#include "e2e/rest_test.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace rediserve::test {
namespace {

class KeysMany : public rest_test
{
protected:
    static void fill(int count)
    {
        redis().cli({"eval", "for i = 1, " + std::to_string(count) + " do redis.call('set', 'key:' .. i, i) end", "0"});
    }

    // Walks all pages that begin at `target`, by cursor; how often each key was seen.
    static std::multiset<std::string> walk(const std::string& target)
    {
        std::multiset<std::string> seen;
        auto connection = rest().connect();
        for (std::string cursor; seen.size() < 100'000;) {
            auto page = connection.request("GET", target + (cursor.empty() ? "" : "&cursor=" + cursor));
            EXPECT_THAT(page, HasStatus(200));
            auto document = json_of(page);
            for (const auto& key : document["keys"])
                seen.insert(key.get<std::string>());
            if (!document["cursor"].is_string())
                return seen;
            cursor = document["cursor"].get<std::string>();
        }
        return seen;
    }
};

TEST_F(KeysMany, ListsNothingInAnEmptyDatabase)
{
    EXPECT_THAT(get("/keys"), Answers(200, R"({"keys":[],"cursor":null})"));
}

TEST_F(KeysMany, PagesThroughEveryKeyExactlyOnce)
{
    fill(5000);
    auto seen = walk("/keys?count=500");
    EXPECT_EQ(seen.size(), 5000U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 5000U);
}

TEST_F(KeysMany, LinksToTheNextPage)
{
    fill(1000);
    std::set<std::string> seen;
    std::string target = "/keys?match=key:*&count=200";
    for (int pages = 0; !target.empty() && pages < 1000; ++pages) {
        auto page = get(target);
        ASSERT_THAT(page, HasStatus(200));
        auto document = json_of(page);
        for (const auto& key : document["keys"])
            seen.insert(key.get<std::string>());
        auto link = page.header("link");
        EXPECT_EQ(link.empty(), document["cursor"].is_null());
        target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        EXPECT_TRUE(link.empty() || link.ends_with(R"(>; rel="next")")) << link;
    }
    EXPECT_EQ(seen.size(), 1000U);
}

TEST_F(KeysMany, FiltersByPatternAndType)
{
    fill(300);
    redis().cli({"hset", "hash:1", "f", "v"});
    EXPECT_EQ(walk("/keys?match=key:1?").size(), 10U);
    EXPECT_EQ(walk("/keys?match=key%3A1%3F").size(), 10U);
    EXPECT_EQ(walk("/keys?type=hash"), std::multiset<std::string>{"hash:1"});
    EXPECT_EQ(walk("/keys?type=hash&match=key:*").size(), 0U);
}

TEST_F(KeysMany, RefusesWrongOptionsOfAScan)
{
    for (const auto* query :
         {"count=0", "count=-1", "count=x", "cursor=x y", "cursor=../..", "colour=red", "match=%zz"}) {
        std::string target = std::string("/keys?") + query;
        if (target.find(' ') != std::string::npos)
            target.replace(target.find(' '), 1, "%20");
        EXPECT_THAT(get(target), Fails(400, "bad_request")) << query;
    }
}

TEST_F(KeysMany, MarksKeysThatAreNotUtf8)
{
    redis().cli({"eval", R"(return redis.call('set', '\255\254', 'v'))", "0"});
    EXPECT_THAT(get("/keys"), Answers(200, R"({"keys":[{"base64":"//4="}],"cursor":null})"));
}

TEST_F(KeysMany, StreamsTheWholeKeySpaceALineAKey)
{
    fill(20'000);
    auto answer = get("/keys", {{"Accept", "application/x-ndjson"}});
    EXPECT_THAT(answer, HasStatus(200));
    EXPECT_TRUE(answer.header("content-type").starts_with("application/x-ndjson"));
    std::multiset<std::string> seen;
    std::istringstream lines(answer.body);
    for (std::string line; std::getline(lines, line);) {
        auto document = nlohmann::json::parse(line, nullptr, false);
        ASSERT_TRUE(document.is_object()) << line;
        seen.insert(document["key"].get<std::string>());
    }
    EXPECT_EQ(seen.size(), 20'000U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 20'000U);
}

TEST_F(KeysMany, StreamsWhatMatches)
{
    fill(300);
    auto answer = get("/keys?match=key:7*", {{"Accept", "application/x-ndjson"}});
    EXPECT_EQ(std::count(answer.body.begin(), answer.body.end(), '\n'), 11);
    EXPECT_EQ(get("/keys?match=none", {{"Accept", "application/x-ndjson"}}).body, "");
}

TEST_F(KeysMany, StreamsToAnOldClientUntilClose)
{
    fill(2000);
    auto connection = rest().connect();
    connection.send("GET /keys HTTP/1.0\r\nAccept: application/x-ndjson\r\n\r\n");
    auto answer = connection.read();
    EXPECT_EQ(answer.header("transfer-encoding"), "");
    EXPECT_EQ(std::count(answer.body.begin(), answer.body.end(), '\n'), 2000);
}

TEST_F(KeysMany, ReadsSeveralKeysAtOnce)
{
    redis().cli({"mset", "a", "1", "c/d", "3"});
    redis().cli({"rpush", "l", "x"});
    EXPECT_THAT(get("/keys?key=a&key=b"), Answers(200, R"({"values":{"a":"1","b":null}})"));
    EXPECT_THAT(get("/keys?key=c%2Fd&key=l"), AnswersJson(200, R"({"values":{"c/d":"3","l":null}})"));
    EXPECT_THAT(get("/keys?key=%zz"), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys?key=a&match=x"), Fails(400, "bad_request"));
}

TEST_F(KeysMany, StoresSeveralKeysAtOnce)
{
    EXPECT_THAT(put("/keys", R"({"a":"1","b":"é\u0000"})"), Answers(200, R"({"stored":2})"));
    EXPECT_EQ(redis().cli({"get", "a"}), "1");
    EXPECT_EQ(get("/keys/b?raw").body, std::string("é\0", 3));
}

TEST_F(KeysMany, StoresNothingOfADocumentThatMakesNoSense)
{
    for (const auto* document :
         {"", "{", "[]", "null", "5", R"(["a"])", R"({"a":"1","b":{}})", R"({"a":"1","b":["x"]})", R"({"a":"1"}x)"})
        EXPECT_THAT(put("/keys", document), Fails(400, "bad_request")) << document;
    EXPECT_EQ(redis().cli({"dbsize"}), "0");
}

TEST_F(KeysMany, DeletesSeveralKeysAtOnce)
{
    redis().cli({"mset", "a", "1", "b", "2", "c", "3"});
    EXPECT_THAT(del("/keys?key=a&key=b&key=nothing"), Answers(200, R"({"deleted":2})"));
    EXPECT_EQ(redis().cli({"exists", "c"}), "1");
}

TEST_F(KeysMany, DeletesNothingUnlessItIsNamed)
{
    redis().cli({"set", "a", "1"});
    EXPECT_THAT(del("/keys"), Fails(400, "bad_request"));
    EXPECT_THAT(del("/keys?match=*"), Fails(400, "bad_request"));
    EXPECT_EQ(redis().cli({"exists", "a"}), "1");
}

}   // namespace
}   // namespace rediserve::test
