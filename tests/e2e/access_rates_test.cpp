// Rates that hold over all gateways together: several processes, one Redis.
#include "e2e/upstash_test.hpp"
#include "support/access_file.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;

constexpr int burst = 20;

// A token for each principal, called like it. The rates fill by one in an hour: no test takes that long.
std::string document(const std::string& redis, const std::string& more = {})
{
    std::string tokens;
    for (const auto* who : {"shared", "alone", "asker", "heavy"})
        tokens += (tokens.empty() ? "" : ",") + token_entry(who, who);
    return R"({"backends":{"main":")" + redis + "\"}," + more + R"("principals":{
        "shared": {"rules": "+@all ~* &*", "backend": "main", "rates":
            {"commands": {"amount": 1, "per": "1h", "burst": 20, "global": true}}},
        "alone":  {"rules": "+@all ~* &*", "backend": "main", "rates":
            {"commands": {"amount": 1, "per": "1h", "burst": 20}}},
        "asker":  {"rules": "+@all ~* &*", "backend": "main", "rates":
            {"requests": {"amount": 1, "per": "1h", "burst": 20, "global": true}}},
        "heavy":  {"rules": "+@all ~* &*", "backend": "main", "rates":
            {"bytes": {"amount": 1, "per": "1s", "burst": 10000, "global": true}}}
    },"tokens":[)"
        + tokens + "]}";
}

class AccessRates : public testing::Test
{
protected:
    void start(const std::string& more = {})
    {
        file_ = std::make_unique<configuration>(document(redis_.url(), more));
        for (auto& each : gateways_) {
            each = std::make_unique<gateway>(std::vector<std::string>{
                "--redis", redis_.url(), "--access", file_->path(), "--token", "admin", "--threads", "2"});
            ASSERT_TRUE(each->await_ready());
        }
    }

    http_response ask(int which, std::string_view who, std::string_view command = R"(["GET","k"])") const
    {
        return gateways_.at(static_cast<std::size_t>(which))->request("POST", "/", command, bearing(who));
    }
    bool granted(int which, std::string_view who) const { return ask(which, who).status == 200; }

    // How many of `count` are granted, asked for at both in turn.
    int granted_in_turn(std::string_view who, int count) const
    {
        int total = 0;
        for (int i = 0; i < count; ++i)
            total += granted(i % 2, who) ? 1 : 0;
        return total;
    }

    double reports(int which, std::string_view result) const
    {
        const auto text =
            gateways_.at(static_cast<std::size_t>(which))->request("GET", "/metrics", {}, bearing("admin"));
        return metric(text.body, "rediserve_rate_reports_total", "result=\"" + std::string(result) + "\"");
    }

    redis_server redis_{{.tcp = true, .arguments = {}}};
    std::unique_ptr<configuration> file_;
    std::array<std::unique_ptr<gateway>, 2> gateways_;
};

// Beyond the burst: what comes in while a report is under way, which may take its time on a busy machine. That of two
// gateways that know nothing of each other would be 20.
constexpr int overshoot = 10;

TEST_F(AccessRates, AreOfAllGatewaysTogether)
{
    start();
    for (const auto* who : {"shared", "asker"}) {
        const int total = granted_in_turn(who, 3 * burst);
        EXPECT_GE(total, burst) << who;
        EXPECT_LE(total, burst + overshoot) << who;
        for (int which : {0, 1}) {
            const auto refused = ask(which, who);
            EXPECT_THAT(refused, HasStatus(429)) << who << " at " << which;
            EXPECT_FALSE(refused.header("retry-after").empty());
        }
    }
    EXPECT_EQ(redis_.cli({"exists", "rediserve:rate:{shared}:commands", "rediserve:rate:{asker}:requests"}), "2");
    EXPECT_NE(redis_.cli({"pttl", "rediserve:rate:{shared}:commands"}), "-1") << "it does not stay for ever";
    EXPECT_GT(reports(0, "ok"), 0);
    EXPECT_EQ(reports(0, "failed"), 0);
}

TEST_F(AccessRates, AreOfEachGatewayUnlessTheySaySo)
{
    start();
    EXPECT_EQ(granted_in_turn("alone", 3 * burst), 2 * burst);
    EXPECT_EQ(redis_.cli({"keys", "rediserve:rate:*"}), "");
    EXPECT_EQ(reports(0, "ok"), 0);
}

TEST_F(AccessRates, CountBytesThatAnotherGatewayHasSent)
{
    start();
    redis_.cli({"set", "k", std::string(20'000, 'x')});
    EXPECT_TRUE(granted(0, "heavy"));
    EXPECT_TRUE(await([&] { return redis_.cli({"exists", "rediserve:rate:{heavy}:bytes"}) == "1"; }));
    int passed = 0;
    while (passed < 100 && ask(1, "heavy", R"(["PING"])").status == 200)
        ++passed;
    EXPECT_LT(passed, 100) << "some thousand bytes, until it has reported some of them";
    EXPECT_THAT(ask(1, "heavy"), HasStatus(429));
}

TEST_F(AccessRates, MayBeCountedWhereNobodysCommandsGo)
{
    redis_server counter({.tcp = true, .arguments = {}});
    file_ = std::make_unique<configuration>("");
    const std::string main = redis_.url();
    const auto text = document(main, R"("rates_backend":"counter",)");
    file_->write(std::string(text).insert(text.find("\"main\""), R"("counter":")" + counter.url() + "\","));
    gateways_[0] = std::make_unique<gateway>(std::vector<std::string>{
        "--redis", redis_.url(), "--access", file_->path(), "--token", "admin"});
    ASSERT_TRUE(gateways_[0]->await_ready());
    EXPECT_TRUE(granted(0, "shared"));
    EXPECT_TRUE(await([&] { return counter.cli({"exists", "rediserve:rate:{shared}:commands"}) == "1"; }));
    EXPECT_EQ(redis_.cli({"keys", "rediserve:rate:*"}), "");
}

TEST_F(AccessRates, AreOfEachGatewayWhileRedisIsAway)
{
    start();
    for (int which : {0, 1})
        ASSERT_TRUE(granted(which, "asker"));
    redis_.kill();
    EXPECT_TRUE(await([&] { return !gateways_[0]->await_ready(true, 0ms) && !gateways_[1]->await_ready(true, 0ms); }));
    // Redis cannot answer, but who is within the rate is not refused for it.
    for (int which : {0, 1}) {
        int passed = 0;
        while (passed < 2 * burst && ask(which, "asker").status != 429)
            ++passed;
        EXPECT_GE(passed, burst - 3) << which;
        EXPECT_LE(passed, burst) << which;
        EXPECT_TRUE(await([&] { return reports(which, "failed") > 0; }));
    }
    redis_.restart();
    EXPECT_TRUE(await([&] {
        return redis_.cli({"exists", "rediserve:rate:{asker}:requests"}) == "1";
    })) << "what was taken meanwhile is told later";
}

// Where the script has been forgotten it is sent again.
TEST_F(AccessRates, SurviveThatScriptsAreFlushed)
{
    start();
    ASSERT_TRUE(granted(0, "shared"));
    EXPECT_TRUE(await([&] { return reports(0, "ok") >= 1; }));
    redis_.cli({"script", "flush"});
    ASSERT_TRUE(granted(0, "shared"));
    EXPECT_TRUE(await([&] { return reports(0, "ok") >= 2; }));
    EXPECT_EQ(reports(0, "failed"), 0);
}

}   // namespace
}   // namespace rediserve::test
