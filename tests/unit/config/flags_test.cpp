#include "config/flags.hpp"

#include "config_test.hpp"

#include <algorithm>

namespace rediserve::config {
namespace {

TEST(Flags, SayWhatToDo)
{
    EXPECT_EQ(load_with({})->todo, action::run);
    EXPECT_EQ(load_with({"--check-config"})->todo, action::check);
    EXPECT_EQ(load_with({"--print-config"})->todo, action::print);
    EXPECT_EQ(load_with({"--version"})->todo, action::version);
    EXPECT_EQ(load_with({"--help"})->todo, action::help);
}

TEST(Flags, HelpAndVersionWorkWhateverElseIsWrong)
{
    EXPECT_EQ(load_with({"--lissten", "--help"}, {{"REDISERVE_THREADS", "many"}})->todo, action::help);
    EXPECT_EQ(load_with({"--version", "--config", "/nonexistent"})->todo, action::version);
}

TEST(Flags, TakeTheirValueAfterASpaceOrAnEqualsSign)
{
    EXPECT_EQ(settings_of({"--threads", "3"}).threads, 3u);
    EXPECT_EQ(settings_of({"--threads=3"}).threads, 3u);
    EXPECT_EQ(settings_of({"--token=-dash"}).access.token, "-dash");
    EXPECT_TRUE(settings_of({"--embedded"}).embedded.enabled);
    EXPECT_EQ(settings_of({"--token", "[a,b]"}).access.token, "[a,b]");
}

TEST(Flags, ListenAsOftenAsAsked)
{
    const auto all =
        settings_of({"--listen", "127.0.0.1:1", "--listen=[::1]:2", "--listen", "unix:/run/r.sock"}).http.listen;
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[1].host, "::1");
    EXPECT_EQ(all[2].path, "/run/r.sock");
}

TEST(Flags, AreRefusedWithCodeTwo)
{
    const std::vector<std::vector<std::string>> cases{
        {"--lissten", "127.0.0.1:0"},
        {"--threads", "many"},
        {"--threads"},
        {"--listen"},
        {"--listen", "nonsense:port"},
        {"--redis", "gopher://x"},
        {"stray"},
        {"--threads", "1", "--threads", "2"},
        {"-x"},
        {"--token", "two words"},
        {"--redis", "redis://a", "--embedded"},
        {"--data", "/data"},
        {"--embedded=perhaps"},
        {"--listen", "127.0.0.1:1", "more"},
    };
    for (const auto& arguments : cases)
        EXPECT_EQ(refusal_of(arguments).exit_code, 2) << testing::PrintToString(arguments);
}

TEST(Flags, AreSuggested)
{
    EXPECT_EQ(refusal_of({"--lissten", "127.0.0.1:0"}).text, "flag --lissten is unknown; did you mean --listen?");
    EXPECT_EQ(refusal_of({"--check_config"}).text, "flag --check_config is unknown; did you mean --check-config?");
    EXPECT_EQ(refusal_of({"--frobnicate"}).text, "flag --frobnicate is unknown; see --help");
}

TEST(Flags, SayWhatTheyLack)
{
    EXPECT_EQ(refusal_of({"--threads"}).text, "flag --threads needs a value");
    EXPECT_EQ(refusal_of({"--threads", "1", "--threads", "2"}).text, "flag --threads is given twice");
}

TEST(Flags, DoNotRepeatASecretInAnUnknownOne)
{
    EXPECT_THAT(refusal_of({"--tokken=hunter2"}).text, Not(HasSubstr("hunter2")));
    EXPECT_THAT(refusal_of({"--tokken", "hunter2"}).text, Not(HasSubstr("hunter2")));
}

TEST(Flags, AreAllReportedTogetherWithTheRest)
{
    const auto refused = refusal_of({"--threads", "many", "--lissten"}, {{"REDISERVE_LOG_LEVEL", "loud"}});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_EQ(std::count(refused.text.begin(), refused.text.end(), '\n'), 2) << refused.text;
}

}   // namespace
}   // namespace rediserve::config
