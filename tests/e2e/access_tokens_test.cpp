// The access file: principals, their servers, their tokens.
#include "e2e/rest_test.hpp"
#include "rediserve/base/bytes.hpp"
#include "support/access_file.hpp"
#include "support/sanitizer.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace rediserve::test {
namespace {

// In RFC 4648's alphabet, as `curl -u` sends it.
std::string base64(std::string_view bytes)
{
    buffer to;
    append_base64(to, bytes);
    return std::string(to.view());
}

class AccessTokens : public testing::Test
{
protected:
    void SetUp() override
    {
        first_.cli({"set", "k", "of the first"});
        other_.cli({"set", "k", "of the other"});
        write(token_entry("token-of-web", "web") + "," + token_entry("token-of-ops", "ops"));
    }

    // Two principals with a server each, and these tokens. Replaced at once, so that no reload sees half of it.
    void write(const std::string& tokens) const
    {
        write_document(
            R"({"backends":{"first":")" + first_.url() + R"(","other":")" + other_.url()
            + R"("},"principals":{"web":{"backend":"first","rules":"+@all +@dangerous ~* &*"},)"
            + R"("ops":{"backend":"other","rules":"+@all +@dangerous ~* &*"}},"tokens":[)" + tokens + "]}"
        );
    }

    void write_document(const std::string& content) const
    {
        std::ofstream(file_ + ".new") << content;
        std::filesystem::rename(file_ + ".new", file_);
    }

    static http_response ask(const gateway& rest, const std::string& authorization)
    {
        return rest.request(
            "GET", "/keys/k", {}, {{"Authorization", authorization}, {"Accept", "application/octet-stream"}}
        );
    }

    static bool comes_in(const gateway& rest, const std::string& token)
    {
        return ask(rest, "Bearer " + token).status == 200;
    }

    static std::size_t count(const std::string& of, std::string_view in)
    {
        std::size_t found = 0;
        for (auto at = in.find(of); at != std::string_view::npos; at = in.find(of, at + 1))
            ++found;
        return found;
    }

    redis_server first_{{.tcp = true, .arguments = {}}};
    redis_server other_{{.tcp = true, .arguments = {}}};
    temporary_folder folder_;
    std::string file_ = (folder_.path() / "access.json").string();
};

TEST_F(AccessTokens, StandForAPrincipalAndItsServer)
{
    gateway rest({"--access", file_});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(ask(rest, "Bearer token-of-web"), Answers(200, "of the first"));
    EXPECT_THAT(ask(rest, "Bearer token-of-ops"), Answers(200, "of the other"));
    EXPECT_THAT(ask(rest, "Bearer token-of-nobody"), Fails(401, "unauthorized"));
    EXPECT_THAT(rest.request("GET", "/keys/k"), Fails(401, "unauthorized"));
    EXPECT_THAT(ask(rest, "Bearer " + hex_digest("token-of-web")), Fails(401, "unauthorized"))
        << "the file is no token";
}

TEST_F(AccessTokens, ArePasswordsToo)
{
    gateway rest({"--access", file_});
    ASSERT_TRUE(rest.await_ready());
    for (const auto* pair : {"web:token-of-web", ":token-of-web"})
        EXPECT_THAT(ask(rest, "Basic " + base64(pair)), Answers(200, "of the first")) << pair;
    for (const auto* pair : {"ops:token-of-web", "web:wrong", "web:", ":", "token-of-web"})
        EXPECT_THAT(ask(rest, "Basic " + base64(pair)), Fails(401, "unauthorized")) << pair;
    const auto command =
        rest.request("POST", "/", R"(["GET","k"])", {{"Authorization", "Basic " + base64("ops:token-of-ops")}});
    EXPECT_THAT(command, AnswersJson(200, R"({"result":"of the other"})")) << "the command API takes them as well";
}

TEST_F(AccessTokens, Expire)
{
    write(
        token_entry("old", "web", R"(,"expires":"2020-01-01T00:00:00Z")") + ","
        + token_entry("young", "web", R"(,"expires":"2199-01-01T00:00:00Z")")
    );
    gateway rest({"--access", file_});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_TRUE(comes_in(rest, "young"));
    const auto refused = ask(rest, "Bearer old");
    EXPECT_THAT(refused, Fails(401, "unauthorized"));
    EXPECT_THAT(refused.body, testing::HasSubstr("has expired"));
}

TEST_F(AccessTokens, ComeAndGoAtAReload)
{
    gateway rest({"--access", file_});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_TRUE(comes_in(rest, "token-of-web"));
    write(token_entry("another", "web"));
    rest.process().signal(SIGHUP);
    EXPECT_TRUE(await([&] { return comes_in(rest, "another"); }));
    EXPECT_TRUE(await([&] { return !comes_in(rest, "token-of-web"); })) << "on every thread";
}

TEST_F(AccessTokens, StayAsTheyAreWhenTheFileIsBad)
{
    gateway rest({"--access", file_});
    ASSERT_TRUE(rest.await_ready());
    for (const auto* bad : {"{", R"({"tokens":[{"sha256":"x","principal":"web"}]})", R"({"principal":{}})"}) {
        const auto logged = rest.process().output().size();
        write_document(bad);
        rest.process().signal(SIGHUP);
        EXPECT_TRUE(await([&] {
            const auto log = rest.process().output();
            return log.find("refused", logged) != std::string::npos && log.find(file_, logged) != std::string::npos;
        })) << rest.process().output();
        EXPECT_TRUE(comes_in(rest, "token-of-web")) << bad;
    }
}

TEST_F(AccessTokens, AreManyWithoutAPrice)
{
    std::string all = token_entry("token-of-web", "web");
    for (int number = 0; number < 10'000; ++number)
        all += "," + token_entry("token-" + std::to_string(number), number % 2 ? "web" : "ops");
    write(all);
    gateway rest({"--access", file_});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(ask(rest, "Bearer token-9999"), Answers(200, "of the first"));
    EXPECT_THAT(ask(rest, "Bearer token-5000"), Answers(200, "of the other"));
    EXPECT_FALSE(comes_in(rest, "token-10000"));
}

TEST_F(AccessTokens, AreReloadedUnderLoadWithoutALoss)
{
    constexpr std::size_t reloads = under_sanitizer ? 200 : 1000;
    gateway rest({"--access", file_});
    ASSERT_TRUE(rest.await_ready());
    std::atomic<bool> stopping{false};
    std::atomic<long> good{0};
    std::atomic<long> bad{0};
    std::vector<std::thread> clients;
    for (int number = 0; number < 3; ++number)
        clients.emplace_back([&] {
            try {
                auto connection = rest.connect();
                while (!stopping)
                    ++(connection.request("GET", "/keys/k", {}, {{"Authorization", "Bearer token-of-web"}}).status
                               == 200
                           ? good
                           : bad);
            } catch (const std::exception&) {
                ++bad;
            }
        });
    // A signal that comes while one waits is the same one, so each is waited for.
    std::size_t done = 0;
    for (; done < reloads && bad == 0; ++done) {
        rest.process().signal(SIGHUP);
        const auto wanted = done + 1;
        if (!await([&] { return count("reloaded", rest.process().output()) >= wanted; }))
            break;
    }
    stopping = true;
    for (auto& one : clients)
        one.join();
    EXPECT_EQ(done, reloads);
    EXPECT_EQ(bad, 0);
    EXPECT_GT(good, 100);
}

// ---- the commands ----

TEST_F(AccessTokens, AreMadeByACommand)
{
    const auto made = run({"token", "new", "--principal", "web", "--name", "a test"});
    ASSERT_EQ(made.code, 0) << made.output;
    std::istringstream lines(made.output);
    std::string token;
    std::string as_entry;
    while (std::getline(lines, token) && !token.starts_with("rds_"))   // standard error comes first
        ;
    std::getline(lines, as_entry);
    EXPECT_EQ(token.size(), 4u + 43u);
    write(as_entry);
    gateway rest({"--access", file_});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_TRUE(comes_in(rest, token));
}

TEST_F(AccessTokens, AreExplainedByACommand)
{
    write_document(
        R"({"backends":{"first":")" + first_.url()
        + R"("},"principals":{"web":{"backend":"first","rules":"+@read ~public:*"}},"tokens":[)"
        + token_entry("token-of-web", "web") + "]}"
    );
    const auto check = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"check", "--access", file_});
        return run(words);
    };
    const auto allowed = check({"--token", "token-of-web", "GET", "public:1"});
    EXPECT_EQ(allowed.code, 0) << allowed.output;
    EXPECT_THAT(allowed.output, testing::HasSubstr("principal: web"));
    EXPECT_THAT(allowed.output, testing::HasSubstr("verdict:   allowed"));
    const auto key = check({"--principal", "web", "GET", "private:1"});
    EXPECT_EQ(key.code, 1) << key.output;
    EXPECT_THAT(key.output, testing::HasSubstr("private:1"));
    EXPECT_EQ(check({"--principal", "web", "SET", "public:1", "v"}).code, 1);
    const auto unknown = check({"--principal", "nobody-here", "GET", "public:1"});
    EXPECT_EQ(unknown.code, 1);
    EXPECT_THAT(unknown.output, testing::EndsWith("there is no principal of that name\n"));
    const auto nowhere = run({"check", "--principal", "web", "GET", "public:1"});
    EXPECT_EQ(nowhere.code, 1);
    EXPECT_THAT(nowhere.output, testing::HasSubstr("no access file was given: name one with --access FILE"));
    EXPECT_EQ(check({"--token", "wrong", "GET", "public:1"}).code, 1);
    EXPECT_EQ(check({"GET", "public:1"}).code, 2);
    EXPECT_EQ(run({"check", "--access", "/nowhere", "--principal", "web", "PING"}).code, 78);
}

TEST_F(AccessTokens, GuardAListenerThatOthersCanReach)
{
    EXPECT_EQ(run({"--check-config", "--listen", "0.0.0.0:3000", "--access", file_}).code, 0);
}

}   // namespace
}   // namespace rediserve::test
