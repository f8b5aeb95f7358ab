#include "rediserve/access/authenticator.hpp"

#include <gtest/gtest.h>

#include <array>

namespace rediserve::access {
namespace {

params with_token(const char* token)
{
    params settings;
    settings.token = token;
    return settings;
}

using namespace std::chrono_literals;

constexpr authenticator::time now{1'800'000'000s};

result<principal_ptr> shown(const authenticator& to, std::string_view token, authenticator::time when = now)
{
    credentials all;
    all.bearer = token;
    return to.authenticate(all, when);
}

class Authenticator : public testing::Test
{
protected:
    bool lets_in(std::string_view authorization) const
    {
        return shown(guarded_, bearer_token(authorization)).has_value();
    }

    authenticator guarded_{with_token("opensesame")};
};

TEST_F(Authenticator, LetsTheTokenIn)
{
    const auto who = shown(guarded_, "opensesame");
    ASSERT_TRUE(who);
    EXPECT_EQ((*who)->name, "token");
    EXPECT_EQ((*who)->backend, 0u);
    EXPECT_FALSE((*who)->may);
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
        const auto who = shown(guarded_, bearer_token(header));
        ASSERT_FALSE(who) << header;
        EXPECT_EQ(who.error().code, errc::unauthorized) << header;
    }
}

TEST_F(Authenticator, NeverRepeatsWhatItWasShown)
{
    EXPECT_EQ(shown(guarded_, "almost-secret").error().detail.find("almost-secret"), std::string::npos);
}

TEST_F(Authenticator, ComparesAnyBytes)
{
    const authenticator odd(with_token("\xFF\x01 \xC3\xA9"));
    EXPECT_TRUE(shown(odd, "\xFF\x01 \xC3\xA9"));
    EXPECT_FALSE(shown(odd, std::string_view("\xFF\x00", 2)));
}

TEST(ManyTokens, EachStandForSomebody)
{
    params settings = with_token("all");
    settings.read_only_token = "reading";
    settings.more = {
        {"one", {.name = "first", .backend = 1}},
        {"two", {.name = "second", .backend = 2}},
    };
    const authenticator guarded(settings);
    EXPECT_EQ((*shown(guarded, "all"))->name, "token");
    EXPECT_EQ((*shown(guarded, "reading"))->may->text(), read_only_rules);
    EXPECT_EQ((*shown(guarded, "one"))->backend, 1u);
    EXPECT_EQ((*shown(guarded, "two"))->backend, 2u);
    EXPECT_FALSE(shown(guarded, "three"));
    EXPECT_FALSE(shown(guarded, ""));
}

TEST(ManyTokens, GuardWithoutTheFirstOne)
{
    params settings;
    settings.read_only_token = "reading";
    EXPECT_FALSE(authenticator(settings).open());
    EXPECT_FALSE(shown(authenticator(settings), ""));
}

// As the configuration makes them of an access file.
params with_accounts()
{
    params settings;
    settings.file = "access.json";
    settings.accounts = {{{.name = "web", .backend = 1, .may = nothing()}, true}, {{.name = "ci", .may = nothing()}}};
    settings.tokens = {
        {sha256("of-web"), 0, "a laptop"},
        {sha256("of-ci"), 1, "", now + 1h},
        {sha256("also-of-ci"), 1, ""},
    };
    settings.certificates = {{"CN=ci,O=Example", 1}, {"URI:spiffe://example/web", 0}};
    return settings;
}

class Accounts : public testing::Test
{
protected:
    std::string by_password(std::string_view user, std::string_view password) const
    {
        credentials all;
        all.basic = true;
        all.basic_user = user;
        all.basic_password = password;
        return name_of(guarded_.authenticate(all, now));
    }

    std::string by_certificate(std::span<const std::string> names, std::string_view bearer = {}) const
    {
        credentials all;
        all.certificate = names;
        all.bearer = bearer;
        return name_of(guarded_.authenticate(all, now));
    }

    static std::string name_of(const result<principal_ptr>& who) { return who ? (*who)->name : who.error().detail; }

    authenticator guarded_{with_accounts()};
};

TEST_F(Accounts, AreWhatTokensStandFor)
{
    const auto web = shown(guarded_, "of-web");
    ASSERT_TRUE(web);
    EXPECT_EQ((*web)->name, "web");
    EXPECT_EQ((*web)->backend, 1u);
    EXPECT_EQ((*web)->may, nothing());
    EXPECT_EQ(*shown(guarded_, "of-ci"), *shown(guarded_, "also-of-ci"));
    EXPECT_FALSE(shown(guarded_, "of-nobody"));
    EXPECT_EQ(guarded_.find("web"), *web);
    EXPECT_EQ(guarded_.find("we"), nullptr);
}

TEST_F(Accounts, LoseATokenWhenItsTimeIsOver)
{
    EXPECT_TRUE(shown(guarded_, "of-ci", now + 1h - 1ns));
    const auto late = shown(guarded_, "of-ci", now + 1h);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, errc::unauthorized);
    EXPECT_EQ(late.error().detail, "the token has expired");
    EXPECT_TRUE(shown(guarded_, "also-of-ci", now + 100h));
}

TEST_F(Accounts, TakeATokenAsPassword)
{
    EXPECT_EQ(by_password("", "of-web"), "web");
    EXPECT_EQ(by_password("web", "of-web"), "web");
    EXPECT_EQ(by_password("ci", "of-web"), "the token is not that user's: send the name of its principal, or none");
    EXPECT_EQ(by_password("web", ""), "the password is wrong: it must be a token");
    EXPECT_EQ(by_password("web", "web"), "the password is wrong: it must be a token");
}

TEST_F(Accounts, TakeACertificateByAnyOfItsNames)
{
    const std::array<std::string, 1> subject = {"CN=ci,O=Example"};
    const std::array<std::string, 3> several = {"CN=x", "DNS:x.example", "URI:spiffe://example/web"};
    const std::array<std::string, 2> near = {"CN=ci,O=Example,OU=more", "cn=ci,o=example"};
    EXPECT_EQ(by_certificate(subject), "ci");
    EXPECT_EQ(by_certificate(several), "web");
    EXPECT_EQ(by_certificate(near), "the client certificate is nobody's here; send one that is, or a token");
}

TEST_F(Accounts, GoByTheTokenWhereThereIsOne)
{
    const std::array<std::string, 1> subject = {"CN=ci,O=Example"};
    EXPECT_EQ(by_certificate(subject, "of-web"), "web");
    EXPECT_EQ(by_certificate(subject, "wrong"), "the token is wrong") << "what is shown and wrong is never passed over";
}

TEST_F(Accounts, GuardEvenWhenThereAreNone)
{
    params empty;
    empty.file = "access.json";
    const authenticator closed(empty);
    EXPECT_FALSE(closed.open());
    EXPECT_FALSE(shown(closed, ""));
}

TEST_F(Accounts, KeepWhatTheyHaveTakenOverAReload)
{
    const auto before = guarded_.find("web")->used;
    const authenticator after(with_accounts(), &guarded_);
    EXPECT_EQ(after.find("web")->used, before);
    EXPECT_NE(after.find("ci")->used, before);
}

TEST(ReadOnlyToken, HasRules)
{
    params settings;
    settings.read_only_token = "reading";
    const authenticator guarded(settings);
    const auto who = guarded.find("read_only_token");
    ASSERT_NE(who->may, nullptr);
    EXPECT_EQ(who->may->text(), read_only_rules);
    EXPECT_TRUE(who->may->all_keys());
}

TEST(Nobody, MayDoNothing)
{
    const std::array<std::string_view, 1> ping = {"PING"};
    EXPECT_FALSE(nobody()->may->decide(*commands::command_table::built_in(), ping));
}

TEST(Principals, OutliveTheTokensTheyCameWith)
{
    principal_ptr before;
    {
        const authenticator soon_gone(with_token("word"));
        before = *shown(soon_gone, "word");
    }
    EXPECT_EQ(before->name, "token");
}

TEST(OpenAuthenticator, LetsEverybodyIn)
{
    const authenticator open(params{});
    EXPECT_TRUE(open.open());
    for (const auto* header : {"", "Bearer anything", "nonsense"}) {
        const auto who = shown(open, bearer_token(header));
        ASSERT_TRUE(who) << header;
        EXPECT_EQ(*who, anonymous());
    }
}

// ---- tokens for users of Redis ---------------------------------------------------------------------------------------

const redis::login ann{"ann", "secret"};

class Sealing : public testing::Test
{
protected:
    static params known()
    {
        params settings = with_token("opensesame");
        account web{.who = {.name = "web", .backend = 2}, .names_backend = true};
        web.who.may = std::make_shared<const rules>(rules::parse("+@all").value());
        web.who.limits.streams = 3;
        settings.accounts.push_back(std::move(web));
        settings.tokens.push_back({.digest = sha256("of web"), .account = 0, .name = {}});
        return settings;
    }

    authenticator guarded_{known()};
};

TEST_F(Sealing, MakesAUserOfRedisKnown)
{
    const auto web = shown(guarded_, "of web").value();
    const auto token = guarded_.seal(*web, ann);
    ASSERT_TRUE(token);
    const auto who = shown(guarded_, *token);
    ASSERT_TRUE(who);
    EXPECT_EQ((*who)->name, "web/ann");
    EXPECT_EQ((*who)->backend, 2u);
    EXPECT_FALSE((*who)->may) << "Redis decides";
    ASSERT_TRUE((*who)->login);
    EXPECT_EQ(*(*who)->login, ann);
    EXPECT_EQ((*who)->used, web->used) << "so that nobody gets around their limits";
    EXPECT_EQ((*who)->limits, web->limits);
    EXPECT_TRUE(guarded_.costly(*token));
}

TEST_F(Sealing, EndsWithWhoAskedForIt)
{
    const auto token = guarded_.seal(*shown(guarded_, "of web").value(), ann).value();
    EXPECT_TRUE(shown(authenticator(known(), &guarded_), token));
    EXPECT_EQ(shown(authenticator(with_token("opensesame"), &guarded_), token).error().code, errc::unauthorized);
    params other = known();
    other.sealing_secret = std::string(32, 'x');
    EXPECT_EQ(shown(authenticator(other, &guarded_), token).error().code, errc::unauthorized) << "another key";
}

TEST_F(Sealing, IsNotForBearersOfWhatWasSealed)
{
    const auto token = guarded_.seal(*shown(guarded_, "opensesame").value(), ann).value();
    const auto again = guarded_.seal(*shown(guarded_, token).value(), {"bob", ""});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, errc::forbidden);
    principal stranger{.name = "stranger"};
    EXPECT_FALSE(guarded_.seal(stranger, ann));
    stranger.name = "web";
    EXPECT_FALSE(guarded_.seal(stranger, ann)) << "of another server";
}

TEST_F(Sealing, WorksWhereNobodyIsAskedForCredentials)
{
    const authenticator open{params()};
    const auto token = open.seal(*anonymous(), ann).value();
    const auto who = shown(open, token);
    ASSERT_TRUE(who);
    EXPECT_EQ((*who)->name, "anonymous/ann");
    EXPECT_EQ(shown(open, token + "A").error().code, errc::unauthorized) << "not everybody else then";
    EXPECT_EQ(shown(guarded_, token).error().code, errc::unauthorized);
}

TEST_F(Sealing, GivesNamesThatFitIntoALog)
{
    const auto token = guarded_.seal(*shown(guarded_, "of web").value(), {"a\nb" + std::string(300, 'x'), ""}).value();
    const auto who = shown(guarded_, token).value();
    EXPECT_EQ(who->name.substr(0, 8), "web/a?bx");
    EXPECT_EQ(who->name.size(), 104u);
}

}   // namespace
}   // namespace rediserve::access
