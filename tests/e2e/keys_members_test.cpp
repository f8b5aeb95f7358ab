// Inside a set: api/keys, section 4.
#include "e2e/keys_pages.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace rediserve::test {
namespace {

class KeysMembers : public rest_test
{
protected:
    static void fill(int count)
    {
        redis().cli({"eval", "for i = 1, " + std::to_string(count) + " do redis.call('sadd', 's', 'm' .. i) end", "0"});
    }
    static std::set<std::string> members_of(const nlohmann::json& document)
    {
        return document["members"].get<std::set<std::string>>();
    }
};

TEST_F(KeysMembers, AreReadWhole)
{
    redis().cli({"sadd", "s", "a", ""});
    EXPECT_EQ(members_of(json_of(get("/keys/s/members"))), (std::set<std::string>{"a", ""}));
    EXPECT_EQ(json_of(get("/keys/s/members?include=size"))["size"], 2);
    EXPECT_THAT(head("/keys/s/members"), HasStatus(200));
    redis().cli({"del", "s"});
    redis().cli({"sadd", "s", "7"});
    EXPECT_THAT(get("/keys/s/members"), Answers(200, R"({"key":"s","members":["7"]})"));
    EXPECT_THAT(get("/keys/s/members?count=10"), Answers(200, R"({"key":"s","members":["7"],"cursor":null})"));
}

TEST_F(KeysMembers, AreNotFoundWhereThereIsNoSet)
{
    redis().cli({"set", "t", "text"});
    for (const auto* target : {"/members", "/members?count=5", "/members/m"}) {
        EXPECT_THAT(get("/keys/none" + std::string(target)), Fails(404, "not_found")) << target;
        EXPECT_THAT(get("/keys/t" + std::string(target)), Fails(409, "wrong_type")) << target;
    }
    EXPECT_THAT(del("/keys/none/members?member=m"), Answers(200, R"({"key":"none","removed":0})"));
    EXPECT_THAT(del("/keys/none/members/m"), Fails(404, "not_found"));
    EXPECT_THAT(del("/keys/t/members?member=m"), Fails(409, "wrong_type"));
    EXPECT_THAT(post("/keys/t/members", R"({"members":["m"]})"), Fails(409, "wrong_type"));
    EXPECT_THAT(put("/keys/t/members/m", ""), Fails(409, "wrong_type"));
}

TEST_F(KeysMembers, ArePagedWhileTheSetChanges)
{
    fill(25'000);
    const auto whole = get("/keys/s/members");
    EXPECT_THAT(whole, Fails(413, "too_large"));
    EXPECT_THAT(json_of(whole)["error"].get<std::string>(), testing::HasSubstr("/keys/s/members?count="));
    std::atomic<bool> done{false};
    std::thread writer([&] {
        http_connection own = rest().connect();
        for (int i = 0; !done; ++i) {
            const std::string target = "/keys/s/members/new" + std::to_string(i % 3000);
            const auto answer = own.request(i / 3000 % 2 == 0 ? "PUT" : "DELETE", target);
            EXPECT_TRUE(answer.status == 201 || answer.status == 204) << answer.status;
        }
    });
    const auto pages = walk_pages(rest(), "/keys/s/members?count=500");
    done = true;
    writer.join();
    std::set<std::string> seen;
    for (const auto& page : pages)
        for (const auto& member : page["members"])
            if (const auto text = member.get<std::string>(); text.front() == 'm')
                seen.insert(text);
    EXPECT_EQ(seen.size(), 25'000U);
    EXPECT_GT(pages.size(), 10U);
}

TEST_F(KeysMembers, AreAddedAndRemoved)
{
    EXPECT_THAT(post("/keys/s/members", R"({"members":["a","b","a"]})"), Answers(200, R"({"key":"s","added":2})"));
    EXPECT_THAT(post("/keys/s/members", R"({"members":["b","c"]})"), Answers(200, R"({"key":"s","added":1})"));
    EXPECT_THAT(del("/keys/s/members?member=a&member=x&member=c"), Answers(200, R"({"key":"s","removed":2})"));
    EXPECT_THAT(get("/keys/s/members"), Answers(200, R"({"key":"s","members":["b"]})"));
    for (const auto* document : {"", "{}", R"({"members":[]})", R"({"members":[1]})", R"({"members":"a"})", R"(["a"])"})
        EXPECT_THAT(post("/keys/s/members", document), Fails(400, "bad_request")) << document;
    EXPECT_THAT(del("/keys/s/members"), Fails(400, "bad_request"));
    EXPECT_EQ(redis().cli({"scard", "s"}), "1");
}

TEST_F(KeysMembers, AreThereOrNot)
{
    EXPECT_THAT(put("/keys/s/members/a%2Fb", ""), Answers(201, R"({"key":"s","member":"a/b","created":true})"));
    EXPECT_THAT(put("/keys/s/members/a%2Fb", ""), Answers(200, R"({"key":"s","member":"a/b","created":false})"));
    EXPECT_THAT(put("/keys/s/members/a%2Fb?nx", ""), Fails(412, "precondition_failed"));
    EXPECT_THAT(put("/keys/s/members/a%2Fb", "", {{"If-None-Match", "*"}}), Fails(412, "precondition_failed"));
    EXPECT_THAT(put("/keys/s/members/new", "", {{"If-None-Match", "*"}}), HasStatus(201));
    EXPECT_THAT(put("/keys/s/members/x", "", {{"If-Match", "*"}}), Fails(400, "bad_request"));
    EXPECT_THAT(put("/keys/s/members/x", "value"), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys/s/members/a%2Fb"), Answers(200, R"({"key":"s","member":"a/b"})"));
    EXPECT_THAT(head("/keys/s/members/a%2Fb"), HasStatus(200));
    EXPECT_THAT(head("/keys/s/members/x"), HasStatus(404));
    EXPECT_THAT(del("/keys/s/members/a%2Fb", {{"If-Match", "*"}}), Fails(400, "bad_request"));
    EXPECT_THAT(del("/keys/s/members/a%2Fb"), Answers(204, ""));
    EXPECT_THAT(del("/keys/s/members/a%2Fb"), Fails(404, "not_found"));
}

TEST_F(KeysMembers, HoldAnyBytes)
{
    EXPECT_THAT(
        post("/keys/s/members", R"({"members":["/w=="],"encoding":"base64"})"), Answers(200, R"({"key":"s","added":1})")
    );
    EXPECT_THAT(get("/keys/s/members"), Answers(200, R"({"key":"s","members":["/w=="],"encoding":"base64"})"));
    EXPECT_THAT(get("/keys/s/members/%FF"), Answers(200, R"({"key":"s","member":"/w==","encoding":"base64"})"));
    EXPECT_THAT(put("/keys/s/members/", ""), Answers(201, R"({"key":"s","member":"","created":true})"));
    EXPECT_THAT(get("/keys/s/members/"), Answers(200, R"({"key":"s","member":""})"));
    EXPECT_THAT(del("/keys/s/members?member=%FF&member="), Answers(200, R"({"key":"s","removed":2})"));
}

TEST_F(KeysMembers, AreNewToOneOfTwoWriters)
{
    constexpr int members = 100;
    std::atomic<int> created{0};
    const auto claim = [&] {
        http_connection own = rest().connect();
        for (int i = 0; i < members; ++i) {
            const auto answer = own.request("PUT", "/keys/s/members/" + std::to_string(i) + "?nx");
            EXPECT_TRUE(answer.status == 201 || answer.status == 412) << answer.status;
            created += answer.status == 201 ? 1 : 0;
        }
    };
    std::thread other(claim);
    claim();
    other.join();
    EXPECT_EQ(created, members);
}

}   // namespace
}   // namespace rediserve::test
