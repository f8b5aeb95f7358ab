// The life of a connection: keep-alive, pipelining, Expect, HTTP/1.0, half-close.
#include "e2e/rest_test.hpp"

#include <thread>

namespace rediserve::test {
namespace {

class HttpConnection : public rest_test
{};

std::string numbered(const std::string& line, int number, const std::string& more = {}, const std::string& body = {})
{
    return line + " HTTP/1.1\r\nHost: x\r\nX-Request-Id: n-" + std::to_string(number) + "\r\n" + more + "\r\n" + body;
}

TEST_F(HttpConnection, StaysOpenBetweenRequests)
{
    auto connection = rest().connect();
    for (int round = 0; round < 100; ++round) {
        auto value = std::to_string(round);
        EXPECT_THAT(connection.request("PUT", "/keys/k", value), HasStatus(round == 0 ? 201 : 200));
        EXPECT_THAT(connection.request("GET", "/keys/k?raw"), Answers(200, value));
    }
}

TEST_F(HttpConnection, ClosesWhenAsked)
{
    auto connection = rest().connect();
    auto answer = connection.request("GET", "/livez", {}, {{"Connection", "close"}});
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(await([&] { return connection.closed_by_peer(); }));
}

TEST_F(HttpConnection, IgnoresWhatFollowsALastRequest)
{
    auto connection = rest().connect();
    connection.send(
        "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        + numbered("PUT /keys/k", 1, "Content-Length: 1\r\n", "v")
    );
    EXPECT_THAT(connection.read(), HasStatus(200));
    EXPECT_EQ(connection.read_to_end(), "");
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
}

TEST_F(HttpConnection, AnswersPipelinedRequestsInOrder)
{
    redis().cli(
        {"eval",
         "redis.call('set', 'big', string.rep('x', 300000)) for i = 1, 5000 do redis.call('rpush', 'list', "
         "i) end",
         "0"}
    );
    std::string batch;
    for (int number = 0; number < 200; ++number) {
        switch (number % 5) {
        case 0: batch += numbered("GET /keys/big", number); break;
        case 1: batch += numbered("GET /livez", number); break;
        case 2: batch += numbered("GET /keys/list", number); break;
        case 3: batch += numbered("PUT /keys/k", number, "Content-Length: 3\r\n", std::to_string(100 + number)); break;
        default: batch += numbered("GET /keys/k?raw", number); break;
        }
    }
    auto connection = rest().connect();
    std::thread sender([&] { connection.send(batch); });
    for (int number = 0; number < 200; ++number) {
        auto answer = connection.read();
        EXPECT_EQ(answer.header("x-request-id"), "n-" + std::to_string(number));
        EXPECT_THAT(answer, HasStatus(number == 3 ? 201 : 200));
        if (number % 5 == 4) {
            EXPECT_EQ(answer.body, std::to_string(100 + number - 1)) << "a read overtook the write before it";
        }
    }
    sender.join();
}

TEST_F(HttpConnection, AnswersARequestThatArrivesByteByByte)
{
    auto connection = rest().connect();
    auto request = numbered("PUT /keys/k", 1, "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n");
    for (char byte : request)
        connection.send(std::string_view(&byte, 1));
    EXPECT_THAT(connection.read(), HasStatus(201));
    EXPECT_EQ(redis().cli({"get", "k"}), "abcde");
}

TEST_F(HttpConnection, AnswersHeadsAndBodiesCutAnywhere)
{
    auto whole = numbered("PUT /keys/k", 1, "Content-Length: 5\r\n", "hello") + numbered("GET /keys/k?raw", 2);
    auto connection = rest().connect();
    for (std::size_t cut = 1; cut < whole.size(); cut += 3) {
        connection.send(whole.substr(0, cut));
        connection.send(whole.substr(cut));
        EXPECT_LT(connection.read().status, 300) << cut;
        EXPECT_THAT(connection.read(), Answers(200, "hello")) << cut;
    }
}

TEST_F(HttpConnection, SpeaksHttp10)
{
    redis().cli({"set", "k", "v"});
    auto connection = rest().connect();
    connection.send("GET /keys/k HTTP/1.0\r\n\r\n");
    EXPECT_THAT(connection.read(), Answers(200, R"({"key":"k","value":"v"})"));
    EXPECT_TRUE(await([&] { return connection.closed_by_peer(); }));
}

TEST_F(HttpConnection, KeepsAnHttp10ConnectionWhenAsked)
{
    auto connection = rest().connect();
    for (int round = 0; round < 3; ++round) {
        connection.send("PUT /keys/k HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nv");
        auto answer = connection.read();
        EXPECT_LT(answer.status, 300);
        EXPECT_EQ(answer.header("connection"), "keep-alive");
    }
}

TEST_F(HttpConnection, AsksForABodyThatIsExpected)
{
    auto connection = rest().connect();
    connection.send("PUT /keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(connection.read(), HasStatus(100));
    connection.send("hello");
    EXPECT_THAT(connection.read(), HasStatus(201));
    EXPECT_EQ(redis().cli({"get", "k"}), "hello");
}

TEST_F(HttpConnection, AsksForNoBodyThatIsAlreadyThere)
{
    auto connection = rest().connect();
    connection.send("PUT /keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello");
    auto answer = connection.read();
    if (answer.status == 100)   // allowed, but not needed
        answer = connection.read();
    EXPECT_THAT(answer, HasStatus(201));
    EXPECT_THAT(connection.request("GET", "/keys/k?raw"), Answers(200, "hello"));
}

TEST_F(HttpConnection, RefusesAnExpectedBodyThatIsTooLarge)
{
    auto connection = rest().connect();
    connection.send("PUT /keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: 67108865\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(connection.read(), Fails(413, "too_large"));
    EXPECT_TRUE(await([&] { return connection.closed_by_peer(); }));
}

TEST_F(HttpConnection, AnswersAClientThatHasSentItsLast)
{
    redis().cli({"set", "k", "v"});
    auto connection = rest().connect();
    connection.send(numbered("GET /keys/k?raw", 1) + numbered("GET /livez", 2) + numbered("GET /keys/k?raw", 3));
    connection.shut_write();
    EXPECT_THAT(connection.read(), Answers(200, "v"));
    EXPECT_THAT(connection.read(), HasStatus(200));
    EXPECT_THAT(connection.read(), Answers(200, "v"));
    EXPECT_EQ(connection.read_to_end(), "");
}

TEST_F(HttpConnection, EndsQuietlyWhenTheClientLeavesInTheMiddle)
{
    for (const auto* part :
         {"G", "GET /keys/k HTT", "PUT /keys/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel"}) {
        auto connection = rest().connect();
        connection.send(part);
        connection.shut_write();
        auto rest_of_it = connection.read_to_end();
        EXPECT_TRUE(rest_of_it.empty() || rest_of_it.starts_with("HTTP/1.1 400")) << rest_of_it;
    }
    EXPECT_EQ(redis().cli({"exists", "k"}), "0");
}

TEST_F(HttpConnection, KeepsAliveAfterErrorsThatLeaveTheStreamInStep)
{
    auto connection = rest().connect();
    EXPECT_THAT(connection.request("GET", "/keys/nothing"), Fails(404, "not_found"));
    EXPECT_THAT(connection.request("PATCH", "/keys/k", "nonsense"), Fails(400, "bad_request"));
    EXPECT_THAT(connection.request("PUT", "/keys/k?nx&xx", "body"), Fails(400, "bad_request"));
    EXPECT_THAT(connection.request("GET", "/livez"), HasStatus(200));
}

TEST_F(HttpConnection, EchoesAProperRequestIdAndReplacesAnother)
{
    EXPECT_EQ(get("/livez", {{"X-Request-Id", "abc-123_x"}}).header("x-request-id"), "abc-123_x");
    auto own = get("/livez").header("x-request-id");
    EXPECT_FALSE(own.empty());
    EXPECT_NE(own, get("/livez").header("x-request-id"));
    auto replaced = get("/livez", {{"X-Request-Id", std::string(5000, 'a')}}).header("x-request-id");
    EXPECT_FALSE(replaced.empty());
    EXPECT_LT(replaced.size(), 500U);
    EXPECT_EQ(get("/livez", {{"X-Request-Id", "<script>\"'"}}).header("x-request-id").find('<'), std::string::npos);
}

TEST_F(HttpConnection, ServesManyClientsAtOnce)
{
    std::vector<std::thread> clients;
    std::vector<int> wrong(8);
    for (int number = 0; number < 8; ++number) {
        clients.emplace_back([number, &wrong] {
            auto connection = rest().connect();
            auto target = "/keys/client-" + std::to_string(number);
            for (int round = 0; round < 200; ++round) {
                connection.request("PUT", target, std::to_string(round));
                auto answer = connection.request("GET", target + "?raw");
                wrong[static_cast<std::size_t>(number)] += answer.body == std::to_string(round) ? 0 : 1;
            }
        });
    }
    for (auto& client : clients)
        client.join();
    EXPECT_THAT(wrong, testing::Each(0));
}

}   // namespace
}   // namespace rediserve::test
