#include "rediserve/access/secret.hpp"
#include "rediserve/access/tickets.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rediserve::access {
namespace {

using namespace std::chrono_literals;

class Tickets : public testing::Test
{
protected:
    const tickets::time now_{1000s};
    const principal_ptr who_ = std::make_shared<const principal>(principal{.name = "web"});
    tickets out_;
};

TEST_F(Tickets, AreGoodOnce)
{
    const auto ticket = out_.issue(who_, now_);
    ASSERT_TRUE(ticket);
    const auto first = out_.redeem(*ticket, now_ + 1s);
    ASSERT_TRUE(first);
    EXPECT_EQ(*first, who_);
    const auto second = out_.redeem(*ticket, now_ + 1s);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, errc::unauthorized);
}

TEST_F(Tickets, AreGoodForThirtySeconds)
{
    const auto in_time = *out_.issue(who_, now_);
    const auto too_late = *out_.issue(who_, now_);
    EXPECT_TRUE(out_.redeem(in_time, now_ + 30s - 1ns));
    EXPECT_FALSE(out_.redeem(too_late, now_ + 30s));
}

TEST_F(Tickets, CannotBeGuessed)
{
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const auto ticket = *out_.issue(who_, now_);
        EXPECT_EQ(ticket.size(), 26u);
        EXPECT_EQ(
            ticket.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), ticket.npos
        );
        EXPECT_TRUE(seen.insert(ticket).second);
    }
    for (const auto* guess : {"", "AAAAAAAAAAAAAAAAAAAAAA"})
        EXPECT_FALSE(out_.redeem(guess, now_));
}

TEST_F(Tickets, AreBounded)
{
    const auto first = *out_.issue(who_, now_);
    for (std::size_t i = 1; i < tickets::most; ++i)
        ASSERT_TRUE(out_.issue(who_, now_ + 1s));
    const auto refused = out_.issue(who_, now_ + 1s);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::too_many_connections);
    EXPECT_EQ(refused.error().executed, executed::no);
    EXPECT_TRUE(out_.redeem(first, now_ + 1s));
    EXPECT_TRUE(out_.issue(who_, now_ + 1s)) << "a used one makes room";
    EXPECT_FALSE(out_.issue(who_, now_ + 1s));
    EXPECT_TRUE(out_.issue(who_, now_ + 31s)) << "as does one that is too old";
}

TEST(RandomText, HasSixBitsACharacter)
{
    EXPECT_EQ(random_text(0), "");
    EXPECT_EQ(random_text(1).size(), 2u);
    EXPECT_EQ(random_text(2).size(), 3u);
    EXPECT_EQ(random_text(3).size(), 4u);
    EXPECT_EQ(random_text(32).size(), 43u);
    EXPECT_NE(random_text(32), random_text(32));
}

}   // namespace
}   // namespace rediserve::access
