// A Redis that is there and says no: full memory, wrong password, read-only, another database.
#include "e2e/rest_test.hpp"

namespace rediserve::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(FaultRefused, FullMemoryIsUnavailableForWritesOnly)
{
    redis_server redis({.tcp = false, .arguments = {"--maxmemory", "2mb", "--maxmemory-policy", "noeviction"}});
    redis.cli({"set", "k", "v"});
    redis.cli({"eval", "redis.call('set', 'big', string.rep('x', 3000000))", "0"});
    gateway rest({"--redis", redis.url()});
    ASSERT_TRUE(rest.await_ready());
    auto answer = rest.request("PUT", "/keys/another", std::string(1000, 'x'));
    EXPECT_THAT(answer, Fails(503, "redis_unavailable"));
    EXPECT_FALSE(answer.header("retry-after").empty());
    EXPECT_THAT(rest.request("GET", "/keys/k?raw"), Answers(200, "v"));
}

TEST(FaultRefused, AReplicaTakesNoWrites)
{
    redis_server redis;
    redis.cli({"set", "k", "v"});
    redis.cli({"replicaof", "127.0.0.1", std::to_string(free_port())});
    gateway rest({"--redis", redis.url()});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(rest.request("PUT", "/keys/k", "w"), Fails(503, "redis_unavailable"));
    EXPECT_THAT(rest.request("GET", "/keys/k?raw"), Answers(200, "v"));
}

TEST(FaultRefused, AWrongPasswordIsSaidByTheReadinessProbe)
{
    redis_server redis({.tcp = true, .arguments = {"--requirepass", "right-word"}});
    auto url = "redis://:wrong-word@127.0.0.1:" + std::to_string(redis.port());
    gateway rest({"--redis", url});
    ASSERT_TRUE(rest.await_ready(false));
    EXPECT_THAT(rest.request("GET", "/keys/k"), Fails(503, "redis_unavailable"));
    EXPECT_TRUE(await([&] { return rest.request("GET", "/readyz").body.find("WRONGPASS") != std::string::npos; }))
        << rest.request("GET", "/readyz").body;
    EXPECT_THAT(rest.request("GET", "/readyz").body, Not(HasSubstr("wrong-word")));
    EXPECT_THAT(rest.process().output(), Not(HasSubstr("wrong-word")));
}

TEST(FaultRefused, AMissingPasswordIsSaidByTheReadinessProbe)
{
    redis_server redis({.tcp = true, .arguments = {"--requirepass", "right-word"}});
    gateway rest({"--redis", redis.url()});
    ASSERT_TRUE(rest.await_ready(false));
    EXPECT_TRUE(await([&] { return rest.request("GET", "/readyz").body.find("NOAUTH") != std::string::npos; }))
        << rest.request("GET", "/readyz").body;
}

TEST(FaultRefused, TheRightPasswordUserAndDatabaseAreUsed)
{
    redis_server redis({.tcp = true, .arguments = {"--requirepass", "right-word"}});
    redis.cli({"-a", "right-word", "--no-auth-warning", "acl", "setuser", "app", "on", ">app%word", "~*", "+@all"});
    auto host = "127.0.0.1:" + std::to_string(redis.port());
    for (const auto& login : {std::string(":right-word@"), std::string("app:app%25word@")}) {
        gateway rest({"--redis", "redis://" + login + host + "/3"});
        ASSERT_TRUE(rest.await_ready()) << rest.process().output();
        EXPECT_LT(rest.request("PUT", "/keys/k", "v").status, 300);
        EXPECT_EQ(redis.cli({"-a", "right-word", "--no-auth-warning", "-n", "3", "get", "k"}), "v");
        auto clients = redis.cli({"-a", "right-word", "--no-auth-warning", "client", "list"});
        EXPECT_THAT(clients, HasSubstr("name=rediserve"));
    }
}

TEST(FaultRefused, TooManyClientsAreUnavailable)
{
    redis_server redis({.tcp = true, .arguments = {}});
    redis.cli({"config", "set", "maxclients", "1"});
    auto taken = http_connection("127.0.0.1:" + std::to_string(redis.port()));
    taken.send("PING\r\n");
    gateway rest({"--redis", redis.url()});
    ASSERT_TRUE(rest.await_ready(false));
    EXPECT_THAT(rest.request("PUT", "/keys/k", "v"), Fails(503, "redis_unavailable"));
}

}   // namespace
}   // namespace rediserve::test
