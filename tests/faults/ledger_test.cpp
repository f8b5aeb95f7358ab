// What the clients of the fault matrix would say of a gateway that loses, repeats or mixes up.
#include "faults/question.hpp"

#include <gtest/gtest.h>

#include <map>

namespace rediserve::test {
namespace {

using store = std::map<std::string, std::string>;

class Page : public testing::Test
{
protected:
    told settle(question what, long number, std::string_view body, int status = 200)
    {
        return client.settle(what, number, status, body, counts, found);
    }
    findings judged(const store& held, memory is = memory::whole)
    {
        const auto read = [&](const std::string& key) -> std::optional<std::string> {
            const auto value = held.find(key);
            return value == held.end() ? std::nullopt : std::optional(value->second);
        };
        client.judge(read, is, found);
        return found;
    }

    page client{"c0.0"};
    tally counts;
    findings found;
};

TEST_F(Page, FindsNothingWhereEverythingIsAsItWasTold)
{
    EXPECT_EQ(settle(question::increment, 1, R"({"result":1})"), told::done);
    EXPECT_EQ(settle(question::keys_increment, 2, R"({"key":"c0.0:n","value":2})"), told::done);
    EXPECT_EQ(settle(question::pipeline, 3, R"([{"result":3},{"result":"OK"},{"result":"c0.0=3"}])"), told::done);
    EXPECT_EQ(settle(question::transaction, 4, R"([{"result":1},{"result":1}])"), told::done);
    EXPECT_EQ(settle(question::keys_get, 5, "c0.0=3"), told::done);
    EXPECT_TRUE(judged({{"c0.0:n", "3"}, {"{c0.0}:a", "1"}, {"{c0.0}:b", "1"}, {"c0.0:t", "c0.0=3"}}).none())
        << found.first;
    EXPECT_EQ(counts.done, 5);
}

TEST_F(Page, FindsAnAcknowledgedWriteThatIsLost)
{
    settle(question::increment, 1, R"({"result":1})");
    settle(question::increment, 2, R"({"result":2})");
    EXPECT_EQ(judged({{"c0.0:n", "1"}}).lost, 1);
}

TEST_F(Page, ForgivesTheLossWhereTheServerWasEmptied)
{
    settle(question::increment, 1, R"({"result":1})");
    EXPECT_TRUE(judged({}, memory::emptied).none()) << found.first;
}

TEST_F(Page, FindsAWriteThatWasRunTwice)
{
    settle(question::increment, 1, R"({"result":1})");
    EXPECT_EQ(judged({{"c0.0:n", "2"}}).twice, 1);
}

TEST_F(Page, FindsARefusedWriteThatWasRun)
{
    EXPECT_EQ(
        settle(question::increment, 1, R"({"error":"x","code":"redis_unavailable","executed":"no"})", 503),
        told::refused
    );
    EXPECT_EQ(judged({{"c0.0:n", "1"}}).twice, 1);
}

TEST_F(Page, LeavesInDoubtWhatMayHaveRun)
{
    EXPECT_EQ(
        settle(question::increment, 1, R"({"error":"x","code":"redis_timeout","executed":"maybe"})", 504), told::maybe
    );
    client.doubt(question::increment, 2);
    settle(question::increment, 3, R"({"result":2})");
    EXPECT_TRUE(judged({{"c0.0:n", "3"}}).none()) << found.first;
    EXPECT_EQ(judged({{"c0.0:n", "4"}}).twice, 1);
    EXPECT_EQ(counts.failures.at("504 redis_timeout maybe"), 1);
}

TEST_F(Page, SeesInTheAnswersThemselvesWhatIsWrong)
{
    settle(question::increment, 1, R"({"result":2})");
    settle(question::increment, 2, R"({"result":3})");
    EXPECT_EQ(found.twice, 1) << "once is enough";
    settle(question::transaction, 3, R"([{"result":0},{"result":1}])");
    EXPECT_EQ(found.lost, 1);
}

TEST_F(Page, FindsTheReplyOfAnother)
{
    settle(question::set, 1, R"({"result":"OK"})");
    settle(question::get, 2, R"({"result":"c7.0=1"})");
    EXPECT_EQ(found.foreign, 1);
    settle(question::get, 3, R"({"result":null})");
    EXPECT_EQ(found.foreign, 2);
    settle(question::get, 4, "<html>", 502);
    EXPECT_EQ(found.foreign, 3);
}

TEST_F(Page, AcceptsAWriteInDoubtThatCameLate)
{
    settle(question::set, 1, R"({"error":"x","code":"redis_timeout","executed":"maybe"})", 504);
    settle(question::set, 2, R"({"result":"OK"})");
    settle(question::get, 3, R"({"result":"c0.0=1"})");
    EXPECT_TRUE(judged({{"c0.0:t", "c0.0=2"}}).none()) << found.first;
}

TEST_F(Page, FindsHalfATransaction)
{
    client.doubt(question::transaction, 1);
    EXPECT_EQ(judged({{"{c0.0}:a", "1"}}).half, 1);
}

TEST_F(Page, FindsAFailedWriteWithoutAWordOnIt)
{
    settle(question::keys_increment, 1, R"({"error":"x","code":"redis_unavailable"})", 503);
    EXPECT_EQ(found.unexplained, 1);
    settle(question::keys_get, 2, R"({"error":"x","code":"redis_unavailable"})", 503);
    EXPECT_EQ(found.unexplained, 1) << "reads may be silent about it";
}

TEST_F(Page, TakesARefusalOfRedisAsOne)
{
    const auto how = settle(
        question::pipeline, 1,
        R"([{"error":"OOM command not allowed"},{"error":"OOM command not allowed"},{"result":null}])"
    );
    EXPECT_EQ(how, told::refused);
    EXPECT_TRUE(judged({}).none()) << found.first;
    EXPECT_EQ(counts.failures.at("200 Redis' OOM"), 2);
}

}   // namespace
}   // namespace rediserve::test
