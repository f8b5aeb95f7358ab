// More than Redis can take at a time, from several principals.
#include "e2e/upstash_test.hpp"
#include "support/access_file.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace rediserve::test {
namespace {

// One thread, of which two requests at a time may be with Redis; every request appends its principal's name to a list.
class Overload : public testing::Test
{
protected:
    void SetUp() override
    {
        file_ = std::make_unique<configuration>(
            R"({"backends":{"main":")" + redis_.url()
            + R"("},"principals":{"greedy":{"rules":"+@all ~* &*","backend":"main"},)"
            + R"("modest":{"rules":"+@all ~* &*","backend":"main"}},"tokens":[)" + token_entry("greedy", "greedy") + ","
            + token_entry("modest", "modest") + "]}"
        );
        const std::map<std::string, std::string> limits = {
            {"REDISERVE_REDIS_CONCURRENCY", "2"}, {"REDISERVE_REDIS_COMMAND_TIMEOUT", "1m"}};
        gateway_ = std::make_unique<gateway>(
            std::vector<std::string>{
                "--redis", redis_.url(), "--access", file_->path(), "--token", "admin", "--threads", "1"},
            limits
        );
        ASSERT_TRUE(gateway_->await_ready());
    }

    void append(const std::string& who)
    {
        const std::string body = R"(["RPUSH","log",")" + who + "\"]";
        clients_.emplace_back(gateway_->address())
            .send(
                "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + who
                + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body
            );
    }

    bool await_figure(const std::string& name, double value)
    {
        return await([&] {
            return metric(gateway_->request("GET", "/metrics", {}, bearing("admin")).body, name) == value;
        });
    }

    std::vector<std::string> log()
    {
        std::istringstream lines(redis_.cli({"lrange", "log", "0", "-1"}));
        std::vector<std::string> all;
        for (std::string line; std::getline(lines, line);)
            all.push_back(line);
        return all;
    }

    redis_server redis_{{.tcp = true, .arguments = {}}};
    std::unique_ptr<configuration> file_;
    std::unique_ptr<gateway> gateway_;
    std::deque<http_connection> clients_;
};

TEST_F(Overload, LetsPrincipalsTakeTurns)
{
    redis_.freeze();
    for (int i = 0; i < 60; ++i)
        append("greedy");
    ASSERT_TRUE(await_figure("rediserve_redis_queued", 58));
    append("modest");
    ASSERT_TRUE(await_figure("rediserve_redis_queued", 59));
    redis_.thaw();
    for (auto& each : clients_)
        EXPECT_EQ(each.read().status, 200);
    const auto order = log();
    EXPECT_EQ(order.size(), 61);
    EXPECT_LT(std::ranges::find(order, "modest") - order.begin(), 15);
    EXPECT_TRUE(await_figure("rediserve_redis_in_flight", 0));
}

TEST_F(Overload, RunsNothingForClientsThatHaveGone)
{
    redis_.freeze();
    for (int i = 0; i < 20; ++i)
        append("greedy");
    ASSERT_TRUE(await_figure("rediserve_redis_queued", 18));
    clients_.clear();
    ASSERT_TRUE(await_figure("rediserve_redis_queued", 18)) << "asked later, so that their end has been noticed";
    redis_.thaw();
    append("modest");
    EXPECT_EQ(clients_.front().read().status, 200);
    EXPECT_EQ(log().size(), 3) << "two were with Redis already";
    EXPECT_TRUE(await_figure("rediserve_redis_dropped_total", 18));
}

}   // namespace
}   // namespace rediserve::test
