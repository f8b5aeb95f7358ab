// The one token, and what it guards.
#include "e2e/rest_test.hpp"

#include <fstream>

namespace rediserve::test {
namespace {

constexpr auto token = "a-secret-of-32-characters-or-so";

header_list bearing(const std::string& credentials)
{
    return {{"Authorization", credentials}};
}

class OperationsAccess : public testing::Test
{
protected:
    redis_server redis_;

    // Whether this gateway wants the token and takes it.
    static void expect_guarded(const gateway& rest)
    {
        EXPECT_THAT(rest.request("GET", "/keys/k"), Fails(401, "unauthorized"));
        EXPECT_THAT(
            rest.request("GET", "/keys/k", {}, bearing(std::string("Bearer ") + token)), Fails(404, "not_found")
        );
    }
};

TEST_F(OperationsAccess, GuardsEverythingButTheProbes)
{
    gateway rest({"--redis", redis_.url(), "--token", token});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(rest.request("GET", "/livez"), HasStatus(200));
    EXPECT_THAT(rest.request("GET", "/readyz"), HasStatus(200));
    for (const auto* target : {"/keys/k", "/keys", "/version", "/metrics", "/openapi.json", "/keys/../livez"})
        EXPECT_THAT(rest.request("GET", target), Fails(401, "unauthorized")) << target;
    for (const auto* target : {"/keys/k", "/metrics", "/nowhere", "/", "/livezz", "/get/k", "/pipeline"}) {
        auto answer = rest.request("GET", target);
        EXPECT_THAT(answer, HasStatus(401)) << target;
        EXPECT_THAT(answer.header("www-authenticate"), testing::StartsWith("Bearer")) << target;
    }
    EXPECT_THAT(rest.request("PUT", "/keys/k", "v"), Fails(401, "unauthorized"));
    EXPECT_EQ(redis_.cli({"exists", "k"}), "0");
}

TEST_F(OperationsAccess, TakesTheTokenAndNoOther)
{
    gateway rest({"--redis", redis_.url(), "--token", token});
    ASSERT_TRUE(rest.await_ready());
    for (const auto& credentials : {std::string("Bearer ") + token, std::string("bearer ") + token})
        EXPECT_THAT(rest.request("GET", "/keys/k", {}, bearing(credentials)), Fails(404, "not_found")) << credentials;
    for (const auto& credentials : {
             std::string("Bearer wrong"),
             std::string("Bearer"),
             std::string("Bearer "),
             std::string("Basic ") + token,
             std::string(token),
             std::string("Bearer ") + token + "x",
             std::string("Bearer x") + token,
         })
        EXPECT_THAT(rest.request("GET", "/keys/k", {}, bearing(credentials)), Fails(401, "unauthorized"))
            << credentials;
    for (const auto* target : {"/version", "/metrics", "/openapi.json"})
        EXPECT_THAT(rest.request("GET", target, {}, bearing(std::string("Bearer ") + token)), HasStatus(200)) << target;
}

TEST_F(OperationsAccess, RefusesBeforeItAsksForTheBody)
{
    gateway rest({"--redis", redis_.url(), "--token", token});
    auto connection = rest.connect();
    connection.send("PUT /keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(connection.read(), Fails(401, "unauthorized"));
}

TEST_F(OperationsAccess, ReadsTheTokenFromTheEnvironment)
{
    for (const auto* name : {"TOKEN", "REDISERVE_TOKEN"}) {
        gateway rest({"--redis", redis_.url()}, {{name, token}});
        ASSERT_TRUE(rest.await_ready());
        expect_guarded(rest);
    }
}

TEST_F(OperationsAccess, ReadsTheTokenFromAFile)
{
    temporary_folder folder;
    auto path = (folder.path() / "token").string();
    std::ofstream(path) << token << "\n";
    gateway rest({"--redis", redis_.url()}, {{"REDISERVE_TOKEN_FILE", path}});
    ASSERT_TRUE(rest.await_ready());
    expect_guarded(rest);
}

TEST_F(OperationsAccess, LetsEverybodyInOnLoopbackWithoutAToken)
{
    gateway rest({"--redis", redis_.url()});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(rest.request("GET", "/keys/k"), Fails(404, "not_found"));
    EXPECT_THAT(rest.request("GET", "/keys/k", {}, bearing("Bearer anything")), Fails(404, "not_found"));
}

// --check-config decides like a start does, and opens nothing.
TEST_F(OperationsAccess, ListensBeyondLoopbackOnlyWithATokenOrPlainWords)
{
    for (const auto* address : {"0.0.0.0:3000", "[::]:3000", "*:3000", "192.0.2.1:3000"}) {
        auto refused = run({"--check-config", "--listen", address});
        EXPECT_EQ(refused.code, 78) << address;
        EXPECT_THAT(refused.output, testing::HasSubstr("--insecure-no-auth")) << address;
        EXPECT_EQ(run({"--check-config", "--listen", address, "--token", token}).code, 0) << address;
        EXPECT_EQ(run({"--check-config", "--listen", address, "--insecure-no-auth"}).code, 0) << address;
    }
    EXPECT_EQ(run({"--listen", "0.0.0.0:0", "--redis", redis_.url()}).code, 78);
}

}   // namespace
}   // namespace rediserve::test
