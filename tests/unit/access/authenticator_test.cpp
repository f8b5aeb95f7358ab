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
    bool lets_in(std::string_view authorization) const { return guarded_.authenticate(authorization).has_value(); }

    authenticator guarded_{with_token("opensesame")};
};

TEST_F(Authenticator, LetsTheTokenIn)
{
    const auto who = guarded_.authenticate("Bearer opensesame");
    ASSERT_TRUE(who);
    EXPECT_EQ(*who, "token");
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
        const auto who = guarded_.authenticate(header);
        ASSERT_FALSE(who) << header;
        EXPECT_EQ(who.error().code, errc::unauthorized) << header;
    }
}

TEST_F(Authenticator, NeverRepeatsWhatItWasShown)
{
    EXPECT_EQ(guarded_.authenticate("Bearer almost-secret").error().detail.find("almost-secret"), std::string::npos);
}

TEST_F(Authenticator, ComparesAnyBytes)
{
    const authenticator odd(with_token("\xFF\x01 \xC3\xA9"));
    EXPECT_TRUE(odd.authenticate("Bearer \xFF\x01 \xC3\xA9"));
    EXPECT_FALSE(odd.authenticate(std::string_view("Bearer \xFF\x00", 9)));
}

TEST(OpenAuthenticator, LetsEverybodyIn)
{
    const authenticator open(params{});
    EXPECT_TRUE(open.open());
    for (const auto* header : {"", "Bearer anything", "nonsense"}) {
        const auto who = open.authenticate(header);
        ASSERT_TRUE(who) << header;
        EXPECT_EQ(*who, "anonymous");
    }
}

}   // namespace
}   // namespace rediserve::access
