// Inside a stream: api/keys, section 4.
#include "e2e/keys_pages.hpp"

#include <set>

namespace rediserve::test {
namespace {

class KeysEntries : public rest_test
{
protected:
    static void fill(int count)
    {
        redis().cli(
            {"eval", "for i = 1, " + std::to_string(count) + " do redis.call('xadd', 'x', i .. '-1', 'f', i) end", "0"}
        );
    }
    static std::string ids(const std::string& query)
    {
        const auto answer = get("/keys/x/entries" + query);
        EXPECT_THAT(answer, HasStatus(200)) << query;
        const auto document = json_of(answer);
        std::string all;
        for (const auto& one : document["entries"])
            all += one["id"].get<std::string>() + " ";
        return all;
    }
};

TEST_F(KeysEntries, AreReadByTheirIds)
{
    fill(4);
    EXPECT_THAT(
        get("/keys/x/entries?start=1&end=2"),
        Answers(200, R"({"key":"x","entries":[{"id":"1-1","fields":{"f":"1"}},{"id":"2-1","fields":{"f":"2"}}]})")
    );
    EXPECT_EQ(ids(""), "1-1 2-1 3-1 4-1 ");
    EXPECT_EQ(ids("?start=-&end=+"), "1-1 2-1 3-1 4-1 ");
    EXPECT_EQ(ids("?rev"), "4-1 3-1 2-1 1-1 ");
    EXPECT_EQ(ids("?start=(2-1"), "3-1 4-1 ");
    EXPECT_EQ(ids("?start=2&end=(4-1&rev"), "3-1 2-1 ");
    EXPECT_EQ(ids("?start=9"), "");
    EXPECT_EQ(json_of(get("/keys/x/entries?start=9&include=size"))["size"], 4);
    EXPECT_THAT(head("/keys/x/entries"), HasStatus(200));
    for (const auto* query : {"start=x", "end=5-", "start=(-", "count=0", "count=x", "rev=1", "stop=5"})
        EXPECT_THAT(get("/keys/x/entries?" + std::string(query)), Fails(400, "bad_request")) << query;
}

TEST_F(KeysEntries, AreNotFoundWhereThereIsNoStream)
{
    redis().cli({"set", "t", "text"});
    for (const auto* target : {"/entries", "/entries?count=5", "/entries/1-1"}) {
        EXPECT_THAT(get("/keys/none" + std::string(target)), Fails(404, "not_found")) << target;
        EXPECT_THAT(get("/keys/t" + std::string(target)), Fails(409, "wrong_type")) << target;
    }
    EXPECT_THAT(del("/keys/none/entries/1-1"), Fails(404, "not_found"));
    EXPECT_THAT(del("/keys/t/entries/1-1"), Fails(409, "wrong_type"));
    EXPECT_THAT(post("/keys/t/entries", R"({"fields":{"f":"v"}})"), Fails(409, "wrong_type"));
    EXPECT_THAT(post("/keys/none/entries?xx", R"({"fields":{"f":"v"}})"), Fails(412, "precondition_failed"));
    EXPECT_EQ(redis().cli({"exists", "none"}), "0");
}

TEST_F(KeysEntries, MayBeNoneInAStreamThatIsThere)
{
    fill(1);
    EXPECT_THAT(del("/keys/x/entries/1-1"), Answers(204, ""));
    EXPECT_THAT(get("/keys/x/entries"), Answers(200, R"({"key":"x","entries":[]})"));
    EXPECT_THAT(get("/keys/x/entries?count=5"), Answers(200, R"({"key":"x","entries":[],"next":null})"));
}

TEST_F(KeysEntries, ArePagedWhileTheStreamGrows)
{
    fill(25'000);
    const auto whole = get("/keys/x/entries");
    EXPECT_THAT(whole, Fails(413, "too_large"));
    EXPECT_THAT(json_of(whole)["error"].get<std::string>(), testing::HasSubstr("count"));
    int added = 0;
    const auto add = [&] {
        if (added++ < 20) {
            EXPECT_THAT(post("/keys/x/entries", R"({"fields":{"late":"1"}})"), HasStatus(201));
        }
    };
    std::set<std::string> seen;
    std::size_t late = 0;
    for (const auto& page : walk_pages(rest(), "/keys/x/entries?count=1000", add))
        for (const auto& one : page["entries"]) {
            EXPECT_TRUE(seen.insert(one["id"].get<std::string>()).second);
            late += one["fields"].contains("late") ? 1 : 0;
        }
    EXPECT_GT(late, 0U);
    EXPECT_EQ(seen.size() - late, 25'000U);
}

TEST_F(KeysEntries, SayWhereTheNextPageIs)
{
    fill(5);
    const auto first = get("/keys/x/entries?count=2&end=(5-1");
    EXPECT_EQ(json_of(first)["next"], "3-1");
    EXPECT_EQ(next_page(first), "/keys/x/entries?count=2&end=%285-1&start=3-1");
    const auto last = get(next_page(first));
    EXPECT_TRUE(json_of(last)["next"].is_null());
    EXPECT_EQ(json_of(last)["entries"].size(), 2U);
    EXPECT_EQ(last.header("link"), "");
    std::string backwards;
    for (const auto& page : walk_pages(rest(), "/keys/x/entries?count=2&rev&start=2-1&include=size"))
        for (const auto& one : page["entries"])
            backwards += one["id"].get<std::string>() + " ";
    EXPECT_EQ(backwards, "5-1 4-1 3-1 2-1 ");
}

TEST_F(KeysEntries, AreAdded)
{
    const auto added = post("/keys/a%2Fb/entries", R"({"fields":{"f":"v"},"id":"5-1"})");
    EXPECT_THAT(added, Answers(201, R"({"key":"a/b","id":"5-1"})"));
    EXPECT_EQ(added.header("location"), "/keys/a%2Fb/entries/5-1");
    EXPECT_THAT(get(added.header("location")), Answers(200, R"({"key":"a/b","id":"5-1","fields":{"f":"v"}})"));
    EXPECT_THAT(post("/keys/a%2Fb/entries", R"({"fields":{"f":"v"},"id":"5-1"})"), Fails(412, "precondition_failed"));
    EXPECT_THAT(
        post("/keys/a%2Fb/entries", R"({"fields":{"f":"v"},"id":"5-*"})"), Answers(201, R"({"key":"a/b","id":"5-2"})")
    );
    const auto timed = post("/keys/a%2Fb/entries?xx", R"({"fields":{"f":"1","g":"2"}})");
    EXPECT_THAT(get(timed.header("location")), HasStatus(200));
    EXPECT_THAT(post("/keys/x/entries", R"({"fields":{"f":1}})"), Fails(400, "bad_request"));
    EXPECT_THAT(post("/keys/x/entries", R"({"fields":{"f":"v"},"id":"0-0"})"), Fails(400, "bad_request"));
    EXPECT_THAT(post("/keys/x/entries", R"({"fields":{"f":"v"},"maxlne":5})"), Fails(400, "bad_request"));
    EXPECT_EQ(redis().cli({"exists", "x"}), "0");
}

TEST_F(KeysEntries, AreNotAddedBehindTheLastId)
{
    redis().cli({"xadd", "s", "18446744073709551615-18446744073709551615", "f", "v"});
    EXPECT_THAT(post("/keys/s/entries", R"({"fields":{"f":"v"}})"), Fails(412, "precondition_failed"));
    EXPECT_THAT(get("/keys/s/entries?start=(18446744073709551615-18446744073709551615"), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys/s/entries?end=(0-0"), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys/s/entries?end=(0"), HasStatus(200));
}

TEST_F(KeysEntries, TrimTheStream)
{
    fill(10);
    EXPECT_THAT(post("/keys/x/entries", R"({"fields":{"f":"v"},"id":"11-1","maxlen":3})"), HasStatus(201));
    EXPECT_EQ(ids(""), "9-1 10-1 11-1 ");
    EXPECT_THAT(post("/keys/x/entries", R"({"fields":{"f":"v"},"id":"12-1","minid":"11"})"), HasStatus(201));
    EXPECT_EQ(ids(""), "11-1 12-1 ");
    EXPECT_THAT(
        post("/keys/x/entries", R"({"fields":{"f":"v"},"id":"13-1","maxlen":1,"approximate":true})"), HasStatus(201)
    );
    EXPECT_EQ(ids("?start=13"), "13-1 ");
}

TEST_F(KeysEntries, AreReadAndDeletedOneByOne)
{
    fill(2);
    EXPECT_THAT(get("/keys/x/entries/1-1"), Answers(200, R"({"key":"x","id":"1-1","fields":{"f":"1"}})"));
    EXPECT_THAT(head("/keys/x/entries/1-1"), HasStatus(200));
    EXPECT_THAT(get("/keys/x/entries/1-2"), Fails(404, "not_found"));
    for (const auto* id : {"1", "x", "", "-", "+", "(1-1", "1-1-1"})
        EXPECT_THAT(get("/keys/x/entries/" + std::string(id)), Fails(400, "bad_request")) << id;
    EXPECT_THAT(del("/keys/x/entries/1"), Fails(400, "bad_request"));
    EXPECT_THAT(del("/keys/x/entries/1-1", {{"If-Match", "*"}}), Fails(400, "bad_request"));
    EXPECT_THAT(del("/keys/x/entries/1-1"), Answers(204, ""));
    EXPECT_THAT(del("/keys/x/entries/1-1"), Fails(404, "not_found"));
    EXPECT_EQ(ids(""), "2-1 ");
}

TEST_F(KeysEntries, HoldAnyBytes)
{
    EXPECT_THAT(
        post("/keys/x/entries", R"({"fields":{"/w==":"","":"/g=="},"id":"1-1","encoding":"base64"})"), HasStatus(201)
    );
    EXPECT_THAT(
        get("/keys/x/entries/1-1"),
        Answers(200, R"({"key":"x","id":"1-1","fields":{"/w==":"","":"/g=="},"encoding":"base64"})")
    );
    EXPECT_THAT(
        get("/keys/x/entries"),
        Answers(200, R"({"key":"x","entries":[{"id":"1-1","fields":{"/w==":"","":"/g=="}}],"encoding":"base64"})")
    );
}

}   // namespace
}   // namespace rediserve::test
