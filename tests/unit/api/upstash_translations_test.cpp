#include "api/upstash/translations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::api::upstash {
namespace {

using testing::ElementsAre;
using strings = std::vector<std::string>;

const std::string flagged = "#!lua flags=allow-key-locking\nreturn 1";
const std::string flagged_digest = "e7d3065bbe862e0ef8706b37e94e4260d9d3bbc3";

class UpstashTranslations : public testing::Test
{
protected:
    strings translated(const strings& command)
    {
        list.clear();
        list.begin_command();
        for (const std::string& word : command)
            list.word(list.keep(word));
        list.end_command();
        done = translate(list, 0, scripts);
        const auto words = list.words(0);
        return {words.begin(), words.end()};
    }

    command_list list;
    changed_scripts scripts;
    translation done;
};

TEST_F(UpstashTranslations, LeaveOtherCommandsAlone)
{
    for (const strings& command : std::vector<strings>{
             {"SET", "k", flagged},
             {"EVAL"},
             {"EVAL", "return 1", "0"},
             {"EVALSHA", flagged_digest, "0"},
             {"SCRIPT"},
             {"SCRIPT", "LOAD"},
             {"SCRIPT", "LOAD", "return 1"},
             {"SCAN"},
             {"SCAN", "WITHTYPE"},
             {"SCAN", "0", "MATCH", "WITHTYPE"},
             {"COPY", "a"},
             {""}}) {
        EXPECT_EQ(translated(command), command);
        EXPECT_EQ(done.after, aftermath::none);
    }
}

TEST_F(UpstashTranslations, TakeTheForeignFlagFromAScript)
{
    EXPECT_THAT(translated({"eval", flagged, "0"}), ElementsAre("eval", "\nreturn 1", "0"));
    EXPECT_THAT(
        translated({"EVAL_RO", "#!lua flags=no-writes, allow-key-locking\nreturn 1", "0"}),
        ElementsAre("EVAL_RO", "#!lua flags=no-writes\nreturn 1", "0")
    );
    EXPECT_THAT(
        translated({"EVAL", "#!lua flags=no-writes\nreturn 1", "0"}),
        ElementsAre("EVAL", "#!lua flags=no-writes\nreturn 1", "0")
    );
}

TEST_F(UpstashTranslations, FindAChangedScriptByTheDigestThatClientsKnow)
{
    translated({"SCRIPT", "LOAD", flagged});
    EXPECT_EQ(done.after, aftermath::original_digest);
    EXPECT_EQ(done.text, flagged_digest);
    const auto digest = scripts.find(flagged_digest);
    ASSERT_TRUE(digest);
    EXPECT_NE(*digest, flagged_digest);
    EXPECT_THAT(translated({"EVALSHA", flagged_digest, "0"}), ElementsAre("EVALSHA", *digest, "0"));
    EXPECT_THAT(
        translated({"script", "exists", "x", "E7D3065BBE862E0EF8706B37E94E4260D9D3BBC3"}),
        ElementsAre("script", "exists", "x", *digest)
    );
}

TEST_F(UpstashTranslations, AskForTheTypesOfAPage)
{
    EXPECT_THAT(
        translated({"scan", "0", "MATCH", "withtype", "WithType", "COUNT", "5"}),
        ElementsAre("scan", "0", "MATCH", "withtype", "COUNT", "5")
    );
    EXPECT_EQ(done.after, aftermath::types_of_page);
}

TEST_F(UpstashTranslations, KnowACopyOntoItself)
{
    translated({"copy", "k", "k"});
    EXPECT_EQ(done.after, aftermath::same_key_is_zero);
    translated({"COPY", "k", "K"});
    EXPECT_EQ(done.after, aftermath::none);
}

std::string digest_number(std::size_t number)
{
    std::string digits = std::to_string(number);
    return std::string(40 - digits.size(), '0') + digits;
}

TEST(UpstashChangedScripts, ForgetTheOldest)
{
    constexpr std::size_t most = 4096;
    changed_scripts scripts;
    for (std::size_t i = 0; i <= most; ++i) {
        scripts.add(digest_number(i), "d");
        scripts.add(digest_number(i), "d");   // known, hence no second place
    }
    EXPECT_FALSE(scripts.find(digest_number(0)));
    EXPECT_TRUE(scripts.find(digest_number(1)));
    EXPECT_TRUE(scripts.find(digest_number(most)));
}

TEST(UpstashChangedScripts, AreSharedByThreads)
{
    changed_scripts scripts;
    std::atomic<int> wrong{0};
    const auto work = [&](std::size_t first) {
        for (std::size_t i = first; i < first + 3000; ++i) {
            scripts.add(digest_number(i), digest_number(i));
            if (const auto found = scripts.find(digest_number(first)); found && *found != digest_number(first))
                ++wrong;
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 4; ++i)
        threads.emplace_back(work, i * 2000);
    for (std::thread& each : threads)
        each.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(scripts.find("short"), std::nullopt);
}

TEST(UpstashExactTrim, MakesAboutExactlyUnlessALimitIsMeant)
{
    const auto trimmed = [](const strings& command) {
        std::vector<std::string_view> words(command.begin(), command.end());
        trim_exactly(words);
        return strings(words.begin(), words.end());
    };
    EXPECT_THAT(trimmed({"XTRIM", "k", "MAXLEN", "~", "5"}), ElementsAre("XTRIM", "k", "MAXLEN", "=", "5"));
    EXPECT_THAT(trimmed({"xtrim", "k", "minid", "~", "5-0"}), ElementsAre("xtrim", "k", "minid", "=", "5-0"));
    EXPECT_THAT(
        trimmed({"XADD", "k", "NOMKSTREAM", "maxlen", "~", "5", "*", "f", "~"}),
        ElementsAre("XADD", "k", "NOMKSTREAM", "maxlen", "=", "5", "*", "f", "~")
    );
    for (const strings& same : std::vector<strings>{
             {"XTRIM"},
             {"XTRIM", "k"},
             {"XTRIM", "k", "MAXLEN"},
             {"XTRIM", "k", "MAXLEN", "5"},
             {"XTRIM", "k", "MAXLEN", "=", "5"},
             {"XTRIM", "k", "MAXLEN", "~", "5", "LIMIT", "10"},
             {"XTRIM", "k", "LIMIT", "10", "MAXLEN", "~", "5"},
             {"XADD", "k", "*", "MAXLEN", "~"},
             {"XADD", "k", "1-1", "MAXLEN", "~", "5", "v"},
             {"XADD", "MAXLEN", "~", "5"},
             {"SET", "MAXLEN", "~", "5"},
         })
        EXPECT_EQ(trimmed(same), same) << same.front();
}

}   // namespace
}   // namespace rediserve::api::upstash
