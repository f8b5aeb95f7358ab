#include "rediserve/access/sealer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace rediserve::access {
namespace {

using content = sealer::content;

const std::string secret(32, 's');

content ann()
{
    return {"web", {"ann", "her password"}};
}

TEST(Sealer, OpensWhatItSealed)
{
    const sealer by(secret);
    const std::string binary("\0\xff\n\"", 4);
    for (const content& one :
         {ann(), content{}, content{"", {"", "x"}}, content{"web", {binary, binary}},
          content{"web", {"ann", std::string(1000, '\0')}}})
        EXPECT_EQ(by.open(by.seal(one)), one);
}

TEST(Sealer, OpensWhatAnotherSealedWithTheSameSecret)
{
    EXPECT_EQ(sealer(secret).open(sealer(secret).seal(ann())), ann());
    EXPECT_EQ(sealer("").open(sealer("").seal(ann())), ann()) << "the same process";
}

TEST(Sealer, DoesNotOpenWhatWasSealedWithAnother)
{
    EXPECT_FALSE(sealer(secret).open(sealer(secret + "s").seal(ann())));
    EXPECT_FALSE(sealer(secret).open(sealer("").seal(ann())));
    EXPECT_FALSE(sealer("").open(sealer(secret).seal(ann())));
}

TEST(Sealer, DoesNotOpenWhatWasChanged)
{
    const sealer by(secret);
    const std::string token = by.seal(ann());
    for (std::size_t at = 0; at < token.size(); ++at) {
        std::string changed = token;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(by.open(changed)) << at;
    }
}

TEST(Sealer, DoesNotOpenPartsAndMore)
{
    const sealer by(secret);
    const std::string token = by.seal(ann());
    for (std::size_t size = 0; size < token.size(); ++size)
        EXPECT_FALSE(by.open(token.substr(0, size))) << size;
    for (const auto* more : {"A", "AAAA", "=", " ", "\n"})
        EXPECT_FALSE(by.open(token + more)) << more;
    EXPECT_FALSE(by.open(token.substr(sealer::mark.size())));
    EXPECT_FALSE(by.open(std::string(sealer::mark) + std::string(100'000, 'A')));
}

TEST(Sealer, NeverSealsTheSameTwice)
{
    const sealer by(secret);
    std::set<std::string> all;
    for (int i = 0; i < 100; ++i)
        all.insert(by.seal(ann()));
    EXPECT_EQ(all.size(), 100u);
}

TEST(Sealer, MakesTokensThatFitIntoUrlsAndGiveNothingAway)
{
    const std::string token = sealer(secret).seal(ann());
    EXPECT_TRUE(sealer::made(token));
    EXPECT_TRUE(std::ranges::all_of(token, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    })) << token;
    EXPECT_FALSE(sealer::made("rds_" + token));
}

}   // namespace
}   // namespace rediserve::access
