// Inside a sorted set: api/keys, section 4.
#include "e2e/keys_pages.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace rediserve::test {
namespace {

class KeysScores : public rest_test
{
protected:
    static void fill(int count)
    {
        redis().cli(
            {"eval", "for i = 1, " + std::to_string(count) + " do redis.call('zadd', 'z', i, 'm' .. i) end", "0"}
        );
    }
    static std::string members(const std::string& query)
    {
        const auto answer = get("/keys/z/scores" + query);
        EXPECT_THAT(answer, HasStatus(200)) << query;
        const auto document = json_of(answer);
        std::string all;
        for (const auto& one : document["scores"])
            all += one["member"].get<std::string>();
        return all;
    }
};

TEST_F(KeysScores, AreReadByRank)
{
    redis().cli({"zadd", "z", "1.5", "b", "-inf", "a", "3", "c", "inf", "d"});
    EXPECT_THAT(
        get("/keys/z/scores"),
        Answers(
            200,
            R"({"key":"z","scores":[{"member":"a","score":"-inf"},{"member":"b","score":1.5},)"
            R"({"member":"c","score":3},{"member":"d","score":"inf"}]})"
        )
    );
    EXPECT_EQ(members("?start=1&stop=2"), "bc");
    EXPECT_EQ(members("?rev"), "dcba");
    EXPECT_EQ(members("?start=0&stop=0&rev"), "d");
    EXPECT_EQ(members("?start=-1"), "d");
    EXPECT_EQ(members("?start=10&stop=20"), "");
    EXPECT_EQ(json_of(get("/keys/z/scores?stop=0&include=size"))["size"], 4);
    EXPECT_THAT(head("/keys/z/scores"), HasStatus(200));
}

TEST_F(KeysScores, AreReadByScore)
{
    redis().cli({"zadd", "z", "1", "a", "2", "b", "3", "c", "4", "d"});
    EXPECT_EQ(members("?by=score"), "abcd");
    EXPECT_EQ(members("?by=score&min=2&max=3"), "bc");
    EXPECT_EQ(members("?by=score&min=(2&max=(4"), "c");
    EXPECT_EQ(members("?by=score&min=2&max=inf&rev"), "dcb");
    EXPECT_EQ(members("?by=score&offset=1&count=2"), "bc");
    EXPECT_EQ(members("?by=score&min=9"), "");
    for (const auto* query :
         {"by=rank", "by=score&start=1", "by=score&min=x", "by=score&max=[3", "by=score&offset=-1", "by=score&count=0",
          "min=1", "max=1", "offset=1", "count=5&rev", "cursor=&start=1", "by=score&cursor=", "start=x"})
        EXPECT_THAT(get("/keys/z/scores?" + std::string(query)), Fails(400, "bad_request")) << query;
}

TEST_F(KeysScores, AreNotFoundWhereThereIsNoSortedSet)
{
    redis().cli({"set", "t", "text"});
    for (const auto* target : {"/scores", "/scores?by=score", "/scores?count=5", "/scores/m"}) {
        EXPECT_THAT(get("/keys/none" + std::string(target)), Fails(404, "not_found")) << target;
        EXPECT_THAT(get("/keys/t" + std::string(target)), Fails(409, "wrong_type")) << target;
    }
    EXPECT_THAT(del("/keys/none/scores/m"), Fails(404, "not_found"));
    EXPECT_THAT(del("/keys/t/scores/m"), Fails(409, "wrong_type"));
    EXPECT_THAT(post("/keys/t/scores", R"({"scores":{"m":1}})"), Fails(409, "wrong_type"));
    EXPECT_THAT(put("/keys/t/scores/m", R"({"score":1})"), Fails(409, "wrong_type"));
    EXPECT_THAT(put("/keys/t/scores/m?gt", R"({"score":1})"), Fails(409, "wrong_type"));
    EXPECT_THAT(post("/keys/t/scores/m/incr"), Fails(409, "wrong_type"));
}

TEST_F(KeysScores, AreNoMoreAtOnceThanTheLimit)
{
    fill(10'001);
    const auto whole = get("/keys/z/scores");
    EXPECT_THAT(whole, Fails(413, "too_large"));
    EXPECT_THAT(json_of(whole)["error"].get<std::string>(), testing::HasSubstr("/keys/z/scores?start=0&stop="));
    const auto range = get("/keys/z/scores?by=score");
    EXPECT_THAT(range, Fails(413, "too_large"));
    EXPECT_THAT(json_of(range)["error"].get<std::string>(), testing::HasSubstr("count"));
    EXPECT_EQ(json_of(get("/keys/z/scores?start=1"))["scores"].size(), 10'000U);
    EXPECT_EQ(json_of(get("/keys/z/scores?by=score&min=2"))["scores"].size(), 10'000U);
    EXPECT_EQ(json_of(get("/keys/z/scores?by=score&count=10001"))["scores"].size(), 10'001U);
}

TEST_F(KeysScores, ArePagedWhileTheSortedSetChanges)
{
    fill(25'000);
    std::atomic<bool> done{false};
    std::thread writer([&] {
        http_connection own = rest().connect();
        for (int i = 0; !done; ++i) {
            const std::string target = "/keys/z/scores/new" + std::to_string(i % 3000);
            const auto answer =
                i / 3000 % 2 == 0 ? own.request("PUT", target, R"({"score":-1})") : own.request("DELETE", target);
            EXPECT_TRUE(answer.status == 201 || answer.status == 204) << answer.status;
        }
    });
    const auto pages = walk_pages(rest(), "/keys/z/scores?count=500");
    done = true;
    writer.join();
    std::set<std::string> seen;
    for (const auto& page : pages)
        for (const auto& one : page["scores"])
            if (one["score"].get<double>() > 0)
                seen.insert(one["member"].get<std::string>());
    EXPECT_EQ(seen.size(), 25'000U);
    EXPECT_GT(pages.size(), 10U);
}

TEST_F(KeysScores, AreSetTogether)
{
    EXPECT_THAT(
        post("/keys/z/scores", R"({"scores":{"a":1,"b":2.5,"c":"inf"}})"),
        Answers(200, R"({"key":"z","added":3,"updated":0})")
    );
    EXPECT_THAT(
        post("/keys/z/scores", R"({"scores":{"a":2,"b":2.5,"d":4}})"),
        Answers(200, R"({"key":"z","added":1,"updated":1})")
    );
    EXPECT_THAT(
        post("/keys/z/scores?nx", R"({"scores":{"a":9,"e":9}})"), Answers(200, R"({"key":"z","added":1,"updated":0})")
    );
    EXPECT_THAT(
        post("/keys/z/scores?xx&gt", R"({"scores":{"a":1,"b":3,"f":1}})"),
        Answers(200, R"({"key":"z","added":0,"updated":1})")
    );
    EXPECT_EQ(redis().cli({"zscore", "z", "a"}), "2");
    for (const auto* document :
         {"", "{}", R"({"scores":{}})", R"({"scores":["a"]})", R"({"scores":{"a":"x"}})", R"({"scores":{"a":"nan"}})",
          R"({"scores":{"a":null}})", R"({"scores":{"a":1,"a":2}})", R"({"score":{"a":1}})"})
        EXPECT_THAT(post("/keys/z/scores", document), Fails(400, "bad_request")) << document;
    EXPECT_THAT(post("/keys/z/scores?nx&gt", R"({"scores":{"a":1}})"), Fails(400, "bad_request"));
}

TEST_F(KeysScores, TellTheirRank)
{
    redis().cli({"zadd", "z", "1.5", "a", "2", "b", "3", "c"});
    EXPECT_THAT(get("/keys/z/scores/a"), Answers(200, R"({"key":"z","member":"a","score":1.5,"rank":0})"));
    EXPECT_THAT(get("/keys/z/scores/a?rev"), Answers(200, R"({"key":"z","member":"a","score":1.5,"rank":2})"));
    EXPECT_THAT(get("/keys/z/scores/x"), Fails(404, "not_found"));
    EXPECT_THAT(head("/keys/z/scores/a"), HasStatus(200));
    EXPECT_THAT(get("/keys/z/scores/a?start=1"), Fails(400, "bad_request"));
}

TEST_F(KeysScores, AreSetOneByOne)
{
    EXPECT_THAT(
        put("/keys/z/scores/m", R"({"score":2})"), Answers(201, R"({"key":"z","member":"m","score":2,"created":true})")
    );
    EXPECT_THAT(
        put("/keys/z/scores/m", R"({"score":"-inf"})"),
        Answers(200, R"({"key":"z","member":"m","score":"-inf","created":false})")
    );
    EXPECT_THAT(put("/keys/z/scores/m?nx", R"({"score":5})"), Fails(412, "precondition_failed"));
    EXPECT_THAT(put("/keys/z/scores/m", R"({"score":5})", {{"If-None-Match", "*"}}), Fails(412, "precondition_failed"));
    EXPECT_EQ(redis().cli({"zscore", "z", "m"}), "-inf");
    EXPECT_THAT(put("/keys/z/scores/m?xx", R"({"score":5.25})"), HasStatus(200));
    EXPECT_THAT(put("/keys/z/scores/m?xx", R"({"score":5.25})"), HasStatus(200));
    EXPECT_THAT(put("/keys/z/scores/m?gt", R"({"score":4})"), Fails(412, "precondition_failed"));
    EXPECT_THAT(put("/keys/z/scores/m?lt", R"({"score":4})"), HasStatus(200));
    for (const auto* score : {R"({"score":-0.0})", R"({"score":"-inf"})", R"({"score":4})"})
        EXPECT_THAT(put("/keys/z/scores/m?xx", score), HasStatus(200)) << score;
    EXPECT_THAT(put("/keys/z/scores/x?xx", R"({"score":4})"), Fails(412, "precondition_failed"));
    EXPECT_THAT(put("/keys/z/scores/x?gt", R"({"score":4})"), HasStatus(201));
    EXPECT_THAT(put("/keys/z/scores/y?nx", R"({"score":4})"), HasStatus(201));
    EXPECT_THAT(put("/keys/z/scores/m", R"({"score":4})", {{"If-Match", "*"}}), Fails(400, "bad_request"));
    for (const auto* document : {"", "5", "{}", R"({"score":"x"})", R"({"score":null})", R"({"scores":1})"})
        EXPECT_THAT(put("/keys/z/scores/m", document), Fails(400, "bad_request")) << document;
    EXPECT_EQ(redis().cli({"zscore", "z", "m"}), "4");
    EXPECT_THAT(del("/keys/z/scores/m"), Answers(204, ""));
    EXPECT_THAT(del("/keys/z/scores/m"), Fails(404, "not_found"));
}

TEST_F(KeysScores, AreCountedIn)
{
    EXPECT_THAT(post("/keys/z/scores/m/incr"), Answers(200, R"({"key":"z","member":"m","score":1})"));
    EXPECT_THAT(post("/keys/z/scores/m/incr?by=1.5"), Answers(200, R"({"key":"z","member":"m","score":2.5})"));
    EXPECT_THAT(post("/keys/z/scores/m/incr?by=-5"), Answers(200, R"({"key":"z","member":"m","score":-2.5})"));
    EXPECT_THAT(post("/keys/z/scores/m/incr?by=x"), Fails(400, "bad_request"));
    put("/keys/z/scores/top", R"({"score":"inf"})");
    EXPECT_THAT(post("/keys/z/scores/top/incr"), Answers(200, R"({"key":"z","member":"top","score":"inf"})"));
}

TEST_F(KeysScores, HoldAnyBytes)
{
    EXPECT_THAT(
        post("/keys/z/scores", R"({"scores":{"/w==":1,"":0},"encoding":"base64"})"),
        Answers(200, R"({"key":"z","added":2,"updated":0})")
    );
    EXPECT_THAT(
        get("/keys/z/scores/%FF"), Answers(200, R"({"key":"z","member":"/w==","encoding":"base64","score":1,"rank":1})")
    );
    EXPECT_THAT(get("/keys/z/scores/"), Answers(200, R"({"key":"z","member":"","score":0,"rank":0})"));
    EXPECT_THAT(
        get("/keys/z/scores?start=1"),
        Answers(200, R"({"key":"z","scores":[{"member":"/w==","score":1}],"encoding":"base64"})")
    );
}

TEST_F(KeysScores, KeepTheHighestOfTwoWriters)
{
    const auto raise = [](int from) {
        http_connection own = rest().connect();
        for (int score = from; score <= 200; score += 2) {
            const auto answer = own.request("PUT", "/keys/z/scores/m?gt", R"({"score":)" + std::to_string(score) + "}");
            EXPECT_TRUE(answer.status == 201 || answer.status == 200 || answer.status == 412) << answer.status;
        }
    };
    std::thread other([&] { raise(1); });
    raise(2);
    other.join();
    EXPECT_EQ(redis().cli({"zscore", "z", "m"}), "200");
}

}   // namespace
}   // namespace rediserve::test
