// Tokens with servers of their own, as serverless-redis-http writes them.
#include "config_test.hpp"

namespace rediserve::config {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr auto two_servers = R"({
    "first-token": {"srh_id": "first", "connection_string": "redis://:secret@one:6379", "max_connections": 3},
    "other-token": {"srh_id": "other", "connection_string": "redis://two:6379"},
    "third-token": {"srh_id": "third", "connection_string": "redis://:secret@one:6379"}
})";

class TokenFile : public testing::Test
{
protected:
    settings read(std::map<std::string, std::string> given = {}) const
    {
        return settings_of({"--srh-tokens", file.path()}, std::move(given));
    }

    static std::string problem_with(std::string_view content)
    {
        const temporary_file bad(content);
        const auto refused = refusal_of({"--srh-tokens", bad.path()});
        EXPECT_EQ(refused.exit_code, 78);
        EXPECT_THAT(refused.text, testing::StartsWith(bad.path() + ":")) << "the file is not named";
        return refused.text;
    }

    static const access::principal& owner(const settings& of, std::string_view token)
    {
        const auto is = [&](const access::grant& one) { return one.token == token; };
        return std::ranges::find_if(of.access.more, is)->who;
    }

    static bool owns(const settings& of, std::string_view token, std::string_view name, std::size_t backend)
    {
        const access::principal& found = owner(of, token);
        return found.name == name && found.backend == backend;
    }

    temporary_file file{two_servers};
};

TEST_F(TokenFile, GivesEachTokenItsServer)
{
    const auto merged = read();
    EXPECT_EQ(merged.redis.address.host, "one");
    EXPECT_EQ(merged.redis.shared_connections, 3u);
    ASSERT_THAT(merged.more_redis, SizeIs(1)) << "the same server twice";
    EXPECT_EQ(merged.more_redis.front().address.host, "two");
    EXPECT_TRUE(owns(merged, "first-token", "first", 0));
    EXPECT_TRUE(owns(merged, "other-token", "other", 1));
    EXPECT_TRUE(owns(merged, "third-token", "third", 0));
}

TEST_F(TokenFile, LeavesTheOtherTokenItsServer)
{
    for (const auto* name : {"REDISERVE_TOKEN", "REDISERVE_ACCESS_READ_ONLY_TOKEN", "REDISERVE_REDIS"}) {
        const auto merged = read({{name, name == std::string("REDISERVE_REDIS") ? "redis://mine" : "word"}});
        EXPECT_THAT(merged.more_redis, SizeIs(2)) << name;
        EXPECT_EQ(owner(merged, "first-token").backend, 1u) << name;
    }
}

TEST_F(TokenFile, NeverMistakesTheEmbeddedServerForAnother)
{
    const temporary_file local(R"({"word":{"srh_id":"one","connection_string":"redis://127.0.0.1:6379"}})");
    const auto merged = settings_of({"--embedded", "--srh-tokens", local.path()});
    EXPECT_EQ(owner(merged, "word").backend, 1u);
}

TEST_F(TokenFile, IsReadInServerlessRedisHttpsFileMode)
{
    const auto merged = settings_of(
        {},
        {
            {"SRH_MODE", "file"},
            {"REDISERVE_SRH_TOKENS", file.path()},
            {"SRH_TOKEN", "left-over"},
            {"SRH_CONNECTION_STRING", "redis://left-over"},
        }
    );
    EXPECT_EQ(merged.access.token, "");
    EXPECT_EQ(merged.redis.address.host, "one");
    EXPECT_THAT(merged.access.more, SizeIs(3));
}

TEST_F(TokenFile, CountsAsAGuard)
{
    EXPECT_EQ(settings_of({"--listen", ":3000", "--srh-tokens", file.path()}).http.listen.size(), 1u);
}

TEST_F(TokenFile, IsRefusedWithWhatIsWrong)
{
    EXPECT_THAT(problem_with("{"), HasSubstr("is not JSON"));
    EXPECT_THAT(problem_with("{}"), HasSubstr("a member for each token"));
    EXPECT_THAT(problem_with("[]"), HasSubstr("a member for each token"));
    EXPECT_THAT(problem_with(R"({"t":1})"), HasSubstr("entry 1: must be an object"));
    EXPECT_THAT(problem_with(R"({"t":{"connection_string":"redis://a"}})"), HasSubstr("srh_id is missing"));
    EXPECT_THAT(problem_with(R"({"t":{"srh_id":"a"}})"), HasSubstr("(srh_id \"a\"): connection_string is missing"));
    EXPECT_THAT(
        problem_with(R"({"t":{"srh_id":"a","connection_string":"http://a"}})"),
        HasSubstr("connection_string is not the URL of a server")
    );
    EXPECT_THAT(
        problem_with(R"({"t":{"srh_id":"a","connection_string":"redis://a","max_connections":0}})"),
        HasSubstr("max_connections must be a whole number")
    );
    EXPECT_THAT(
        problem_with(R"({"two words":{"srh_id":"a","connection_string":"redis://a"}})"),
        HasSubstr("its token must be one word")
    );
}

TEST_F(TokenFile, NeverRepeatsATokenOrPassword)
{
    for (const auto* bad : {
             R"({"hush":{"srh_id":"a","connection_string":"redis://:hush@a:x"}})",
             R"({"hush":{},"hush":{}})",
             R"({"hush hush":{"srh_id":"a","connection_string":"http://:hush@a"}})",
             R"({"hush" "hush"})",
         })
        EXPECT_THAT(problem_with(bad), Not(HasSubstr("hush"))) << bad;
}

TEST_F(TokenFile, MustNotGiveATokenTwoMeanings)
{
    const auto refused = refusal_of({"--srh-tokens", file.path()}, {{"REDISERVE_TOKEN", "first-token"}});
    EXPECT_THAT(refused.text, HasSubstr("must differ"));
}

}   // namespace
}   // namespace rediserve::config
