// The real binary in front of a cluster.
#include "e2e/event_stream.hpp"
#include "e2e/upstash_test.hpp"
#include "support/redis_cluster.hpp"

#include <set>
#include <thread>

namespace rediserve::test {
namespace {

class Cluster : public testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        cluster_ = std::make_unique<redis_cluster>(redis_cluster::options{.primaries = 3, .replicas = 1});
        gateway_ = std::make_unique<gateway>(std::vector<std::string>{"--redis", cluster_->url(), "--token", "T"});
        ASSERT_TRUE(gateway_->await_ready());
    }
    static void TearDownTestSuite()
    {
        gateway_.reset();
        cluster_.reset();
    }
    void SetUp() override { EXPECT_THAT(command(R"(["FLUSHALL"])"), AnswersJson(200, R"({"result":"OK"})")); }

    static http_response request(std::string_view method, std::string_view target, std::string_view body = {})
    {
        return gateway_->request(method, target, body, {{"Authorization", "Bearer T"}});
    }
    static http_response command(std::string_view json) { return request("POST", "/", json); }

    static redis_cluster& cluster() { return *cluster_; }
    static gateway& rest() { return *gateway_; }

private:
    static inline std::unique_ptr<redis_cluster> cluster_;
    static inline std::unique_ptr<gateway> gateway_;
};

TEST_F(Cluster, ServesKeys)
{
    for (int i = 0; i < 20; ++i) {
        const auto key = "/keys/k" + std::to_string(i);
        EXPECT_THAT(request("PUT", key, std::to_string(i)), HasStatus(201));
        EXPECT_THAT(request("GET", key + "?raw"), Answers(200, std::to_string(i)));
    }
    EXPECT_THAT(request("POST", "/keys/k7/incr"), HasStatus(200));
    EXPECT_THAT(request("GET", "/keys/k7?raw"), Answers(200, "8"));
    EXPECT_THAT(request("DELETE", "/keys/k7"), HasStatus(204));
    EXPECT_THAT(request("GET", "/keys/k7"), HasStatus(404));
    const auto some = json_of(request("GET", "/keys?key=k1&key=none&key=k2&key=k3"));
    EXPECT_EQ(some["values"].size(), 4u) << some.dump();
    EXPECT_EQ(some["values"]["k3"], "3");
}

TEST_F(Cluster, ServesWhatIsInsideKeys)
{
    for (int i = 0; i < 20; ++i) {
        const auto key = "/keys/inside" + std::to_string(i);
        EXPECT_THAT(request("PATCH", key + "/fields", R"({"a":"1","b":null})"), HasStatus(200));
        EXPECT_THAT(request("GET", key + "/fields/a?raw"), Answers(200, "1"));
        EXPECT_EQ(json_of(request("GET", key + "/fields?count=10"))["fields"].dump(), R"({"a":"1"})");
        EXPECT_THAT(request("GET", key + "/scores/a"), Fails(409, "wrong_type"));
    }
    EXPECT_THAT(request("POST", "/keys/board/scores", R"({"scores":{"a":1,"b":2}})"), HasStatus(200));
    EXPECT_EQ(json_of(request("GET", "/keys/board/scores/b"))["rank"], 1);
}

TEST_F(Cluster, ListsTheKeysOfAllNodes)
{
    for (int i = 0; i < 200; ++i)
        command(R"(["SET","list:)" + std::to_string(i) + R"(","x"])");
    std::set<std::string> seen;
    std::string target = "/keys?match=list:*&count=20";
    while (!target.empty()) {
        const auto page = json_of(request("GET", target));
        for (const auto& key : page["keys"])
            seen.insert(key.get<std::string>());
        const auto& cursor = page["cursor"];
        target = cursor.is_null() ? "" : "/keys?match=list:*&count=20&cursor=" + cursor.get<std::string>();
    }
    EXPECT_EQ(seen.size(), 200u);
}

TEST_F(Cluster, IsReadyWhileAPrimaryIsReplaced)
{
    const auto frozen = cluster().primary(0);
    const auto successor = cluster().replica(0);
    cluster().freeze(frozen);
    EXPECT_TRUE(await([&] {
        EXPECT_THAT(rest().request("GET", "/readyz"), HasStatus(200));
        return cluster().cli(successor, {"role"}).starts_with("master");
    }));
    cluster().thaw(frozen);
    cluster().await_healthy();
}

// DBSIZE asks those who are primaries as far as the gateway knows, which after a fail-over it learns in a while.
TEST_F(Cluster, RunsPipelinesOverAllNodes)
{
    const std::string pipeline = R"([["SET","a","1"],["SET","b","2"],["INCR","a"],["MGET","a","b","c"],["DBSIZE"]])";
    EXPECT_TRUE(await([&] {
        command(R"(["FLUSHALL"])");
        auto results = json_of(request("POST", "/pipeline", pipeline));
        const nlohmann::json size = results[4];
        results.erase(4);
        EXPECT_EQ(
            results,
            nlohmann::json::parse(R"([{"result":"OK"},{"result":"OK"},{"result":2},{"result":["2","2",null]}])")
        );
        return size == nlohmann::json::parse(R"({"result":2})");
    }));
}

TEST_F(Cluster, RefusesWhatNoNodeCanDo)
{
    const auto refused = request("POST", "/multi-exec", R"([["SET","a","1"],["SET","b","2"]])");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(json_of(refused)["code"], "cross_slot");
    EXPECT_EQ(json_of(refused)["executed"], "no");
    EXPECT_THAT(json_of(refused)["error"].get<std::string>(), testing::HasSubstr("hash tag"));
    EXPECT_THAT(
        request("POST", "/multi-exec", R"([["SET","{t}a","1"],["INCR","{t}a"]])"),
        AnswersJson(200, R"([{"result":"OK"},{"result":2}])")
    );
    EXPECT_THAT(command(R"(["EXISTS","a","b"])"), AnswersJson(200, R"({"result":0})"));
}

TEST_F(Cluster, BlocksOnAnyNode)
{
    for (const std::string key : {"l1", "l2", "l3", "l4"}) {
        std::thread pushes([&] {
            EXPECT_TRUE(await([&] {
                for (std::size_t shard = 0; shard < 3; ++shard)
                    if (cluster().ask(cluster().primary(shard), {"CLIENT", "LIST"}).find("cmd=blpop")
                        != std::string::npos)
                        return true;
                return false;
            }));
            command(R"(["RPUSH",")" + key + R"(","x"])");
        });
        EXPECT_THAT(
            command(R"(["BLPOP",")" + key + R"(","10"])"), AnswersJson(200, R"({"result":[")" + key + R"(","x"]})")
        );
        pushes.join();
    }
}

TEST_F(Cluster, IsFollowedWhenSlotsMove)
{
    const std::uint16_t slot = cluster().slot("moves");
    const std::size_t from = cluster().owner(slot);
    const std::size_t to = cluster().primary(from == cluster().primary(0) ? 1 : 0);
    EXPECT_THAT(request("PUT", "/keys/moves", "1"), HasStatus(201));
    cluster().move_slot(slot, to);
    EXPECT_THAT(request("POST", "/keys/moves/incr"), HasStatus(200));
    EXPECT_THAT(request("GET", "/keys/moves?raw"), Answers(200, "2"));
    cluster().move_slot(slot, from);
    EXPECT_THAT(request("GET", "/keys/moves?raw"), Answers(200, "2"));
}

TEST_F(Cluster, TellsOfStreamsWhereverTheyAreAndMove)
{
    std::vector<event_stream> streams;
    const std::vector<std::string> keys = {"stream-1", "stream-2", "stream-3", "stream-4", "stream-5"};
    for (const std::string& key : keys) {
        streams.emplace_back(
            rest().address(), "/streams/" + key, header_list{{"Authorization", "Bearer T"}}, "GET", std::string_view()
        );
        EXPECT_THAT(streams.back().next_data(), testing::HasSubstr("event: open"));
    }
    const auto expect_entry = [&](std::size_t at, const std::string& id) {
        const auto body = R"({"fields":{"f":"v"},"id":")" + id + R"("})";
        EXPECT_THAT(request("POST", "/streams/" + keys[at], body), HasStatus(201));
        EXPECT_EQ(streams[at].next_data(), "id: " + id + "\ndata: {\"f\":\"v\"}");
    };
    for (std::size_t at = 0; at < keys.size(); ++at)
        expect_entry(at, "1-0");
    const std::uint16_t slot = cluster().slot(keys[0]);
    const std::size_t from = cluster().owner(slot);
    cluster().move_slot(slot, cluster().primary(from == cluster().primary(0) ? 1 : 0));
    for (std::size_t at = 0; at < keys.size(); ++at)
        expect_entry(at, "2-0");
    cluster().move_slot(slot, from);
    expect_entry(0, "3-0");
}

TEST_F(Cluster, GivesStreamsToConsumersThoughTheyMove)
{
    const std::string key = "jobs";
    const std::uint16_t slot = cluster().slot(key);
    const std::size_t from = cluster().owner(slot);
    const auto add = [&](const std::string& id) {
        EXPECT_THAT(request("POST", "/streams/jobs", R"({"fields":{"f":"v"},"id":")" + id + R"("})"), HasStatus(201));
    };
    EXPECT_THAT(request("PUT", "/streams/jobs/groups/g"), HasStatus(201));
    add("1-0");
    cluster().ask(from, {"XREADGROUP", "GROUP", "g", "dead", "STREAMS", key, ">"});
    cluster().ask(from, {"XCLAIM", key, "g", "dead", "0", "1-0", "IDLE", "60000"});
    event_stream stream(
        rest().address(), "/streams/jobs?group=g&consumer=c&claim=30s", header_list{{"Authorization", "Bearer T"}},
        "GET", std::string_view()
    );
    EXPECT_THAT(stream.next_data(), testing::HasSubstr("event: open"));
    EXPECT_EQ(stream.next_data(), "id: 1-0\ndata: {\"f\":\"v\"}");
    cluster().move_slot(slot, cluster().primary(from == cluster().primary(0) ? 1 : 0));
    add("2-0");
    EXPECT_EQ(stream.next_data(), "id: 2-0\ndata: {\"f\":\"v\"}");
    EXPECT_THAT(
        request("POST", "/streams/jobs/groups/g/ack", R"({"ids":["1-0","2-0"]})"),
        AnswersJson(200, R"({"key":"jobs","acknowledged":2})")
    );
    cluster().move_slot(slot, from);
}

TEST_F(Cluster, IsNotFoundAtDeadSeeds)
{
    gateway nobody({"--redis", "redis-cluster://127.0.0.1:1,127.0.0.1:2", "--token", "T"});
    const auto refused = nobody.request("GET", "/keys/a", {}, {{"Authorization", "Bearer T"}});
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(json_of(refused)["executed"], "no");
    EXPECT_TRUE(nobody.await_ready(false));
}

}   // namespace
}   // namespace rediserve::test
