#include "cluster/joiner.hpp"

#include "unit/cluster/replies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace rediserve::cluster {
namespace {

using commands::response_policy;
using test::array;
using test::bulk;
using test::nil;
using test::number;
using testing::HasSubstr;

const std::string ok = "+OK\r\n";

std::string joined(response_policy how, std::string_view name, const test::strings& resp)
{
    return test::written(join(how, name, test::replies(resp)).view());
}

TEST(Joiner, ASingleReplyIsTheOutcome)
{
    for (const auto how : {response_policy::as_it_is, response_policy::special, response_policy::agg_sum})
        EXPECT_EQ(joined(how, "x", {bulk("a")}), bulk("a"));
    EXPECT_EQ(joined(response_policy::as_it_is, "keys", {array({bulk("a")})}), array({bulk("a")}));
}

TEST(Joiner, AllMustSucceed)
{
    using enum response_policy;
    EXPECT_EQ(joined(all_succeeded, "config|set", {ok, ok, ok}), ok);
    EXPECT_EQ(joined(all_succeeded, "config|set", {ok, "-ERR a\r\n", "-ERR b\r\n"}), "-ERR a\r\n");
    EXPECT_EQ(joined(all_succeeded, "script|load", {bulk("digest"), bulk("digest")}), bulk("digest"));
}

TEST(Joiner, OneSuccessIsEnough)
{
    using enum response_policy;
    EXPECT_EQ(joined(one_succeeded, "script|kill", {"-NOTBUSY no\r\n", ok, "-UNKILLABLE x\r\n"}), ok);
    EXPECT_EQ(
        joined(one_succeeded, "script|kill", {"-NOTBUSY no\r\n", "-UNKILLABLE x\r\n", "-ERR y\r\n"}),
        "-UNKILLABLE x\r\n"
    );
    EXPECT_EQ(joined(one_succeeded, "script|kill", {"-NOTBUSY a\r\n", "-NOTBUSY b\r\n"}), "-NOTBUSY a\r\n");
}

TEST(Joiner, JoinsNumbers)
{
    using enum response_policy;
    const test::strings three{number(3), number(0), number(5)};
    EXPECT_EQ(joined(agg_sum, "dbsize", three), number(8));
    EXPECT_EQ(joined(agg_min, "wait", three), number(0));
    EXPECT_EQ(joined(agg_max, "x", three), number(5));
    EXPECT_EQ(joined(agg_logical_and, "x", three), number(0));
    EXPECT_EQ(joined(agg_logical_or, "x", three), number(1));
    EXPECT_EQ(joined(agg_logical_and, "x", {number(2), number(-1)}), number(1));
    EXPECT_EQ(joined(agg_logical_or, "x", {number(0), number(0)}), number(0));
    EXPECT_EQ(joined(agg_min, "x", {number(-3), number(2)}), number(-3));
}

TEST(Joiner, SumsHaveAnEnd)
{
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    using enum response_policy;
    EXPECT_EQ(joined(agg_sum, "x", {number(most), number(1)}), number(most));
    EXPECT_EQ(joined(agg_sum, "x", {number(least), number(-1)}), number(least));
}

TEST(Joiner, JoinsListsOfNumbersElementByElement)
{
    using enum response_policy;
    const test::strings lists{array({number(1), number(1), number(0)}), array({number(1), number(0), number(0)})};
    EXPECT_EQ(joined(agg_logical_and, "script|exists", lists), array({number(1), number(0), number(0)}));
    EXPECT_EQ(joined(agg_sum, "x", lists), array({number(2), number(1), number(0)}));
    EXPECT_EQ(joined(agg_sum, "x", {array({}), array({})}), array({}));
}

TEST(Joiner, SaysWhenRepliesDoNotGoTogether)
{
    using enum response_policy;
    for (const test::strings& resp : std::vector<test::strings>{
             {number(1), bulk("1")},
             {bulk("1"), number(1)},
             {array({number(1)}), array({number(1), number(2)})},
             {array({number(1)}), number(1)},
             {array({bulk("a")}), array({number(1)})},
             {ok, ok}})
        EXPECT_THAT(joined(agg_sum, "dbsize", resp), HasSubstr("'dbsize' do not go together"));
    EXPECT_THAT(joined(special, "info", {bulk("a"), bulk("b")}), HasSubstr("'info' do not go together"));
}

TEST(Joiner, AnErrorIsTheOutcome)
{
    using enum response_policy;
    for (const auto how : {as_it_is, all_succeeded, agg_sum, agg_min, agg_logical_and, special})
        EXPECT_EQ(joined(how, "x", {number(1), "-ERR a\r\n", number(2)}), "-ERR a\r\n");
    EXPECT_EQ(joined(special, "randomkey", {bulk("k"), "-LOADING x\r\n"}), "-LOADING x\r\n");
}

TEST(Joiner, PutsListsTogether)
{
    using enum response_policy;
    EXPECT_EQ(
        joined(as_it_is, "keys", {array({bulk("a"), bulk("b")}), array({}), array({bulk("c")})}),
        array({bulk("a"), bulk("b"), bulk("c")})
    );
    EXPECT_EQ(
        joined(as_it_is, "slowlog|get", {array({array({number(1)})}), array({array({number(2)})})}),
        array({array({number(1)}), array({number(2)})})
    );
}

TEST(Joiner, PutsOtherRepliesIntoAList)
{
    using enum response_policy;
    EXPECT_EQ(joined(as_it_is, "x", {ok, ok}), ok);
    EXPECT_EQ(joined(as_it_is, "x", {number(1), number(2)}), array({number(1), number(2)}));
    EXPECT_EQ(joined(as_it_is, "x", {array({bulk("a")}), nil}), array({array({bulk("a")}), nil}));
}

TEST(Joiner, FindsAKeyWhereThereIsOne)
{
    for (const auto how : {response_policy::as_it_is, response_policy::special}) {   // Redis 7.0, and later
        EXPECT_EQ(joined(how, "randomkey", {nil, bulk("k"), bulk("l")}), bulk("k"));
        EXPECT_EQ(joined(how, "randomkey", {nil, nil}), nil);
    }
}

TEST(Joiner, SaysWhatItCannotJoin)
{
    EXPECT_TRUE(can_join(response_policy::special, "randomkey"));
    EXPECT_FALSE(can_join(response_policy::special, "info"));
    EXPECT_TRUE(can_join(response_policy::as_it_is, "keys"));
    EXPECT_TRUE(can_join(response_policy::agg_min, "wait"));
}

}   // namespace
}   // namespace rediserve::cluster
