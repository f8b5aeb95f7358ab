// Signed tokens, and whose they are.
#include "rediserve/access/authenticator.hpp"
#include "unit/access/jwt_signer.hpp"

#include <gtest/gtest.h>

namespace rediserve::access {
namespace {

using namespace std::chrono_literals;
using namespace test;

std::shared_ptr<const rules> may(std::string_view text)
{
    return std::make_shared<const rules>(rules::parse(text).value());
}

params with_issuers()
{
    params settings;
    settings.file = "access.json";
    settings.accounts = {
        {{.name = "user", .may = may("+@read ~u:${sub}:*")}},
        {{.name = "service", .may = may("+get ~*")}},
    };
    settings.tokens = {{sha256("two.dots.here"), 1, ""}};
    settings.issuers = {
        {verifier_of(jwks(es256().jwk()), {.issuer = "https://users"}).value(), 0},
        {verifier_of(jwks(eddsa().jwk()), {.issuer = "https://services"}).value(), 1},
    };
    return settings;
}

class SignedTokens : public testing::Test
{
protected:
    result<principal_ptr> shown(std::string_view token) const
    {
        credentials all;
        all.bearer = token;
        return guarded_.authenticate(all, today);
    }

    static std::string user_token(const std::string& claims)
    {
        return es256().token(good_claims(R"("iss":"https://users",)" + claims));
    }

    authenticator guarded_{with_issuers()};
};

TEST_F(SignedTokens, GrantTheKeysOfTheirSubject)
{
    const auto ann = shown(user_token(R"("sub":"ann")"));
    ASSERT_TRUE(ann) << ann.error().detail;
    EXPECT_EQ((*ann)->name, "user:ann");
    EXPECT_TRUE((*ann)->may->sees("u:ann:x"));
    EXPECT_FALSE((*ann)->may->sees("u:bob:x"));
}

TEST_F(SignedTokens, GrantNoMoreByASubjectWithAPatternInIt)
{
    const auto star = shown(user_token(R"("sub":"*")"));
    ASSERT_TRUE(star) << star.error().detail;
    EXPECT_TRUE((*star)->may->sees("u:*:x"));
    EXPECT_FALSE((*star)->may->sees("u:ann:x"));
}

TEST_F(SignedTokens, AreRefusedWhenTheRulesNeedWhatTheyDoNotSay)
{
    for (const auto* claims : {R"("x":"y")", R"("sub":"")", R"("sub":"a ~*")"}) {
        const auto who = shown(user_token(claims));
        ASSERT_FALSE(who) << claims;
        EXPECT_EQ(who.error().code, errc::forbidden) << claims;
    }
}

TEST_F(SignedTokens, CountForTheirSubjectAlone)
{
    const auto first = *shown(user_token(R"("sub":"ann")"));
    const auto again = *shown(user_token(R"("sub":"ann","x":"y")"));
    const auto other = *shown(user_token(R"("sub":"bob")"));
    EXPECT_EQ(first->used, again->used);
    EXPECT_NE(first->used, other->used);
    EXPECT_EQ(first->used->name, std::string("user\0ann", 8)) << "for who counts over all gateways";
    const authenticator after(with_issuers(), &guarded_);
    credentials all;
    const auto token = user_token(R"("sub":"ann")");
    all.bearer = token;
    EXPECT_EQ((*after.authenticate(all, today))->used, first->used) << "a reload must not fill a bucket";
}

TEST_F(SignedTokens, HaveNamesThatFitIntoALog)
{
    const auto who = shown(es256().token(good_claims(R"("iss":"https://services","sub":"a\nb")")));
    EXPECT_FALSE(who) << "signed by another issuer's key";
    const auto service =
        shown(eddsa().token(good_claims(R"("iss":"https://services","sub":"a\n)" + std::string(500, 'b') + "\"")));
    ASSERT_TRUE(service) << service.error().detail;
    EXPECT_EQ((*service)->name.substr(0, 12), "service:a?bb");
    EXPECT_LE((*service)->name.size(), 120u);
}

TEST_F(SignedTokens, AreNoPasswords)
{
    const auto token = user_token(R"("sub":"ann")");
    credentials all;
    all.basic = true;
    all.basic_password = token;
    EXPECT_FALSE(guarded_.authenticate(all, today));
}

TEST_F(SignedTokens, AreNotWhatEveryTokenWithTwoDotsIs)
{
    const auto who = shown("two.dots.here");
    ASSERT_TRUE(who);
    EXPECT_EQ((*who)->name, "service");
    EXPECT_FALSE(shown("two.dots.there"));
}

}   // namespace
}   // namespace rediserve::access
