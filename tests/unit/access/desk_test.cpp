#include "rediserve/access/desk.hpp"
#include "unit/access/jwt_signer.hpp"

#include <gtest/gtest.h>

namespace rediserve::access {
namespace {

using namespace std::chrono_literals;
using namespace test;

std::shared_ptr<const authenticator> guarded(std::size_t backend = 0)
{
    params settings;
    settings.file = "access.json";
    settings.accounts = {{{.name = "user", .backend = backend, .may = nothing()}}};
    settings.tokens = {{sha256("plain"), 0, ""}};
    settings.issuers = {{verifier_of(jwks(es256().jwk())).value(), 0}};
    return std::make_shared<const authenticator>(settings);
}

class Desk : public testing::Test
{
protected:
    result<principal_ptr> shown(std::string_view bearer, std::chrono::system_clock::time_point when = today)
    {
        credentials all;
        all.bearer = bearer;
        return desk_.authenticate(all, when);
    }

    std::shared_ptr<tickets> tickets_ = std::make_shared<tickets>();
    desk desk_{guarded(), tickets_};
    const std::string ann_ = es256().token(good_claims(R"("sub":"ann")"));
};

TEST_F(Desk, RemembersSignedTokens)
{
    const auto first = shown(ann_);
    ASSERT_TRUE(first) << first.error().detail;
    EXPECT_EQ(desk_.remembered(), 1u);
    EXPECT_EQ(*shown(ann_), *first) << "the very same principal";
}

TEST_F(Desk, ForgetsThemWhenTheyExpire)
{
    ASSERT_TRUE(shown(ann_));
    const auto late = shown(ann_, today + 2h);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().detail, "the token has expired");
    EXPECT_EQ(desk_.remembered(), 0u);
}

TEST_F(Desk, ForgetsThemAtAReload)
{
    const auto before = shown(ann_);
    desk_.renew(guarded());
    EXPECT_EQ(desk_.remembered(), 0u);
    EXPECT_NE(*shown(ann_), *before);
}

TEST_F(Desk, RemembersNothingElse)
{
    EXPECT_TRUE(shown("plain"));
    EXPECT_FALSE(shown("wrong"));
    EXPECT_FALSE(shown(ann_ + "x"));
    EXPECT_FALSE(shown("a.b.c"));
    EXPECT_EQ(desk_.remembered(), 0u);
}

TEST_F(Desk, RemembersNotMoreThanSoMany)
{
    static const signer quick("a-secret-of-at-least-32-bytes-for-hs256");
    params settings;
    settings.file = "access.json";
    settings.accounts = {{{.name = "user", .may = nothing()}}};
    settings.issuers = {{jwt_verifier::make({.secret = quick.secret()}).value(), 0}};
    desk_.renew(std::make_shared<const authenticator>(settings));
    const auto token_of = [](std::size_t number) {
        return quick.token(good_claims(R"("sub":"n)" + std::to_string(number) + "\""));
    };
    const auto first = *shown(token_of(0));
    for (std::size_t number = 1; number < desk::most_remembered; ++number)
        ASSERT_TRUE(shown(token_of(number)));
    EXPECT_EQ(*shown(token_of(0)), first) << "used again: the second one is the oldest now";
    const auto second = *shown(token_of(1));
    ASSERT_TRUE(shown(token_of(desk::most_remembered)));
    EXPECT_EQ(desk_.remembered(), desk::most_remembered);
    EXPECT_EQ(*shown(token_of(0)), first);
    EXPECT_EQ(*shown(token_of(1)), second);
    EXPECT_EQ(desk_.remembered(), desk::most_remembered);
}

TEST_F(Desk, TakesTickets)
{
    const auto who = *shown("plain");
    const auto ticket = *tickets_->issue(who, std::chrono::steady_clock::now());
    credentials all;
    all.ticket = ticket;
    EXPECT_EQ(*desk_.authenticate(all, today), who);
    EXPECT_FALSE(desk_.authenticate(all, today)) << "once";
}

TEST_F(Desk, TakesTicketsOfWhoWasGivenAnotherServerSince)
{
    for (const std::string_view token : {std::string_view("plain"), std::string_view(ann_)}) {
        desk_.renew(guarded(1));
        const auto who = *shown(token);
        const auto ticket = *tickets_->issue(who, std::chrono::steady_clock::now());
        desk_.renew(guarded(2));
        credentials all;
        all.ticket = ticket;
        const auto found = *desk_.authenticate(all, today);
        EXPECT_EQ(found->backend, who->passing ? 1u : 2u) << "whom a JWT spoke of is not known by name";
    }
}

}   // namespace
}   // namespace rediserve::access
