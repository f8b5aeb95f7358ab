// Replies that a healthy Redis does not give: each has its status, and none ends the gateway.
#include "e2e/rest_test.hpp"
#include "e2e/scripted_redis.hpp"

#include <atomic>

namespace rediserve::test {
namespace {

struct bad_reply
{
    std::string name;
    std::string bytes;
    int status;
    std::string code;
    std::string executed;
};

void PrintTo(const bad_reply& reply, std::ostream* to)
{
    *to << reply.name;
}

const std::vector<bad_reply> errors = {
    {"Loading", "-LOADING Redis is loading the dataset in memory\r\n", 503, "redis_unavailable", "no"},
    {"Busy", "-BUSY Redis is busy running a script.\r\n", 503, "redis_unavailable", "no"},
    {"MasterDown", "-MASTERDOWN Link with MASTER is down\r\n", 503, "redis_unavailable", "no"},
    {"ClusterDown", "-CLUSTERDOWN The cluster is down\r\n", 503, "redis_unavailable", "no"},
    {"ReadOnly", "-READONLY You can't write against a read only replica.\r\n", 503, "redis_unavailable", "no"},
    {"OutOfMemory", "-OOM command not allowed when used memory > 'maxmemory'.\r\n", 503, "redis_unavailable", "no"},
    {"OutOfMemoryInAScript", "-OOM command not allowed. script: 4ca238, on @user_script:1.\r\n", 503,
     "redis_unavailable", "maybe"},
    {"Aborted", "-EXECABORT Transaction discarded because of previous errors.\r\n", 500, "redis_error", "no"},
    {"Other", "-ERR something of its own\r\n", 500, "redis_error", "maybe"},
    {"Denied", "-NOPERM this user has no permissions\r\n", 403, "forbidden", ""},
};

const std::vector<bad_reply> nonsense = {
    {"AnotherProtocol", "HTTP/1.1 400 Bad Request\r\n\r\n", 502, "bad_gateway", "maybe"},
    {"NoType", "hello\r\n", 502, "bad_gateway", "maybe"},
    {"HugeBulk", "$99999999999999999999\r\n", 502, "bad_gateway", "maybe"},
    {"NegativeBulk", "$-7\r\n", 502, "bad_gateway", "maybe"},
    {"DeepNesting",
     [] {
         std::string nested;
         for (int depth = 0; depth < 100'000; ++depth)
             nested += "*1\r\n";
         return nested;
     }(),
     502, "bad_gateway", "maybe"},
};

class FaultReplies : public testing::TestWithParam<bad_reply>
{};

TEST_P(FaultReplies, BecomeTheRightAnswer)
{
    const auto& expected = GetParam();
    scripted_redis server([&](const auto&) { return expected.bytes; });
    gateway rest({"--redis", server.url()});
    ASSERT_TRUE(rest.await_ready());
    auto answer = rest.request("PUT", "/keys/k", "v");
    EXPECT_THAT(answer, Fails(expected.status, expected.code));
    EXPECT_EQ(json_of(answer).value("executed", ""), expected.executed);
    EXPECT_EQ(answer.header("retry-after").empty(), expected.status != 503);
    EXPECT_THAT(rest.request("GET", "/livez"), HasStatus(200));
    EXPECT_TRUE(rest.await_ready());
}

constexpr auto name_of = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Errors, FaultReplies, testing::ValuesIn(errors), name_of);
INSTANTIATE_TEST_SUITE_P(Nonsense, FaultReplies, testing::ValuesIn(nonsense), name_of);

TEST(FaultyReplies, PassOnWhatRedisSaysItself)
{
    scripted_redis server([](const auto&) { return "-ERR something of its own\r\n"; });
    gateway rest({"--redis", server.url()});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(
        json_of(rest.request("GET", "/keys/k"))["error"].get<std::string>(), testing::HasSubstr("something of its own")
    );
}

TEST(FaultyReplies, AreWaitedForOnlySoLong)
{
    configuration file(R"({"redis":{"command_timeout":"300ms"},"threads":1})");
    scripted_redis server([](const auto&) { return ""; });
    gateway rest({"--config", file.path(), "--redis", server.url()});
    ASSERT_TRUE(rest.await_ready() && await([&] { return server.asked(); }));
    auto answer = rest.request("POST", "/keys/k/incr");
    EXPECT_THAT(answer, Fails(504, "redis_timeout"));
    EXPECT_EQ(json_of(answer)["executed"], "maybe");
}

TEST(FaultyReplies, ThatComeLateGoToNobodyElse)
{
    configuration file(R"({"redis":{"command_timeout":"300ms"},"threads":1})");
    std::atomic<bool> hold{true};
    std::atomic<int> owed{0};
    scripted_redis server([&](const auto& received) -> std::optional<std::string> {
        if (hold) {
            ++owed;
            return "";
        }
        std::string replies;
        for (auto late = owed.exchange(0); late > 0; --late)
            replies += "$4\r\nlate\r\n";
        return replies + "$" + std::to_string(received[1].size()) + "\r\n" + received[1] + "\r\n";
    });
    gateway rest({"--config", file.path(), "--redis", server.url()});
    ASSERT_TRUE(rest.await_ready() && await([&] { return server.asked(); }));
    auto connection = rest.connect();
    EXPECT_THAT(connection.request("GET", "/keys/first?raw"), HasStatus(504));
    hold = false;
    for (int round = 0; round < 20; ++round) {
        auto key = "key-" + std::to_string(round);
        auto answer = connection.request("GET", "/keys/" + key + "?raw");
        EXPECT_NE(answer.body, "late");
        if (answer.status == 200) {
            EXPECT_EQ(answer.body, key);
        }
    }
}

TEST(FaultyReplies, ThatAreCutOffAreNotInvented)
{
    std::atomic<int> commands{0};
    std::atomic<bool> cut{true};
    scripted_redis server([&](const auto&) -> std::optional<std::string> {
        ++commands;
        if (cut)
            return std::nullopt;
        return "$2\r\nok\r\n";
    });
    gateway rest({"--redis", server.url()});
    ASSERT_TRUE(rest.await_ready());
    auto answer = rest.request("POST", "/keys/k/incr");
    EXPECT_THAT(answer, Fails(503, "redis_unavailable"));
    EXPECT_EQ(json_of(answer)["executed"], "maybe");
    EXPECT_EQ(commands, 1) << "a write was sent twice";
    cut = false;
    EXPECT_TRUE(await([&] { return rest.request("GET", "/keys/k?raw").body == "ok"; }));
}

TEST(FaultyReplies, ThatWereLostAreAskedForAgainOnceWhenOnlyRead)
{
    std::atomic<int> commands{0};
    scripted_redis server([&](const auto&) -> std::optional<std::string> {
        if (++commands == 1)
            return std::nullopt;
        return "$2\r\nok\r\n";
    });
    gateway rest({"--redis", server.url()});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(rest.request("GET", "/keys/k?raw"), Answers(200, "ok"));
    EXPECT_EQ(commands, 2);
}

}   // namespace
}   // namespace rediserve::test
