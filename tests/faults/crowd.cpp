#include "faults/crowd.hpp"

#include "support/http_client.hpp"

#include <sys/socket.h>

#include <string_view>
#include <system_error>
#include <vector>

namespace rediserve::test {

namespace {

constexpr std::size_t most_wanted = 20;   // more than the kernel takes for a client
constexpr std::string_view ask = "POST / HTTP/1.1\r\nHost: faults\r\nContent-Length: 8\r\n\r\n[\"PING\"]";

void close_with_reset(http_connection& connection)
{
    const linger at_once{1, 0};
    ::setsockopt(connection.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}   // namespace

void connect_and_vanish(const std::string& address, int clients)
{
    std::vector<http_connection> all;
    for (int number = 0; number < clients; ++number) {
        all.emplace_back(address);
        const auto most = number % 3 == 0 ? ask.size() : ask.size() / 2;
        all.back().send(ask.substr(0, number % 7 == 0 ? 0 : most));
        if (number % 2 == 0)
            close_with_reset(all.back());
    }
}

void dawdle(
    const std::string& address, int clients, const std::string& large,
    const std::function<void(const std::function<void()>&)>& hold
)
{
    std::vector<http_connection> writers;
    std::vector<http_connection> readers;
    const auto want = "GET /keys/" + large + "?raw HTTP/1.1\r\nHost: faults\r\n\r\n";
    for (int number = 0; number < clients; ++number) {
        writers.emplace_back(address);
        readers.emplace_back(address);
    }
    std::size_t turn = 0;
    hold([&] {
        for (auto& each : writers)
            if (turn < ask.size() - 1)
                each.send(ask.substr(turn, 1));
        for (auto& each : readers)
            if (turn < most_wanted)
                each.send(want);
        ++turn;
    });
}

}   // namespace rediserve::test
