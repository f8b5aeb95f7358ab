// Opens keep-alive connections, has each answered once, and holds them open until standard input ends:
//
//     idle_connections ADDRESS PORT COUNT PATH
//
// Prints "open COUNT" when all stand. Exit code 1 when one of them is refused, or is not answered with 200.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what)
{
    std::perror(what);
    std::exit(EXIT_FAILURE);
}

// A descriptor per connection is more than a shell's usual limit allows.
void allow_descriptors(std::size_t count)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < count + 16)
        std::fprintf(
            stderr, "only %llu descriptors are allowed here\n", static_cast<unsigned long long>(limit.rlim_cur)
        );
}

int connect_to(const sockaddr_in& server)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    if (descriptor < 0)
        fail("socket");
    const timeval patience{10, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
        fail("connect");
    return descriptor;
}

// One request and its short answer, which arrives in one piece on loopback.
void ask(int descriptor, const std::string& request)
{
    if (::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        fail("send");
    char answer[2048];
    const ssize_t size = ::recv(descriptor, answer, sizeof answer, 0);
    if (size <= 0)
        fail("recv");
    if (!std::string_view(answer, static_cast<std::size_t>(size)).starts_with("HTTP/1.1 200 ")) {
        std::fprintf(stderr, "unexpected answer: %.*s\n", static_cast<int>(size), answer);
        std::exit(EXIT_FAILURE);
    }
}

}   // namespace

int main(int count_of_arguments, char** arguments)
{
    if (count_of_arguments != 5) {
        std::fprintf(stderr, "usage: %s ADDRESS PORT COUNT PATH\n", arguments[0]);
        return 2;
    }
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(arguments[2], nullptr, 10)));
    ::inet_pton(AF_INET, arguments[1], &server.sin_addr);
    const std::size_t count = std::strtoul(arguments[3], nullptr, 10);
    const std::string request = std::string("GET ") + arguments[4] + " HTTP/1.1\r\nHost: bench\r\n\r\n";

    allow_descriptors(count);
    std::vector<int> open;
    open.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        open.push_back(connect_to(server));
        ask(open.back(), request);
    }
    std::printf("open %zu\n", count);
    std::fflush(stdout);

    char ignored[64];
    while (::read(STDIN_FILENO, ignored, sizeof ignored) > 0) {}
    return EXIT_SUCCESS;
}
