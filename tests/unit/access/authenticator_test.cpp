#include "rediserve/access/authenticator.hpp"

#include <gtest/gtest.h>

namespace rediserve::access {
namespace {

params with_token(const char* token)
{
    params settings;
    settings.token = token;
    return settings;
}

class Authenticator : public testing::Test
{
protected:
    bool lets_in(std::string_view authorization) const
    {
        return guarded_.authenticate(bearer_token(authorization)).has_value();
    }

    authenticator guarded_{with_token("opensesame")};
};

TEST_F(Authenticator, LetsTheTokenIn)
{
    const auto who = guarded_.authenticate("opensesame");
    ASSERT_TRUE(who);
    EXPECT_EQ((*who)->name, "token");
    EXPECT_EQ((*who)->backend, 0u);
    EXPECT_FALSE((*who)->read_only);
    EXPECT_FALSE(guarded_.open());
}

TEST_F(Authenticator, ReadsTheSchemeInAnyCase)
{
    for (const auto* header : {"bearer opensesame", "BEARER opensesame", "bEaReR opensesame"})
        EXPECT_TRUE(lets_in(header)) << header;
}

TEST_F(Authenticator, ToleratesMoreSpacesThanNeeded)
{
    for (const auto* header : {"Bearer   opensesame", "Bearer opensesame  ", " Bearer opensesame\t"})
        EXPECT_TRUE(lets_in(header)) << header;
}

TEST_F(Authenticator, RefusesEverythingElse)
{
    for (const auto* header : {
             "",
             "Bearer",
             "Bearer ",
             "opensesame",
             "Bearer opensesam",
             "Bearer opensesamee",
             "Bearer OPENSESAME",
             "Bearer open sesame",
             "Beareropensesame",
             "Basic opensesame",
             "Bearer\topensesame",
             "Bearer opensesame, x",
         }) {
        const auto who = guarded_.authenticate(bearer_token(header));
        ASSERT_FALSE(who) << header;
        EXPECT_EQ(who.error().code, errc::unauthorized) << header;
    }
}

TEST_F(Authenticator, NeverRepeatsWhatItWasShown)
{
    EXPECT_EQ(guarded_.authenticate("almost-secret").error().detail.find("almost-secret"), std::string::npos);
}

TEST_F(Authenticator, ComparesAnyBytes)
{
    const authenticator odd(with_token("\xFF\x01 \xC3\xA9"));
    EXPECT_TRUE(odd.authenticate("\xFF\x01 \xC3\xA9"));
    EXPECT_FALSE(odd.authenticate(std::string_view("\xFF\x00", 2)));
}

TEST(ManyTokens, EachStandForSomebody)
{
    params settings = with_token("all");
    settings.read_only_token = "reading";
    settings.more = {
        {"one", {.name = "first", .backend = 1, .read_only = false}},
        {"two", {.name = "second", .backend = 2, .read_only = false}},
    };
    const authenticator guarded(settings);
    EXPECT_EQ(**guarded.authenticate("all"), (principal{.name = "token"}));
    EXPECT_EQ(**guarded.authenticate("reading"), (principal{.name = "read_only_token", .read_only = true}));
    EXPECT_EQ(**guarded.authenticate("one"), (principal{.name = "first", .backend = 1}));
    EXPECT_EQ(**guarded.authenticate("two"), (principal{.name = "second", .backend = 2}));
    EXPECT_FALSE(guarded.authenticate("three"));
    EXPECT_FALSE(guarded.authenticate(""));
}

TEST(ManyTokens, GuardWithoutTheFirstOne)
{
    params settings;
    settings.read_only_token = "reading";
    EXPECT_FALSE(authenticator(settings).open());
    EXPECT_FALSE(authenticator(settings).authenticate(""));
}

TEST(Principals, OutliveTheTokensTheyCameWith)
{
    const principal* before = nullptr;
    {
        const authenticator soon_gone(with_token("word"));
        before = *soon_gone.authenticate("word");
    }
    EXPECT_EQ(before->name, "token");
    EXPECT_EQ(*authenticator(with_token("another")).authenticate("another"), before) << "the same one, not a copy";
}

TEST(OpenAuthenticator, LetsEverybodyIn)
{
    const authenticator open(params{});
    EXPECT_TRUE(open.open());
    for (const auto* header : {"", "Bearer anything", "nonsense"}) {
        const auto who = open.authenticate(bearer_token(header));
        ASSERT_TRUE(who) << header;
        EXPECT_EQ(*who, &anonymous());
    }
}

}   // namespace
}   // namespace rediserve::access
