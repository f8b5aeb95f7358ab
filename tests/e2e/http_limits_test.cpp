// Bounds on what a client may send, hold open and leave unread.
#include "e2e/rest_test.hpp"
#include "support/sanitizer.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <iostream>
#include <thread>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t megabyte = std::size_t{1} << 20;

class HttpLimits : public testing::Test
{
protected:
    // A gateway with these members of "http.limits".
    void start(const std::string& limits, const std::vector<std::string>& more = {})
    {
        file_ = std::make_unique<configuration>(R"({"http":{"limits":{)" + limits + "}}}");
        std::vector<std::string> arguments = {"--config", file_->path(), "--redis", redis_.url()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        gateway_ = std::make_unique<gateway>(arguments);
        ASSERT_TRUE(gateway_->await_ready());
    }

    gateway& rest() { return *gateway_; }
    redis_server& redis() { return redis_; }

    // The first answer to these bytes, on a connection of their own that must close behind it.
    http_response last_answer(const std::string& bytes)
    {
        auto connection = rest().connect();
        connection.send(bytes);
        auto answer = connection.read();
        EXPECT_EQ(connection.read_to_end(), "");
        return answer;
    }

private:
    redis_server redis_;
    std::unique_ptr<configuration> file_;
    std::unique_ptr<gateway> gateway_;
};

TEST_F(HttpLimits, OfTheRequestLine)
{
    start("");
    auto line = [](std::size_t size) { return "GET /keys/" + std::string(size - 21, 'a') + " HTTP/1.1\r\n"; };
    EXPECT_THAT(last_answer(line(65'537) + "Host: x\r\n\r\n"), Fails(414, "too_large"));
    EXPECT_THAT(last_answer("GET /" + std::string(70'000, 'a')), Fails(414, "too_large"));
    auto connection = rest().connect();
    connection.send(line(60'000) + "Host: x\r\n\r\n");
    EXPECT_THAT(connection.read(), Fails(404, "not_found"));
}

TEST_F(HttpLimits, OfTheHeader)
{
    start("");
    EXPECT_THAT(
        last_answer("GET /livez HTTP/1.1\r\nHost: x\r\nA: " + std::string(90'000, 'a')), Fails(431, "too_large")
    );
    std::string many = "GET /livez HTTP/1.1\r\nHost: x\r\n";
    for (int number = 0; number < 10'000; ++number)
        many.append("A").append(std::to_string(number)).append(": b\r\n");
    EXPECT_THAT(last_answer(many), Fails(431, "too_large"));
    auto connection = rest().connect();
    connection.send("GET /livez HTTP/1.1\r\nHost: x\r\nA: " + std::string(60'000, 'a') + "\r\n\r\n");
    EXPECT_THAT(connection.read(), HasStatus(200));
}

TEST_F(HttpLimits, OfABodyBeforeItIsSent)
{
    start("");
    EXPECT_THAT(
        last_answer("PUT /keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: 67108865\r\n\r\n"), Fails(413, "too_large")
    );
}

TEST_F(HttpLimits, OfABodyInChunks)
{
    start(R"("body": 1000)");
    auto chunk = "1f4\r\n" + std::string(500, 'a') + "\r\n";
    EXPECT_THAT(
        last_answer("PUT /keys/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk),
        Fails(413, "too_large")
    );
    EXPECT_THAT(rest().request("PUT", "/keys/k", std::string(1000, 'a')), HasStatus(201));
    EXPECT_THAT(rest().request("PUT", "/keys/k", std::string(1001, 'a')), Fails(413, "too_large"));
    EXPECT_EQ(redis().cli({"strlen", "k"}), "1000");
}

TEST_F(HttpLimits, OfTheTimeOfAHeader)
{
    start(R"("header_timeout": "300ms")");
    auto connection = rest().connect();
    connection.send("GET /livez HTTP/1.1\r\nHost:");
    EXPECT_THAT(connection.read(), Fails(408, "request_timeout"));
    EXPECT_EQ(connection.read_to_end(), "");
}

TEST_F(HttpLimits, OfTheTimeOfAHeaderThatDripsIn)
{
    start(R"("header_timeout": "500ms")");
    auto connection = rest().connect();
    connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n");
    std::thread dripping([&] {
        EXPECT_TRUE(await([&] {
            try {
                connection.send("A: b\r\n");
                return false;
            } catch (const std::exception&) {
                return true;
            }
        }));
    });
    EXPECT_THAT(connection.read(), Fails(408, "request_timeout"));
    connection.shut_write();
    dripping.join();
    EXPECT_EQ(connection.read_to_end(), "");
}

TEST_F(HttpLimits, OfABodyThatStalls)
{
    start(R"("body_rate": 1024)");
    auto connection = rest().connect();
    connection.send("PUT /keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nsome");
    EXPECT_THAT(connection.read(), Fails(408, "request_timeout"));
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
}

TEST_F(HttpLimits, OfIdleTime)
{
    start(R"("idle_timeout": "300ms")");
    auto silent = rest().connect();
    auto used = rest().connect();
    EXPECT_THAT(used.request("GET", "/livez"), HasStatus(200));
    EXPECT_TRUE(await([&] { return used.closed_by_peer(); }, 5s));
    EXPECT_TRUE(await([&] { return silent.closed_by_peer(); }, 5s));
}

TEST_F(HttpLimits, OfConnections)
{
    start(R"("connections": 3)");
    await([&] { return rest().connect().request("GET", "/livez").status == 200; });
    std::vector<http_connection> open;
    for (int number = 0; number < 3; ++number) {
        // The connection of the line above may still be on its way out.
        EXPECT_TRUE(await([&] {
            auto connection = rest().connect();
            bool let_in = connection.request("GET", "/livez").status == 200;
            if (let_in)
                open.push_back(std::move(connection));
            return let_in;
        }));
    }
    auto refused = rest().connect();
    auto answer = refused.read();   // unasked: the refusal needs no request
    EXPECT_THAT(answer, Fails(503, "overloaded"));
    EXPECT_EQ(json_of(answer)["executed"], "no");
    EXPECT_FALSE(answer.header("retry-after").empty());
    EXPECT_TRUE(await([&] { return refused.closed_by_peer(); }));
    EXPECT_THAT(open.front().request("GET", "/livez"), HasStatus(200));
    open.clear();
    EXPECT_TRUE(await([&] { return rest().request("GET", "/livez").status == 200; }));
}

TEST_F(HttpLimits, OfRequestsInFlightSlowOnlyTheirConnection)
{
    start(R"("in_flight": 2)");
    auto connection = rest().connect();
    std::string batch;
    for (int number = 0; number < 100; ++number)
        batch += "POST /keys/n/incr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    connection.send(batch);
    for (int number = 1; number <= 100; ++number)
        EXPECT_THAT(connection.read(), Answers(200, R"({"key":"n","value":)" + std::to_string(number) + "}"));
}

TEST_F(HttpLimits, LetAnEarlyRefusalBeReadWhileTheClientSends)
{
    start("", {"--token", "secret"});
    auto connection = rest().connect();
    std::string body(megabyte, 'x');
    connection.send("PUT /keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(60 * megabyte) + "\r\n\r\n");
    try {
        for (int sent = 0; sent < 60; ++sent)
            connection.send(body);
    } catch (const std::system_error&) {
        // Cut off while sending: the answer must have arrived all the same.
    }
    EXPECT_THAT(connection.read(), Fails(401, "unauthorized"));
}

TEST_F(HttpLimits, BoundWhatAClientLeavesUnread)
{
    start("", {"--threads", "1"});
    constexpr int requests = 150;
    redis().cli({"eval", "redis.call('set', 'big', string.rep('x', 1000000))", "0"});
    for (int warm = 0; warm < 3; ++warm)
        rest().request("GET", "/keys/big?raw");
    auto before = resident_bytes(rest().process().id());
    auto slow = rest().connect();
    std::string batch;
    for (int number = 0; number < requests; ++number)
        batch += "GET /keys/big?raw HTTP/1.1\r\nHost: x\r\n\r\n";
    slow.send(batch);
    std::size_t peak = 0;
    for (int round = 0; round < 300; ++round) {
        EXPECT_THAT(rest().request("GET", "/keys/other"), HasStatus(404));
        peak = std::max(peak, resident_bytes(rest().process().id()));
    }
    auto grown = peak - std::min(peak, before);
    std::cout << "resident memory grew by " << grown / 1024 << " KiB\n";
    if (!under_sanitizer) {
        EXPECT_LT(grown, 40 * megabyte);
    }
    for (int number = 0; number < requests; ++number)
        EXPECT_EQ(slow.read().body.size(), 1'000'000U);
}

TEST_F(HttpLimits, FollowTheReaderOfAStream)
{
    start("", {"--threads", "1"});
    redis().cli(
        {"eval", "for i = 1, 200000 do redis.call('set', 'a-rather-long-key-to-fill-the-buffers:' .. i, '') end", "0"}
    );
    auto before = resident_bytes(rest().process().id());
    auto slow = rest().connect();
    int small = 65536;   // the kernel must not hold the whole stream
    ::setsockopt(slow.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    slow.send("GET /keys HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n\r\n");
    std::size_t peak = 0;
    for (int round = 0; round < 300; ++round) {
        EXPECT_THAT(rest().request("GET", "/keys/other"), HasStatus(404));
        peak = std::max(peak, resident_bytes(rest().process().id()));
    }
    if (!under_sanitizer) {
        EXPECT_LT(peak - std::min(peak, before), 8 * megabyte);
    }
    auto answer = slow.read();
    EXPECT_EQ(std::count(answer.body.begin(), answer.body.end(), '\n'), 200'000);
}

}   // namespace
}   // namespace rediserve::test
