#include "config_test.hpp"

namespace rediserve::config {
namespace {

std::vector<http::endpoint> listening(
    std::map<std::string, std::string> given, const std::vector<std::string>& arguments = {}
)
{
    given.emplace("REDISERVE_INSECURE_NO_AUTH", "true");
    return settings_of(arguments, std::move(given)).http.listen;
}

http::endpoint tcp(std::string host, std::uint16_t port)
{
    return {std::move(host), port, {}};
}

using endpoints = std::vector<http::endpoint>;

TEST(Environment, TakesAnEmptyVariableForUnset)
{
    EXPECT_EQ(settings_of({}, {{"REDISERVE_THREADS", ""}, {"TOKEN", ""}}).threads, 0u);
}

TEST(Environment, PrefersOurNamesToThoseOfRelatives)
{
    const auto merged = settings_of(
        {},
        {
            {"SRH_TOKEN", "third"},
            {"TOKEN", "second"},
            {"REDISERVE_ACCESS_TOKEN", "first"},
            {"SRH_CONNECTION_STRING", "redis://b"},
            {"REDIS_URL", "redis://a"},
        }
    );
    EXPECT_EQ(merged.access.token, "first");
    EXPECT_EQ(merged.redis.address.host, "a");
    EXPECT_EQ(settings_of({}, {{"SRH_TOKEN", "third"}, {"TOKEN", "second"}}).access.token, "second");
}

TEST(Environment, RunsAServerlessRedisHttpSetUpAsItIs)
{
    const auto merged = settings_of(
        {},
        {
            {"SRH_MODE", "env"},
            {"SRH_TOKEN", "word"},
            {"SRH_CONNECTION_STRING", "redis://redis:6379"},
            {"SRH_MAX_CONNECTIONS", "3"},
            {"SRH_PORT", "8079"},
        }
    );
    EXPECT_EQ(merged.access.token, "word");
    EXPECT_EQ(merged.redis.address.host, "redis");
    EXPECT_EQ(merged.redis.shared_connections, 3u);
    EXPECT_EQ(merged.http.listen, endpoints{tcp("127.0.0.1", 8079)});
}

TEST(Environment, KnowsServerlessRedisHttpsModes)
{
    const auto refused = refusal_of({}, {{"SRH_MODE", "both"}});
    EXPECT_EQ(refused.exit_code, 78);
    EXPECT_THAT(refused.text, HasSubstr("environment SRH_MODE: must be env or file"));
    EXPECT_THAT(refusal_of({}, {{"SRH_MODE", "file"}}).text, HasSubstr("/app/srh-config/tokens.json"));
}

TEST(Environment, SeparatesEndpointsByCommas)
{
    EXPECT_EQ(
        listening({{"REDISERVE_LISTEN", "127.0.0.1:1,[::1]:2"}}), (endpoints{tcp("127.0.0.1", 1), tcp("::1", 2)})
    );
}

TEST(EnvironmentPort, KeepsTheAddress)
{
    for (const auto* name : {"PORT", "SERVER_PORT", "SRH_PORT"})
        EXPECT_EQ(listening({{name, "8080"}}), endpoints{tcp("127.0.0.1", 8080)}) << name;
    EXPECT_EQ(listening({{"PORT", "8080"}, {"REDISERVE_LISTEN", ":3000"}}), endpoints{tcp("*", 8080)});
    temporary_file file(R"({"http":{"listen":["unix:/run/r.sock","[::1]:1"]}})");
    EXPECT_EQ(
        listening({{"PORT", "8080"}}, {"--config", file.path()}),
        (endpoints{{"127.0.0.1", 3000, "/run/r.sock"}, tcp("::1", 8080)})
    );
}

TEST(Environment, SaysWhereToListenWhenNothingElseDoes)
{
    const std::pair<const std::string, std::string> image{"REDISERVE_DEFAULT_LISTEN", "*:3000"};
    EXPECT_EQ(listening({image}), endpoints{tcp("*", 3000)});
    EXPECT_EQ(listening({image, {"PORT", "8080"}}), endpoints{tcp("*", 8080)});
    EXPECT_EQ(listening({image, {"REDISERVE_LISTEN", "127.0.0.1:4"}}), endpoints{tcp("127.0.0.1", 4)});
    EXPECT_EQ(listening({image}, {"--listen", "127.0.0.1:5"}), endpoints{tcp("127.0.0.1", 5)});
    const temporary_file file(R"({"http": {"listen": "127.0.0.1:6"}})");
    EXPECT_EQ(listening({image}, {"--config", file.path()}), endpoints{tcp("127.0.0.1", 6)});
    EXPECT_THAT(
        refusal_of({}, {{"REDISERVE_DEFAULT_LISTEN", "nowhere"}}).text,
        HasSubstr("environment REDISERVE_DEFAULT_LISTEN:")
    );
}

TEST(Environment, ListensWhereServerlessRedisHttpDoes)
{
    const std::pair<const std::string, std::string> image{"REDISERVE_DEFAULT_LISTEN", "*:3000"};
    for (const auto* name : {"SRH_TOKEN", "SRH_CONNECTION_STRING"})
        EXPECT_EQ(listening({image, {name, "redis://r"}}), endpoints{tcp("*", 80)}) << name;
    EXPECT_EQ(listening({image, {"SRH_TOKEN", "t"}, {"SRH_PORT", "8079"}}), endpoints{tcp("*", 8079)});
    EXPECT_EQ(listening({image, {"SRH_TOKEN", "t"}, {"REDISERVE_LISTEN", ":3000"}}), endpoints{tcp("*", 3000)});
    EXPECT_EQ(listening({{"SRH_TOKEN", "t"}}), endpoints{http::endpoint{}}) << "outside an image";
}

TEST(EnvironmentPort, YieldsToTheFlag)
{
    EXPECT_EQ(listening({{"PORT", "tcp://10.0.0.1:80"}}, {"--listen", "127.0.0.1:5"}), endpoints{tcp("127.0.0.1", 5)});
}

TEST(EnvironmentPort, MustBeAPort)
{
    for (const auto* text : {"tcp://10.0.0.1:80", "80a", "65536", "127.0.0.1:80", "unix:/x"})
        EXPECT_THAT(refusal_of({}, {{"PORT", text}}).text, HasSubstr("environment PORT: must be a port")) << text;
}

TEST(EnvironmentSecret, MustBeLongWhereItBecomesAKey)
{
    const auto refused = refusal_of({}, {{"REDISERVE_ACCESS_SEALING_SECRET", "hunter2"}}).text;
    EXPECT_THAT(refused, HasSubstr("must be at least 32 bytes long"));
    EXPECT_THAT(refused, testing::Not(HasSubstr("hunter2")));
}

TEST(EnvironmentSecret, IsReadFromAFileWithoutItsLastNewline)
{
    for (const auto* content : {"hunter2", "hunter2\n", "hunter2\r\n"}) {
        temporary_file file(content);
        for (const auto* name : {"REDISERVE_TOKEN_FILE", "REDISERVE_ACCESS_TOKEN_FILE", "TOKEN_FILE", "SRH_TOKEN_FILE"})
            EXPECT_EQ(settings_of({}, {{name, file.path()}}).access.token, "hunter2") << name;
    }
    temporary_file url("redis://:pass@example.org\n");
    EXPECT_EQ(settings_of({}, {{"REDIS_URL_FILE", url.path()}}).redis.address.password, "pass");
    temporary_file password("pass word\n");
    EXPECT_EQ(
        settings_of({}, {{"REDISERVE_REDIS_PASSWORD_FILE", password.path()}}).redis.address.password, "pass word"
    );
}

TEST(EnvironmentSecret, InABadFileIsRefusedAndNotShown)
{
    EXPECT_THAT(
        refusal_of({}, {{"TOKEN_FILE", "/nonexistent/token"}}).text, HasSubstr("/nonexistent/token: No such file")
    );
    EXPECT_THAT(refusal_of({}, {{"TOKEN_FILE", "/"}}).text, HasSubstr("it is a folder"));
    temporary_file empty("\n");
    EXPECT_THAT(refusal_of({}, {{"TOKEN_FILE", empty.path()}}).text, HasSubstr("is empty"));
    temporary_file two_lines("hunter2\nhunter2\n");
    EXPECT_THAT(refusal_of({}, {{"TOKEN_FILE", two_lines.path()}}).text, Not(HasSubstr("hunter2")));
    temporary_file large(std::string((std::size_t{1} << 20) + 1, 'x'));
    EXPECT_THAT(refusal_of({}, {{"TOKEN_FILE", large.path()}}).text, HasSubstr("larger than 1 MiB"));
}

TEST(EnvironmentSecret, HasOnlyOneSource)
{
    temporary_file file("hunter2");
    EXPECT_THAT(
        refusal_of({}, {{"TOKEN", "x"}, {"TOKEN_FILE", file.path()}}).text,
        HasSubstr("TOKEN_FILE is set too; set one of them")
    );
}

TEST(EnvironmentSecret, IsNotLookedForWhereTheFlagIsGiven)
{
    EXPECT_EQ(settings_of({"--token", "word"}, {{"TOKEN_FILE", "/nonexistent"}}).access.token, "word");
}

TEST(Environment, KnowsNoFileTwinOfWhatIsNoSecret)
{
    EXPECT_EQ(settings_of({}, {{"REDISERVE_THREADS_FILE", "/nonexistent"}}).threads, 0u);
}

}   // namespace
}   // namespace rediserve::config
