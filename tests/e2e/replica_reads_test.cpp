// Reads from replicas as clients have them: asked for, or by configuration.
#include "e2e/upstash_test.hpp"
#include "support/access_file.hpp"
#include "support/sentinel_group.hpp"

#include <map>
#include <memory>
#include <string>

namespace rediserve::test {
namespace {

// A client that sends the token of each answer with its next request, as the SDK does.
class remembering_client
{
public:
    explicit remembering_client(const gateway& to, header_list more = {}) : to_(to), more_(std::move(more)) {}

    http_response request(std::string_view method, std::string_view target, std::string_view body = {})
    {
        auto headers = more_;
        headers.emplace_back("upstash-sync-token", token);
        auto answer = to_.request(method, target, body, headers);
        token = answer.header("upstash-sync-token");
        return answer;
    }

    std::string token;

private:
    const gateway& to_;
    header_list more_;
};

class ReplicaReads : public testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        group_ = std::make_unique<sentinel_group>(sentinel_group::options{.replicas = 2, .sentinels = 1});
    }
    static void TearDownTestSuite() { group_.reset(); }

    void start(const std::map<std::string, std::string>& settings = {}, std::vector<std::string> more = {})
    {
        more.insert(
            more.begin(), {"--redis", "redis://127.0.0.1:" + std::to_string(group_->port(0)), "--threads", "1"}
        );
        gateway_ = std::make_unique<gateway>(more, settings);
        ASSERT_TRUE(gateway_->await_ready());
    }

    double outcome(std::string_view which) const
    {
        return metric(
            gateway_->request("GET", "/metrics").body, "rediserve_redis_replica_reads_total",
            "outcome=\"" + std::string(which) + "\""
        );
    }

    // Until a replica answers: they have to be found and connected to first.
    bool await_replica(std::string_view target)
    {
        return await([&] {
            gateway_->request("GET", target);
            return outcome("replica") > 0;
        });
    }

    static sentinel_group& group() { return *group_; }
    gateway& rest() { return *gateway_; }

private:
    static inline std::unique_ptr<sentinel_group> group_;
    std::unique_ptr<gateway> gateway_;
};

TEST_F(ReplicaReads, AreThereForWhoAsks)
{
    start();
    EXPECT_THAT(rest().request("PUT", "/keys/asked", "1"), HasStatus(201));
    EXPECT_THAT(rest().request("GET", "/keys/asked?raw"), Answers(200, "1"));
    EXPECT_EQ(outcome("replica") + outcome("missing") + outcome("behind"), 0);
    for (const std::size_t replica : {std::size_t{1}, std::size_t{2}})
        ASSERT_TRUE(await([&] { return group().server(replica).cli({"get", "asked"}) == "1"; }));
    EXPECT_TRUE(await_replica("/keys/asked?read=replica"));
    const auto before = outcome("replica");
    EXPECT_THAT(rest().request("GET", "/keys/asked?raw&read=replica"), Answers(200, "1"));
    EXPECT_THAT(rest().request("GET", "/get/asked?read=replica"), Results("\"1\""));
    EXPECT_THAT(rest().request("POST", "/?read=replica", R"(["GET","asked"])"), Results("\"1\""));
    EXPECT_THAT(
        rest().request("POST", "/pipeline?read=replica", R"([["GET","asked"],["STRLEN","asked"]])"),
        AnswersJson(200, R"([{"result":"1"},{"result":1}])")
    );
    EXPECT_EQ(outcome("replica"), before + 4);
    EXPECT_THAT(rest().request("GET", "/keys/asked?raw&read=primary"), Answers(200, "1"));
    EXPECT_EQ(outcome("replica"), before + 4);
    EXPECT_THAT(rest().request("DELETE", "/keys/asked?read=replica"), HasStatus(204));
}

TEST_F(ReplicaReads, AreFromOneOrTheOther)
{
    start();
    for (const std::string target : {"/keys/k?read=both", "/get/k?read=", "/keys?match=*&read=Replica"}) {
        const auto refused = rest().request("GET", target);
        EXPECT_EQ(refused.status, 400) << target;
        EXPECT_NE(refused.body.find("replica or primary"), std::string::npos) << refused.body;
    }
}

TEST_F(ReplicaReads, ShowEachClientWhatItHasWritten)
{
    start({{"REDISERVE_REDIS_READ", "replica"}});
    ASSERT_TRUE(await_replica("/keys/n"));
    const auto before = outcome("replica");
    remembering_client keys(rest());
    remembering_client commands(rest());
    for (int i = 0; i < 300; ++i) {
        const auto text = std::to_string(i);
        const auto late = static_cast<std::size_t>(1 + i % 2);
        if (i % 20 == 0)
            group().server(late).freeze();
        EXPECT_LT(keys.request("PUT", "/keys/n", text).status, 300);
        ASSERT_THAT(keys.request("GET", "/keys/n?raw"), Answers(200, text));
        EXPECT_THAT(commands.request("POST", "/", R"(["SET","m",")" + text + "\"]"), Results("\"OK\""));
        ASSERT_THAT(commands.request("GET", "/get/m"), Results("\"" + text + "\""));
        if (i % 20 == 0)
            group().server(late).thaw();
    }
    EXPECT_GT(outcome("replica"), before);
}

TEST_F(ReplicaReads, AreNotTrustedWithWhatNobodyKnows)
{
    start({{"REDISERVE_REDIS_READ", "replica"}});
    remembering_client client(rest());
    client.request("POST", "/", R"(["RPUSH","list","a","b"])");
    EXPECT_NE(client.token.find(':'), std::string::npos) << client.token;
    EXPECT_THAT(client.request("POST", "/", R"(["BLPOP","list",1])"), Results(R"(["list","a"])"));
    EXPECT_TRUE(client.token.ends_with(".?")) << client.token;
    const auto behind = outcome("behind");
    EXPECT_THAT(client.request("POST", "/", R"(["LLEN","list"])"), Results("1"));
    EXPECT_EQ(outcome("behind"), behind + 1);
    client.request("POST", "/", R"(["DEL","list"])");
    EXPECT_FALSE(client.token.ends_with("?")) << client.token;
}

TEST_F(ReplicaReads, ListAllKeysOfThePrimary)
{
    start({{"REDISERVE_REDIS_READ", "replica"}});
    ASSERT_TRUE(await_replica("/keys/n"));
    std::string pairs;
    for (int i = 0; i < 300; ++i)
        pairs += std::string(i > 0 ? "," : "") + "\"page:" + std::to_string(i) + "\",\"x\"";
    EXPECT_THAT(rest().request("POST", "/", "[\"MSET\"," + pairs + "]"), Results("\"OK\""));
    std::size_t seen = 0;
    std::string target = "/keys?match=page:*&count=20";
    while (!target.empty()) {
        const auto page = json_of(rest().request("GET", target));
        seen += page["keys"].size();
        const auto& cursor = page["cursor"];
        target = cursor.is_null() ? "" : "/keys?match=page:*&count=20&cursor=" + cursor.get<std::string>();
    }
    EXPECT_GE(seen, 300u);
}

// What is inside a key is no other thing: a range comes from a replica, and the pages of a cursor from where it is good.
TEST_F(ReplicaReads, AreOfWhatIsInsideKeysButNotByCursor)
{
    start({{"REDISERVE_REDIS_READ", "replica"}});
    ASSERT_TRUE(await_replica("/keys/n"));
    std::string members = "{\"members\":[\"0\"";
    for (int i = 1; i < 2000; ++i)
        members += ",\"member " + std::to_string(i) + "\"";
    remembering_client client(rest());
    EXPECT_THAT(client.request("POST", "/keys/large/members", members + "]}"), HasStatus(200));
    const double before = outcome("replica");
    std::size_t seen = 0;
    std::string target = "/keys/large/members?count=100";
    while (!target.empty()) {
        const auto page = json_of(client.request("GET", target));
        seen += page["members"].size();
        const auto& cursor = page["cursor"];
        target = cursor.is_null() ? "" : "/keys/large/members?count=100&cursor=" + cursor.get<std::string>();
    }
    EXPECT_GE(seen, 2000u);
    EXPECT_EQ(outcome("replica"), before);
    EXPECT_TRUE(await_replica("/keys/large/members"));
}

TEST_F(ReplicaReads, TakeAnyToken)
{
    start({{"REDISERVE_REDIS_READ", "replica"}});
    const std::string foreign = "x." + std::string(40, 'a') + ":1";
    for (const std::string token : {"", "abc-1.", "1.?", ".:", foreign.c_str()}) {
        remembering_client client(rest());
        client.token = token;
        EXPECT_THAT(client.request("POST", "/", R"(["SET","any","1"])"), Results("\"OK\"")) << token;
        EXPECT_THAT(client.request("GET", "/get/any"), Results("\"1\"")) << token;
    }
}

TEST_F(ReplicaReads, AreAPrincipalsToo)
{
    const configuration access(
        R"({"principals":{"reader":{"rules":"+@all ~* &*","read":"replica"},"writer":{"rules":"+@all ~* &*"}},"tokens":[)"
        + token_entry("reader", "reader") + "," + token_entry("writer", "writer") + "]}"
    );
    start({}, {"--access", access.path(), "--token", "admin"});
    const auto outcomes = [&] {
        const auto text = rest().request("GET", "/metrics", {}, bearing("admin")).body;
        return metric(text, "rediserve_redis_replica_reads_total", "outcome=\"replica\"");
    };
    for (int i = 0; i < 5; ++i)
        EXPECT_THAT(rest().request("GET", "/get/x", {}, bearing("writer")), HasStatus(200));
    EXPECT_EQ(outcomes(), 0);
    EXPECT_TRUE(await([&] {
        EXPECT_THAT(rest().request("GET", "/get/x", {}, bearing("reader")), HasStatus(200));
        return outcomes() > 0;
    }));
}

}   // namespace
}   // namespace rediserve::test
