// ACL RESTTOKEN: tokens that stand for users of Redis.
#include "e2e/event_stream.hpp"
#include "e2e/upstash_test.hpp"
#include "support/access_file.hpp"

#include <csignal>
#include <memory>
#include <string>
#include <vector>

namespace rediserve::test {
namespace {

constexpr std::string_view usage = "ERR invalid syntax. Usage: ACL RESTTOKEN username password";
constexpr std::string_view unauthorized = "WRONGPASS invalid or missing auth token";
constexpr std::string_view wrong = R"(ERR Wrong password or user "ann" does not exist)";
constexpr std::string_view of_ann = R"(["ACL","RESTTOKEN","ann","secret"])";

class UpstashUsers : public testing::Test
{
protected:
    void SetUp() override
    {
        redis_.cli(
            {"acl", "setuser", "ann", "on", ">secret", "~a:*", "&a:*", "+get", "+acl|whoami", "+subscribe", "+blpop"}
        );
        redis_.cli({"set", "a:1", "one"});
        redis_.cli({"set", "b:1", "hidden"});
        rest_ = start();
    }

    std::unique_ptr<gateway> start(std::vector<std::string> more = {"--token", "T"}) const
    {
        std::vector<std::string> arguments = {"--redis", redis_.url(), "--threads", "1"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        auto started = std::make_unique<gateway>(arguments);
        EXPECT_TRUE(started->await_ready());
        return started;
    }

    http_response ask(std::string_view token, std::string_view body) const
    {
        return rest_->request("POST", "/", body, bearing(token));
    }

    std::string token(std::string_view by = "T", std::string_view command = of_ann) const
    {
        const auto answer = json_of(ask(by, command));
        return answer.is_object() && answer.contains("result") ? answer["result"].get<std::string>() : answer.dump();
    }

    redis_server redis_;
    std::unique_ptr<gateway> rest_;
};

TEST_F(UpstashUsers, RunAsTheyAreKnownToRedis)
{
    const auto ann = token();
    EXPECT_TRUE(ann.starts_with("rdu_")) << ann;
    EXPECT_THAT(ask(ann, R"(["ACL","WHOAMI"])"), Results(R"("ann")"));
    EXPECT_THAT(ask(ann, R"(["GET","a:1"])"), Results(R"("one")"));
    EXPECT_EQ(json_of(ask(ann, R"(["GET","b:1"])"))["error"].get<std::string>().substr(0, 6), "NOPERM");
    EXPECT_EQ(json_of(ask(ann, R"(["SET","a:1","x"])"))["error"].get<std::string>().substr(0, 6), "NOPERM");
    EXPECT_THAT(ask("T", R"(["ACL","WHOAMI"])"), Results(R"("default")"));
    EXPECT_THAT(rest_->request("GET", "/get/a:1?_token=" + ann), Results(R"("one")"));
}

TEST_F(UpstashUsers, AreServedByTheKeysApiToo)
{
    const auto ann = token();
    const header_list raw = {{"Accept", "application/octet-stream"}};
    EXPECT_THAT(rest_->request("GET", "/keys/a:1", {}, bearing(ann, raw)), Answers(200, "one"));
    EXPECT_THAT(rest_->request("GET", "/keys/b:1", {}, bearing(ann, raw)), Fails(403, "forbidden"));
    EXPECT_THAT(rest_->request("PUT", "/keys/a:1", "x", bearing(ann)), Fails(403, "forbidden"));
    EXPECT_EQ(redis_.cli({"get", "a:1"}), "one");
    EXPECT_THAT(rest_->request("GET", "/metrics", {}, bearing(ann)), HasStatus(403));
}

TEST_F(UpstashUsers, AreGivenTokensWhicheverWayOneAsks)
{
    EXPECT_TRUE(token("T", R"(["acl","RestToken","ann","secret"])").starts_with("rdu_"));
    const auto path = json_of(rest_->request("GET", "/acl/resttoken/ann/secret", {}, bearing("T")));
    EXPECT_TRUE(path["result"].get<std::string>().starts_with("rdu_"));
    const auto piped = json_of(rest_->request(
        "POST", "/pipeline",
        R"([["GET","a:1"],["ACL","SETUSER","bob","on",">b","+@all","~*"],["ACL","RESTTOKEN","bob","b"],["ACL","RESTTOKEN","bob","x"],["GET","b:1"]])",
        bearing("T")
    ));
    ASSERT_EQ(piped.size(), 5u) << piped;
    EXPECT_EQ(piped[0]["result"], "one");
    EXPECT_EQ(piped[3]["error"], R"(ERR Wrong password or user "bob" does not exist)");
    EXPECT_EQ(piped[4]["result"], "hidden");
    EXPECT_THAT(ask(piped[2]["result"].get<std::string>(), R"(["ACL","WHOAMI"])"), Results(R"("bob")"));
    const auto encoded = rest_->request("POST", "/", of_ann, bearing("T", as_resp2));
    EXPECT_TRUE(encoded.body.starts_with("$")) << encoded.body;
}

TEST_F(UpstashUsers, AreGivenNoneWithoutTheirPassword)
{
    EXPECT_THAT(ask("T", R"(["ACL","RESTTOKEN","ann","wrong"])"), Refuses(400, wrong));
    EXPECT_THAT(ask("T", R"(["ACL","RESTTOKEN","ann",""])"), Refuses(400, wrong));
    EXPECT_THAT(
        ask("T", R"(["ACL","RESTTOKEN","","secret"])"), Refuses(400, R"(ERR Wrong password or user "" does not exist)")
    );
    for (const auto* command :
         {R"(["ACL","RESTTOKEN"])", R"(["ACL","RESTTOKEN","ann"])", R"(["ACL","RESTTOKEN","ann","secret","x"])"})
        EXPECT_THAT(ask("T", command), Refuses(400, usage)) << command;
    EXPECT_THAT(ask("T", R"(["ACL","WHOAMI"])"), Results(R"("default")")) << "what is shared has not changed";
}

TEST_F(UpstashUsers, AreGivenNoneInATransaction)
{
    const auto answer = rest_->request("POST", "/multi-exec", "[" + std::string(of_ann) + "]", bearing("T"));
    EXPECT_THAT(answer, HasStatus(400));
    EXPECT_NE(answer.body.find("cannot be in a transaction"), std::string::npos) << answer.body;
}

TEST_F(UpstashUsers, CannotAskForAnother)
{
    redis_.cli({"acl", "setuser", "chief", "on", ">c", "+@all", "~*", "&*"});
    const auto chief = token("T", R"(["ACL","RESTTOKEN","chief","c"])");
    EXPECT_EQ(json_of(ask(chief, of_ann))["error"].get<std::string>().substr(0, 6), "NOPERM");
}

TEST_F(UpstashUsers, AreWhoTheyAreInTransactions)
{
    redis_.cli({"acl", "setuser", "eve", "on", ">e", "~*", "+get", "+incr", "+multi", "+exec"});
    const auto eve = token("T", R"(["ACL","RESTTOKEN","eve","e"])");
    EXPECT_THAT(
        rest_->request("POST", "/multi-exec", R"([["INCR","n"],["GET","a:1"]])", bearing(eve)),
        AnswersJson(200, R"([{"result":1},{"result":"one"}])")
    );
    for (const std::string only : {"multi", "exec", "get"}) {
        redis_.cli({"acl", "setuser", only, "on", ">x", "~*", "+incr", "+" + only});
        const auto half = token("T", R"(["ACL","RESTTOKEN",")" + only + R"(","x"])");
        for (int again = 0; again < 2; ++again) {
            const auto refused = rest_->request("POST", "/multi-exec", R"([["INCR","m"],["INCR","m"]])", bearing(half));
            EXPECT_THAT(refused, HasStatus(400)) << only;
            EXPECT_NE(refused.body.find("NOPERM"), std::string::npos) << refused.body;
        }
        EXPECT_THAT(ask(half, R"(["INCR","other"])"), HasStatus(200)) << "the connection has not stayed in MULTI";
    }
    EXPECT_EQ(redis_.cli({"get", "m"}), "") << "nothing was run";
}

TEST_F(UpstashUsers, BlockAndListenAsThemselves)
{
    redis_.cli({"acl", "setuser", "ann", "+subscribe", "+blpop", "+lpush"});
    const auto ann = token();
    redis_.cli({"lpush", "a:list", "x"});
    EXPECT_THAT(ask(ann, R"(["BLPOP","a:list",1])"), Results(R"(["a:list","x"])"));
    EXPECT_THAT(ask(ann, R"(["BLPOP","b:list",1])"), HasStatus(400));
    event_stream stream(rest_->address(), "/subscribe/a:news", bearing(ann));
    EXPECT_EQ(stream.next_data(), "data: subscribe,a:news,1");
    redis_.cli({"publish", "a:news", "hello"});
    EXPECT_EQ(stream.next_data(), "data: message,a:news,hello");
    event_stream other(rest_->address(), "/subscribe/b:news", bearing(ann));
    EXPECT_EQ(other.head().status, 400) << other.head().body;
}

TEST_F(UpstashUsers, AreTurnedAwayWhenTheyAreDeleted)
{
    const auto ann = token();
    event_stream stream(rest_->address(), "/subscribe/a:news", bearing(ann));
    EXPECT_EQ(stream.next_data(), "data: subscribe,a:news,1");
    EXPECT_THAT(ask(ann, R"(["GET","a:1"])"), Results(R"("one")"));
    redis_.cli({"acl", "deluser", "ann"});
    EXPECT_TRUE(await([&] { return ask(ann, R"(["GET","a:1"])").status == 401; }));
    EXPECT_THAT(ask(ann, R"(["GET","a:1"])"), Refuses(401, unauthorized));
    EXPECT_THAT(rest_->request("GET", "/keys/a:1", {}, bearing(ann)), Fails(401, "unauthorized"));
    EXPECT_THAT(rest_->request("POST", "/pipeline", R"([["GET","a:1"]])", bearing(ann)), Refuses(401, unauthorized));
    EXPECT_EQ(stream.await_end(), event_stream::end::clean);
    event_stream late(rest_->address(), "/subscribe/a:news", bearing(ann));
    EXPECT_EQ(late.head().status, 401);
    redis_.cli({"acl", "setuser", "ann", "on", ">secret", "~a:*", "+get"});
    EXPECT_TRUE(await([&] { return ask(ann, R"(["GET","a:1"])").status == 200; })) << "she is back";
    EXPECT_TRUE(rest_->await_ready()) << "none of it was the gateway's trouble";
}

TEST_F(UpstashUsers, NeedTheirPresentPasswordForNewConnections)
{
    const auto ann = token();
    EXPECT_THAT(ask(ann, R"(["GET","a:1"])"), Results(R"("one")"));
    redis_.cli({"acl", "setuser", "ann", "resetpass", ">another"});
    EXPECT_THAT(ask("T", of_ann), Refuses(400, wrong));
    EXPECT_THAT(ask(ann, R"(["GET","a:1"])"), Results(R"("one")")) << "as with Redis, what is connected stays";
    EXPECT_THAT(ask(ann, R"(["BLPOP","a:list",1])"), Refuses(401, unauthorized));
    redis_.cli({"client", "kill", "user", "ann"});
    EXPECT_TRUE(await([&] { return ask(ann, R"(["GET","a:1"])").status == 401; }));
}

TEST_F(UpstashUsers, DoNotMakeTheGatewayTryTheirLoginAgainAndAgain)
{
    const auto ann = token();
    redis_.cli({"acl", "deluser", "ann"});
    redis_.cli({"acl", "log", "reset"});
    const auto before = rest_->process().output().size();
    int asked = 0;
    for (; asked < 200; ++asked)
        EXPECT_EQ(ask(ann, R"(["GET","a:1"])").status, 401);
    const std::string log = redis_.cli({"acl", "log"});
    const std::string before_count = "count\n";
    const auto at = log.find(before_count);
    ASSERT_NE(at, std::string::npos) << log;
    EXPECT_LT(std::stoi(log.substr(at + before_count.size())), asked / 4);
    EXPECT_EQ(rest_->process().output().find("backend", before), std::string::npos) << rest_->process().output();
}

// ---- tokens ----------------------------------------------------------------------------------------------------------

TEST_F(UpstashUsers, KeepTheirTokensWhenTheGatewayIsStartedAgain)
{
    const auto ann = token();
    rest_ = start();
    EXPECT_THAT(ask(ann, R"(["GET","a:1"])"), Results(R"("one")"));
    rest_ = start({"--token", "another"});
    EXPECT_THAT(ask(ann, R"(["GET","a:1"])"), Refuses(401, unauthorized));
}

TEST_F(UpstashUsers, HaveTokensOfOneSecret)
{
    const configuration first(R"({"access":{"token":"T","sealing_secret":"0123456789abcdef0123456789abcdef"}})");
    const configuration second(R"({"access":{"token":"T","sealing_secret":"0123456789abcdef0123456789abcdeF"}})");
    rest_ = start({"--config", first.path()});
    const auto ann = token();
    EXPECT_THAT(ask(ann, R"(["GET","a:1"])"), Results(R"("one")"));
    rest_ = start({"--config", second.path()});
    EXPECT_THAT(ask(ann, R"(["GET","a:1"])"), Refuses(401, unauthorized));
}

TEST_F(UpstashUsers, AreKnownWhereNobodyElseIs)
{
    rest_ = start({});
    const auto answer = json_of(rest_->request("POST", "/", of_ann));
    ASSERT_TRUE(answer.contains("result")) << answer;
    const auto ann = answer["result"].get<std::string>();
    EXPECT_THAT(ask(ann, R"(["ACL","WHOAMI"])"), Results(R"("ann")"));
    EXPECT_THAT(rest_->request("POST", "/", R"(["ACL","WHOAMI"])"), Results(R"("default")"));
    EXPECT_THAT(ask(ann + "A", R"(["ACL","WHOAMI"])"), Refuses(401, unauthorized)) << "not let in as anybody";
}

TEST_F(UpstashUsers, AreAskedForByThoseWhoMayMakeThem)
{
    configuration file(
        R"({"principals":{"web":{"rules":"+@all ~* &*"},"admin":{"rules":"+@all +@dangerous ~* &*","rates":{"requests":"6/h"}}},"tokens":[)"
        + token_entry("W", "web") + "," + token_entry("A", "admin") + "]}"
    );
    rest_ = start({"--access", file.path(), "--token", "T"});
    EXPECT_EQ(json_of(ask("W", of_ann))["error"].get<std::string>().substr(0, 6), "NOPERM");
    EXPECT_EQ(
        json_of(ask("W", R"(["ACL","RESTTOKEN","default","x"])"))["error"].get<std::string>().substr(0, 6), "NOPERM"
    );
    const auto ann = token("A");
    EXPECT_THAT(ask(ann, R"(["GET","a:1"])"), Results(R"("one")"));
    int more = 0;
    while (more < 10 && ask(ann, R"(["GET","a:1"])").status == 200)
        ++more;
    EXPECT_EQ(more, 4) << "what she sends counts for the one who asked for her token";
    EXPECT_THAT(ask("A", R"(["PING"])"), HasStatus(429));
    file.write(R"({"principals":{"web":{"rules":"+@all ~* &*"}},"tokens":[)" + token_entry("W", "web") + "]}");
    rest_->process().signal(SIGHUP);
    EXPECT_TRUE(await([&] { return ask(ann, R"(["GET","a:1"])").status == 401; })) << "who had asked for it is gone";
}

TEST_F(UpstashUsers, AreNotAskedForByAUserOfRedisWhoMayNotMakeThem)
{
    redis_.cli({"acl", "setuser", "limited", "on", ">l", "+@all", "-@admin", "~*", "&*"});
    const auto url = "unix://limited:l@" + redis_.socket();
    rest_ = std::make_unique<gateway>(std::vector<std::string>{"--redis", url, "--token", "T", "--threads", "1"});
    ASSERT_TRUE(rest_->await_ready());
    EXPECT_EQ(
        json_of(ask("T", R"(["ACL","RESTTOKEN","default","x"])"))["error"].get<std::string>().substr(0, 6), "NOPERM"
    ) << "else a user without a password would be open to everybody";
}

}   // namespace
}   // namespace rediserve::test
