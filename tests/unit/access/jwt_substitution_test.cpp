#include "rediserve/access/jwt.hpp"

#include <gtest/gtest.h>

namespace rediserve::access {
namespace {

jwt_claims with_sub(std::string value)
{
    jwt_claims claims;
    claims.values["sub"] = std::move(value);
    claims.values["app.tenant"] = "t-1";
    return claims;
}

std::string put(std::string_view text, std::string sub)
{
    const auto made = with_claims(text, with_sub(std::move(sub)));
    return made ? *made : "! " + made.error().detail;
}

bool forbids(std::string_view text, std::string sub)
{
    const auto made = with_claims(text, with_sub(std::move(sub)));
    return !made && made.error().code == errc::forbidden;
}

TEST(WithClaims, PutsClaimsIn)
{
    EXPECT_EQ(put("+@read ~u:${sub}:* &n:${sub}", "ann"), "+@read ~u:ann:* &n:ann");
    EXPECT_EQ(put("%R~${app.tenant}:${sub}", "auth0|5"), "%R~t-1:auth0|5");
    EXPECT_EQ(put("", "x"), "");
    EXPECT_EQ(put("~a$b {c}", "x"), "~a$b {c}");
}

TEST(WithClaims, TakesWhatIsSpecialInPatternsForItself)
{
    EXPECT_EQ(put("~u:${sub}:*", "*"), "~u:\\*:*");
    EXPECT_EQ(put("&${sub}", "a?[b]\\"), "&a\\?\\[b]\\\\");
    EXPECT_EQ(put("(%RW~${sub}:* +get)", "*"), "(%RW~\\*:* +get)");
}

TEST(WithClaims, DoesNotReadWhatItHasPutIn)
{
    EXPECT_EQ(put("~${sub}", "${app.tenant}"), "~${app.tenant}");
}

TEST(WithClaims, ForbidsWhatWouldMakeOtherWords)
{
    for (const auto* value : {"", " ", "a b", "a\tb", "a\n+@all", "\x01", "\x7F", "a)", "("})
        EXPECT_TRUE(forbids("(~u:${sub} +get)", value)) << value;
    EXPECT_TRUE(forbids("~${sub}", std::string("a\0b", 3)));
    EXPECT_TRUE(forbids("~${nobody}", "ann"));
    EXPECT_TRUE(forbids("~${}", "ann"));
}

TEST(WithClaims, WantsPlainWordsOutsideOfPatterns)
{
    EXPECT_EQ(put("+${sub}", "get"), "+get");
    EXPECT_EQ(put("${sub}", "reader-1.a_b"), "reader-1.a_b");
    for (const auto* value : {"~*", "@all", "a*", "a|b", "&x"})
        EXPECT_TRUE(forbids("+${sub}", value)) << value;
    EXPECT_TRUE(forbids("%${sub}~x", "R~*"));
}

TEST(WithClaims, RefusesTextsThatMakeNoSense)
{
    for (const auto* text : {"~${sub", "~u:[${sub}]", "~[a${sub}"})
        EXPECT_EQ(with_claims(text, with_sub("x")).error().code, errc::bad_configuration) << text;
    EXPECT_EQ(put("~[ab]${sub}", "x"), "~[ab]x");
    EXPECT_EQ(put("~\\[${sub}", "x"), "~\\[x");
}

}   // namespace
}   // namespace rediserve::access
