// The command line: what the flags print, and with which code the program ends.
#include "e2e/rest_test.hpp"

namespace rediserve::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(OperationsFlags, PrintTheVersion)
{
    auto result = run({"--version"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.output, HasSubstr(REDISERVE_VERSION));
}

TEST(OperationsFlags, PrintTheHelp)
{
    auto result = run({"--help"});
    EXPECT_EQ(result.code, 0);
    for (const auto* flag : {
             "--config",
             "--listen",
             "--redis",
             "--embedded",
             "--token",
             "--threads",
             "--check-config",
             "--print-config",
             "--version",
             "--help",
             "--data",
             "--insecure-no-auth",
         })
        EXPECT_THAT(result.output, HasSubstr(flag));
}

TEST(OperationsFlags, RefuseWhatTheyDoNotKnow)
{
    auto unknown = run({"--lissten", "127.0.0.1:0"});
    EXPECT_EQ(unknown.code, 2);
    EXPECT_THAT(unknown.output, HasSubstr("lissten"));
    EXPECT_EQ(run({"--threads", "many"}).code, 2);
    EXPECT_EQ(run({"--listen"}).code, 2);
    EXPECT_EQ(run({"--listen", "nonsense:port"}).code, 2);
    EXPECT_EQ(run({"--redis", "gopher://x"}).code, 2);
    EXPECT_EQ(run({"stray"}).code, 2);
}

TEST(OperationsFlags, CheckAConfiguration)
{
    configuration good(R"({ // comments are welcome
        "http": {"limits": {"body": 1000}}})");
    EXPECT_EQ(run({"--check-config", "--config", good.path()}).code, 0);

    configuration misspelt(R"({"http":{"limits":{"boddy":1000}}})");
    auto refused = run({"--check-config", "--config", misspelt.path()});
    EXPECT_EQ(refused.code, 78);
    EXPECT_THAT(refused.output, HasSubstr(misspelt.path()));
    EXPECT_THAT(refused.output, HasSubstr("boddy"));
    EXPECT_THAT(refused.output, HasSubstr("http.limits.body"));

    configuration wrong_type(R"({"http":{"limits":{"body":{}}}})");
    EXPECT_EQ(run({"--check-config", "--config", wrong_type.path()}).code, 78);
    configuration broken(R"({"http":)");
    EXPECT_EQ(run({"--check-config", "--config", broken.path()}).code, 78);
    auto missing = run({"--check-config", "--config", good.path() + ".missing"});
    EXPECT_TRUE(missing.code == 78 || missing.code == 2) << missing.code;
    EXPECT_EQ(run({"--check-config"}, {{"REDISERVE_THREADS", "many"}}).code, 78);
}

TEST(OperationsFlags, PrintTheConfigurationWithoutItsSecrets)
{
    configuration file(R"({"http":{"limits":{"body":12345}}})");
    auto result =
        run({"--print-config", "--config", file.path(), "--redis", "redis://user:pass-word@127.0.0.1:6379/3",
             "--threads", "3"},
            {{"REDISERVE_TOKEN", "token-word"}});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.output, Not(HasSubstr("pass-word")));
    EXPECT_THAT(result.output, Not(HasSubstr("token-word")));
    EXPECT_THAT(result.output, HasSubstr("12345"));
    EXPECT_THAT(result.output, HasSubstr("REDISERVE_TOKEN"));
    EXPECT_THAT(result.output, HasSubstr("--threads"));
    EXPECT_THAT(result.output, HasSubstr(file.path()));
    EXPECT_THAT(result.output, HasSubstr("default"));
}

TEST(OperationsFlags, SayThatAPortIsTaken)
{
    redis_server redis;
    gateway first({"--redis", redis.url()});
    auto second = run({"--listen", first.address(), "--redis", redis.url()});
    EXPECT_EQ(second.code, 69);
    EXPECT_THAT(second.output, HasSubstr(first.address()));
}

TEST(OperationsFlags, YieldToNoOtherSource)
{
    configuration file(R"({"threads":4})");
    auto by_file = run({"--print-config", "--config", file.path()}).output;
    auto by_environment = run({"--print-config", "--config", file.path()}, {{"REDISERVE_THREADS", "3"}}).output;
    auto by_flag =
        run({"--print-config", "--config", file.path(), "--threads", "2"}, {{"REDISERVE_THREADS", "3"}}).output;
    EXPECT_THAT(by_file, testing::ContainsRegex("threads\"? *[:=] *4"));
    EXPECT_THAT(by_environment, testing::ContainsRegex("threads\"? *[:=] *3"));
    EXPECT_THAT(by_flag, testing::ContainsRegex("threads\"? *[:=] *2"));
}

}   // namespace
}   // namespace rediserve::test
