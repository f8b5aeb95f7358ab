#include "config_test.hpp"

namespace rediserve::config {
namespace {

TEST(Load, GivesDefaultsToWhomSaysNothing)
{
    const auto merged = settings_of({});
    EXPECT_EQ(merged.http.listen, std::vector<http::endpoint>{http::endpoint{}});
    EXPECT_EQ(merged.redis.address.host, "127.0.0.1");
    EXPECT_EQ(merged.redis.address.port, 6379);
    EXPECT_FALSE(merged.embedded.enabled);
}

TEST(Load, PrefersFlagToEnvironmentToFileToDefault)
{
    temporary_file file(R"({"threads":4})");
    const std::vector<std::string> with_file{"--config", file.path()};
    EXPECT_EQ(settings_of({}).threads, 0u);
    EXPECT_EQ(settings_of(with_file).threads, 4u);
    EXPECT_EQ(settings_of(with_file, {{"REDISERVE_THREADS", "3"}}).threads, 3u);
    EXPECT_EQ(settings_of({"--config", file.path(), "--threads", "2"}, {{"REDISERVE_THREADS", "3"}}).threads, 2u);
}

TEST(Load, ReplacesAListAsAWhole)
{
    temporary_file file(R"({"http":{"listen":["127.0.0.1:1","127.0.0.1:2"]}})");
    EXPECT_EQ(settings_of({"--config", file.path(), "--listen", "127.0.0.1:3"}).http.listen.size(), 1u);
}

TEST(Load, ReadsTheFileThatFlagOrEnvironmentNames)
{
    temporary_file file(R"({"threads":4})");
    const auto loaded = load_with({}, {{"REDISERVE_CONFIG", file.path()}});
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->file, file.path());
    EXPECT_EQ(loaded->values.threads, 4u);
    temporary_file other(R"({"threads":5})");
    EXPECT_EQ(settings_of({"--config", other.path()}, {{"REDISERVE_CONFIG", file.path()}}).threads, 5u);
    EXPECT_EQ(load_with({})->file, "");
}

TEST(Load, RefusesAFileThatItCannotRead)
{
    const auto refused = refusal_of({"--config", "/nonexistent/file.json"});
    EXPECT_EQ(refused.exit_code, 78);
    EXPECT_EQ(refused.text, "cannot read the configuration file /nonexistent/file.json: No such file or directory");
    EXPECT_THAT(refusal_of({"--config", "/"}).text, HasSubstr("it is a folder"));
}

// What is wrong in a file is wrong even where something stronger hides it for today.
TEST(Load, ChecksTheFileWhole)
{
    temporary_file file(R"({"threads":"many"})");
    EXPECT_EQ(refusal_of({"--config", file.path(), "--threads", "2"}).exit_code, 78);
}

TEST(NeedsRestart, NamesWhatAReloadCannotChange)
{
    const settings before;
    settings after = before;
    after.access.token = "word";
    after.http.limits.body = 5;
    EXPECT_TRUE(needs_restart(before, after).empty());
    after.threads = 3;
    after.http.listen.front().port = 1;
    after.redis.address.password = "secret";
    after.redis.shared_connections = 7;
    EXPECT_THAT(needs_restart(before, after), testing::UnorderedElementsAre("threads", "http.listen"));
}

// Where it listens needs a restart to change, the token does not.
TEST(Objection, IsToTakingTheTokenAwayWhereOthersCanConnect)
{
    const auto before = settings_of({"--listen", ":3000", "--token", "word"});
    EXPECT_THAT(objection(before, settings_of({"--listen", "127.0.0.1:3000"})), HasSubstr("needs a token"));
    EXPECT_EQ(objection(before, settings_of({"--listen", ":3000", "--token", "another"})), "");
    EXPECT_EQ(objection(before, settings_of({"--listen", ":3000", "--insecure-no-auth"})), "");
    EXPECT_EQ(objection(settings_of({"--token", "word"}), settings_of({})), "");
}

}   // namespace
}   // namespace rediserve::config
