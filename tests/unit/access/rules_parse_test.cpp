#include "rediserve/access/rules.hpp"

#include <gtest/gtest.h>

namespace rediserve::access {
namespace {

class Understood : public testing::TestWithParam<std::string_view>
{};

TEST_P(Understood, IsKeptAsItWas)
{
    const auto made = rules::parse(GetParam());
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->text(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Understood,
    testing::Values(
        "", "  ", "+@all ~* &*", "allcommands allkeys allchannels", "NoCommands ResetKeys RESETCHANNELS",
        "+@READ -@Write", "+get -set +config|get -config|set +select|0 +ft.search", "~ & ~a\\*b",
        "%R~a %W~b %RW~c %wr~d", "~* ~*", "&* &*", "~* resetkeys ~a", "&* resetchannels &a", "()", "( )", "(+get ~a)",
        "( +get ~a )", "(+get\t~a) (+set ~b)", "clearselectors", "(+get) clearselectors",
        "+@json +@search +@timeseries +@bloom +@cuckoo +@cms +@tdigest +@topk", "+get\n+set\t~a\r\n"
    )
);

class NotUnderstood : public testing::TestWithParam<std::string_view>
{};

TEST_P(NotUnderstood, IsRefused)
{
    const auto made = rules::parse(GetParam());
    ASSERT_FALSE(made) << GetParam();
    EXPECT_EQ(made.error().code, errc::bad_configuration);
    EXPECT_FALSE(made.error().detail.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Rules, NotUnderstood,
    testing::Values(
        "get", "+", "-", "+|get", "+config|", "-config|", "+a|b|c", "+@", "+@nosuch", "-@nosuch", "+@read|get", "+g@t",
        "+caf\xC3\xA9", "%", "%~a", "%R", "%R*", "%X~a", "%RR~a", "%RWR~a", "~* ~a", "~* %R~a", "allkeys ~a", "&* &a",
        "allchannels &a", "(", ")", "(+get", "+get)", "((+get))", "(+get (+set))", "(clearselectors)", "(nosuch)",
        "(~* ~a)", "on", "off", "ON", "nopass", "resetpass", "reset", ">secret", "<secret", "#0123", "!0123",
        "sanitize-payload", "skip-sanitize-payload", "(on)", "allkeys:", "*", "@read", std::string_view("+get\0", 5)
    )
);

TEST(RulesParse, SaysWhichWordIsWrong)
{
    EXPECT_NE(rules::parse("+get +@nosuch ~a").error().detail.find("+@nosuch"), std::string::npos);
}

TEST(RulesParse, RepeatsNoPasswords)
{
    for (const auto* text : {"+get >opensesame", "<opensesame", "(+get >opensesame)"})
        EXPECT_EQ(rules::parse(text).error().detail.find("opensesame"), std::string::npos) << text;
}

TEST(RulesParse, KeepsItsTextWhenItIsCopiedAndMoved)
{
    auto first = rules::parse("+get ~a");
    ASSERT_TRUE(first);
    const rules copy = *first;
    const rules moved = std::move(*first);
    EXPECT_EQ(copy.text(), "+get ~a");
    EXPECT_EQ(moved.text(), "+get ~a");
}

}   // namespace
}   // namespace rediserve::access
