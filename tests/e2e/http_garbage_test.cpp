// Random bytes and random damage: never a crash, never a hang. Every test prints its seed.
#include "e2e/rest_test.hpp"

#include <iostream>
#include <random>

namespace rediserve::test {
namespace {

class HttpGarbage : public rest_test
{
protected:
    void SetUp() override
    {
        rest_test::SetUp();
        auto seed = std::random_device{}();
        std::cout << "seed " << seed << "\n";
        random_.seed(seed);
    }

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

    std::string noise(std::size_t size)
    {
        std::string bytes(size, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(below(256));
        return bytes;
    }

    // Sends the bytes, ends the sending side, and reads until the peer has closed too.
    static void send_and_see_it_close(const std::string& bytes)
    {
        auto connection = rest().connect();
        try {
            connection.send(bytes);
        } catch (const std::system_error&) {
            // Refused and closed already.
        }
        connection.shut_write();
        connection.read_to_end();
    }

    std::mt19937 random_;
};

TEST_F(HttpGarbage, IsRefusedWhateverItIs)
{
    for (int round = 0; round < 300; ++round)
        send_and_see_it_close(noise(1 + below(2000)));
    EXPECT_TRUE(rest().process().running());
    EXPECT_THAT(get("/livez"), HasStatus(200));
}

TEST_F(HttpGarbage, MayBeARequestWithAFewBytesChanged)
{
    const std::vector<std::string> requests = {
        "PUT /keys/k?ttl=100&nx HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Type: "
        "text/plain\r\n\r\nhello",
        "GET /keys/k?include=type,ttl HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nIf-None-Match: "
        "\"x\"\r\n\r\n",
        "PUT /keys/k HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
        "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "PATCH /keys/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{\"ttl\":60}",
        "GET /keys?match=*&count=10 HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n",
    };
    for (int round = 0; round < 600; ++round) {
        auto bytes = requests[below(requests.size())] + requests[below(requests.size())];
        for (auto changes = 1 + below(4); changes > 0; --changes)
            bytes[below(bytes.size())] = static_cast<char>(below(256));
        send_and_see_it_close(bytes.substr(0, 1 + below(bytes.size())));
    }
    EXPECT_TRUE(rest().process().running());
    EXPECT_THAT(get("/livez"), HasStatus(200));
    EXPECT_THAT(put("/keys/after", "v"), HasStatus(201));
}

}   // namespace
}   // namespace rediserve::test
