// What was written for serverless-redis-http runs as it is: its variables, and its file of tokens.
#include "e2e/rest_test.hpp"

#include <csignal>
#include <fstream>

namespace rediserve::test {
namespace {

header_list bearing(const std::string& token)
{
    return {{"Authorization", "Bearer " + token}};
}

class SrhMigration : public testing::Test
{
protected:
    void SetUp() override
    {
        first_.cli({"set", "k", "of the first"});
        other_.cli({"set", "k", "of the other"});
    }

    void write_tokens(const std::string& content) const { std::ofstream(tokens_) << content; }

    // The file as its documentation has it.
    std::string both() const
    {
        return R"({"first-token":{"srh_id":"first","connection_string":")" + first_.url()
            + R"(","max_connections":3},"other-token":{"srh_id":"other","connection_string":")" + other_.url()
            + R"(","max_connections":3}})";
    }

    static std::string value_for(const gateway& rest, const std::string& token)
    {
        auto headers = bearing(token);
        headers.emplace_back("Accept", "application/octet-stream");
        return rest.request("GET", "/keys/k", {}, headers).body;
    }

    redis_server first_{{.tcp = true, .arguments = {}}};
    redis_server other_{{.tcp = true, .arguments = {}}};
    temporary_folder folder_;
    std::string tokens_ = (folder_.path() / "tokens.json").string();
};

TEST_F(SrhMigration, RunsWithItsVariables)
{
    const auto port = std::to_string(free_port());
    process::options how;
    how.command = {binary()};
    how.environment = {
        {"SRH_MODE", "env"},          {"SRH_TOKEN", "word"}, {"SRH_CONNECTION_STRING", first_.url()},
        {"SRH_MAX_CONNECTIONS", "3"}, {"SRH_PORT", port},
    };
    how.clear_environment = true;
    process daemon(how);
    ASSERT_TRUE(await([&] { return daemon.output().find(":" + port) != std::string::npos; })) << daemon.output();
    const auto ask = [&](const std::string& token) {
        http_connection connection("127.0.0.1:" + port);
        connection.send("GET /keys/k HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\n\r\n");
        return connection.read();
    };
    EXPECT_TRUE(await([&] { return ask("word").status == 200; })) << daemon.output();
    EXPECT_THAT(ask("word").body, testing::HasSubstr("of the first"));
    EXPECT_THAT(ask("wrong"), Fails(401, "unauthorized"));
}

TEST_F(SrhMigration, GivesEachTokenOfTheFileItsOwnServer)
{
    write_tokens(both());
    gateway rest({}, {{"SRH_MODE", "file"}, {"REDISERVE_SRH_TOKENS", tokens_}});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_EQ(value_for(rest, "first-token"), "of the first");
    EXPECT_EQ(value_for(rest, "other-token"), "of the other");
    EXPECT_THAT(rest.request("PUT", "/keys/k", "new", bearing("other-token")), HasStatus(200));
    EXPECT_EQ(first_.cli({"get", "k"}), "of the first");
    EXPECT_EQ(other_.cli({"get", "k"}), "new");
    EXPECT_THAT(rest.request("GET", "/keys/k", {}, bearing("wrong-token")), Fails(401, "unauthorized"));
    EXPECT_THAT(rest.request("GET", "/keys/k"), Fails(401, "unauthorized"));
}

TEST_F(SrhMigration, SpeaksTheClientsLanguageToEachToken)
{
    write_tokens(both());
    gateway rest({"--srh-tokens", tokens_});
    ASSERT_TRUE(rest.await_ready());
    const auto ask = [&](const std::string& token) {
        return rest.request("POST", "/", R"(["GET","k"])", bearing(token));
    };
    EXPECT_THAT(ask("first-token"), AnswersJson(200, R"({"result":"of the first"})"));
    EXPECT_THAT(ask("other-token"), AnswersJson(200, R"({"result":"of the other"})"));
    const auto refused = ask("wrong-token");
    EXPECT_EQ(refused.status, 401);
    EXPECT_THAT(refused.body, testing::HasSubstr("WRONGPASS"));
}

TEST_F(SrhMigration, IsReadyOnlyWhenEveryServerIs)
{
    write_tokens(both());
    gateway rest({"--srh-tokens", tokens_});
    ASSERT_TRUE(rest.await_ready());
    other_.kill();
    ASSERT_TRUE(rest.await_ready(false));
    EXPECT_THAT(rest.request("GET", "/readyz").body, testing::HasSubstr(other_.url()));
    EXPECT_EQ(value_for(rest, "first-token"), "of the first") << "one server's end is no other's";
    other_.restart();
    EXPECT_TRUE(rest.await_ready());
}

TEST_F(SrhMigration, TakesNewTokensAtAReload)
{
    write_tokens(both());
    gateway rest({"--srh-tokens", tokens_});
    ASSERT_TRUE(rest.await_ready());
    write_tokens(
        R"({"next-token":{"srh_id":"next","connection_string":")" + other_.url()
        + R"("},"far-token":{"srh_id":"far","connection_string":"redis://127.0.0.1:1"}})"
    );
    rest.process().signal(SIGHUP);
    ASSERT_TRUE(await([&] { return rest.process().output().find("reloaded") != std::string::npos; }));
    EXPECT_TRUE(await([&] { return value_for(rest, "next-token") == "of the other"; }));
    EXPECT_TRUE(await([&] { return rest.request("GET", "/keys/k", {}, bearing("first-token")).status == 401; }));
    EXPECT_THAT(rest.request("GET", "/keys/k", {}, bearing("far-token")), Fails(503, "redis_unavailable"))
        << "a server that is not there is one nevertheless";
    EXPECT_THAT(rest.process().output(), testing::Not(testing::HasSubstr("needs_restart")));
}

TEST_F(SrhMigration, SaysWhatIsWrongWithTheFile)
{
    write_tokens(R"({"a-token":{"srh_id":"one"}})");
    const auto refused = run({"--check-config", "--srh-tokens", tokens_});
    EXPECT_EQ(refused.code, 78);
    EXPECT_THAT(refused.output, testing::HasSubstr(tokens_));
    EXPECT_THAT(refused.output, testing::HasSubstr("connection_string is missing"));
    EXPECT_THAT(refused.output, testing::Not(testing::HasSubstr("a-token")));
}

TEST_F(SrhMigration, LetsAReadOnlyTokenRead)
{
    gateway rest({"--redis", first_.url()}, {{"TOKEN", "word"}, {"REDISERVE_ACCESS_READ_ONLY_TOKEN", "reader"}});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_EQ(value_for(rest, "reader"), "of the first");
    for (const auto* method : {"PUT", "DELETE"})
        EXPECT_THAT(rest.request(method, "/keys/k", "", bearing("reader")), Fails(403, "forbidden")) << method;
    EXPECT_THAT(rest.request("POST", "/keys/k/incr", "", bearing("reader")), Fails(403, "forbidden"));
    EXPECT_THAT(rest.request("DELETE", "/keys/k", "", bearing("word")), HasStatus(204));
}

}   // namespace
}   // namespace rediserve::test
