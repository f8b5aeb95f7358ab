#include "access/glob.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace rediserve::access {
namespace {

struct sample
{
    std::string_view pattern;
    std::string_view text;
    bool matches;
};

class Glob : public testing::TestWithParam<sample>
{};

TEST_P(Glob, MatchesAsRedisDoes)
{
    const auto& [pattern, text, matches] = GetParam();
    EXPECT_EQ(matches_glob(pattern, text), matches) << '"' << pattern << "\" and \"" << text << '"';
}

INSTANTIATE_TEST_SUITE_P(
    Plain, Glob,
    testing::Values(
        sample{"user:1", "user:1", true}, sample{"user:1", "user:2", false}, sample{"user:1", "User:1", false},
        sample{"user", "user:1", false}, sample{"user:1", "user", false}, sample{"", "", true}, sample{"", "a", false},
        sample{"a", "", false}, sample{std::string_view("a\0b", 3), std::string_view("a\0b", 3), true},
        sample{std::string_view("a\0b", 3), std::string_view("a\0c", 3), false}
    )
);

INSTANTIATE_TEST_SUITE_P(
    Stars, Glob,
    testing::Values(
        sample{"*", "anything", true}, sample{"*", "", false}, sample{"**", "", false}, sample{"user:*", "user:", true},
        sample{"user:*", "user:1:2", true}, sample{"user:*", "user", false}, sample{"*:name", "user:1:name", true},
        sample{"*:name", "user:1:names", false}, sample{"u*r*1", "user:user:1", true}, sample{"*a*b", "aXbXb", true},
        sample{"*a*b", "bXa", false}, sample{"a**b", "ab", true}, sample{"a***", "a", true}, sample{"*?", "", false},
        sample{"*?", "x", true}, sample{"*??", "x", false}, sample{"a*b?", "abab", false}, sample{"a*b?", "ababc", true}
    )
);

INSTANTIATE_TEST_SUITE_P(
    OneByte, Glob,
    testing::Values(
        sample{"?", "x", true}, sample{"?", "xy", false}, sample{"a?c", "abc", true}, sample{"\\?", "?", true},
        sample{"\\?", "x", false}, sample{"\\*", "*", true}, sample{"\\*", "x", false}, sample{"a\\", "a\\", true},
        sample{"\\[a]", "[a]", true}
    )
);

INSTANTIATE_TEST_SUITE_P(
    Classes, Glob,
    testing::Values(
        sample{"[abc]", "b", true}, sample{"[abc]", "d", false}, sample{"[^abc]", "d", true},
        sample{"[^abc]", "b", false}, sample{"[a-c]", "b", true}, sample{"[c-a]", "b", true},
        sample{"[a-c]", "d", false}, sample{"[a-]", "-", false}, sample{"[a-]", "_", true}, sample{"[-a]", "-", true},
        sample{"[\\]]", "]", true}, sample{"[\\]]", "\\", false}, sample{"[]", "]", false}, sample{"[]x", "x", false},
        sample{"[^]", "x", true}, sample{"[^", "x", true}, sample{"[", "[", false}, sample{"[ab", "b", true},
        sample{"[ab", "bc", false}, sample{"[a\\", "\\", true}, sample{"[]-a]", "]", false},
        sample{"x[0-9]*", "x7yz", true}, sample{"x[0-9]*", "xyz", false}, sample{"[\x80-\xFF]", "\x90", true},
        sample{"[a-\xFF]", "b", false}, sample{"[a-\xFF]", "Z", true}
    )
);

TEST(GlobTime, IsBoundedWhateverThePattern)
{
    const std::string text(20'000, 'a');
    std::string pattern;
    for (int i = 0; i < 100; ++i)
        pattern += "*a";
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(matches_glob(pattern + "*b", text));
    EXPECT_TRUE(matches_glob(pattern + "*", text));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10)) << "some tries, not 2^100";
}

}   // namespace
}   // namespace rediserve::access
