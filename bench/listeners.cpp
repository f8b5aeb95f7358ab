// Listens to one channel with many server-sent-event streams, and publishes on it as fast as they all read; or follows one
// Redis stream, to which nothing is added:
//
//     listeners ADDRESS PORT COUNT REDIS_PORT [streams]
//
// Prints "open COUNT" when all are confirmed, then does what standard input says, until it ends:
//
//     run BYTES    publishes messages of so many bytes, as long as no more than `under_way` are on their way to a listener
//     stall        the first listener reads no more; what is sent to it stays on the gateway's side, which is 2.5 MB in
//                  Linux and then the gateway itself
//     stop         prints "DELIVERED MICROSECONDS OPEN" once those who read have everything: messages that arrived, in
//                  all, since when, and how many of those who read are still connected
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

constexpr std::size_t under_way = 64 * 1024;   // more for all of them would strain the memory of the sockets
constexpr char mark = '!';                     // once in each message, and nowhere else
constexpr const char* channel = "c";

[[noreturn]] void fail(const char* what)
{
    std::perror(what);
    std::exit(EXIT_FAILURE);
}

enum class buffering : bool { usual, least };

int connect_to(const sockaddr_in& server, buffering how = buffering::usual)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    if (descriptor < 0)
        fail("socket");
    if (how == buffering::least) {
        const int room = 16 * 1024;
        ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    }
    const timeval patience{10, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
        fail("connect");
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

void send_all(int descriptor, std::string_view what)
{
    while (!what.empty()) {
        const ssize_t sent = ::send(descriptor, what.data(), what.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            fail("send");
        what.remove_prefix(static_cast<std::size_t>(sent));
    }
}

// What is listened to, and how the first event begins.
struct source
{
    std::string path;
    std::string_view first;
};

int listen_at(const sockaddr_in& gateway, const source& what, buffering how = buffering::usual)
{
    const int descriptor = connect_to(gateway, how);
    send_all(descriptor, "GET " + what.path + " HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n");
    std::string answer;
    std::array<char, 2048> piece;
    while (answer.find(what.first) == std::string::npos) {
        const ssize_t size = ::recv(descriptor, piece.data(), piece.size(), 0);
        if (size <= 0 || !(answer.append(piece.data(), static_cast<std::size_t>(size)).starts_with("HTTP/1.1 200 "))) {
            std::fprintf(stderr, "unexpected answer: %s\n", answer.c_str());
            std::exit(EXIT_FAILURE);
        }
    }
    ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    return descriptor;
}

class audience
{
public:
    audience(const sockaddr_in& gateway, const sockaddr_in& redis, std::size_t count, const source& what)
        : epoll_(::epoll_create1(0))
        , redis_(connect_to(redis))
        , first_(listen_at(gateway, what, buffering::least))
        , reading_(count)
    {
        watch(STDIN_FILENO);
        watch(first_);
        for (std::size_t i = 1; i < count; ++i)
            watch(listen_at(gateway, what));
        std::printf("open %zu\n", count);
        std::fflush(stdout);
    }

    void run()
    {
        std::array<epoll_event, 256> events;
        while (!ended_) {
            const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1000);
            for (int i = 0; i < count; ++i)
                attend(events[static_cast<std::size_t>(i)].data.fd);
            publish();
            const bool nothing_comes = count == 0;
            if (stopping_ && (delivered_ >= due_ || nothing_comes))
                report();
        }
    }

private:
    void watch(int descriptor)
    {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = descriptor;
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0)
            fail("epoll_ctl");
    }

    void attend(int descriptor)
    {
        if (descriptor == STDIN_FILENO)
            obey();
        else
            take(descriptor);
    }

    void take(int listener)
    {
        static std::array<char, 65536> piece;
        const ssize_t size = ::recv(listener, piece.data(), piece.size(), 0);
        if (size > 0) {
            delivered_ += static_cast<std::uint64_t>(std::count(piece.data(), piece.data() + size, mark));
            return;
        }
        ::close(listener);   // cut off, and so no longer watched
        --reading_;
    }

    void obey()
    {
        char letter = 0;
        ended_ = ::read(STDIN_FILENO, &letter, 1) != 1;
        if (letter != '\n')
            line_ += letter;
        else
            obey(std::exchange(line_, {}));
    }

    void obey(const std::string& line)
    {
        if (line.starts_with("run "))
            start(std::strtoul(line.c_str() + 4, nullptr, 10));
        else if (line == "stall")
            stall();
        else if (line == "stop")
            stop();
    }

    void start(std::size_t bytes)
    {
        const std::string payload = std::string(bytes - 1, 'x') + mark;
        message_ = std::string("*3\r\n$7\r\nPUBLISH\r\n$1\r\n") + channel + "\r\n$" + std::to_string(bytes) + "\r\n"
            + payload + "\r\n";
        ahead_ = std::max<std::size_t>(under_way / bytes, 1);
        delivered_ = due_ = 0;
        publishing_ = true;
        since_ = clock_type::now();
    }

    // The next message is due when the readers have, on average, all but `ahead_` of those before it.
    void publish()
    {
        std::string batch;
        while (publishing_ && due_ < delivered_ + ahead_ * reading_) {
            batch += message_;
            due_ += reading_;
        }
        send_all(redis_, batch);
        std::array<char, 4096> replies;
        while (::recv(redis_, replies.data(), replies.size(), MSG_DONTWAIT) > 0) {}
    }

    void stall()
    {
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, first_, nullptr);
        --reading_;
    }

    void stop()
    {
        publishing_ = false;
        stopping_ = true;
    }

    void report()
    {
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(clock_type::now() - since_);
        std::printf(
            "%llu %lld %zu\n", static_cast<unsigned long long>(delivered_), static_cast<long long>(took.count()),
            reading_
        );
        std::fflush(stdout);
        stopping_ = false;
    }

    int epoll_;
    int redis_;
    int first_;
    std::size_t reading_;
    std::string line_;   // of standard input, as far as it has come
    std::string message_;
    std::size_t ahead_ = 0;
    std::uint64_t delivered_ = 0;
    std::uint64_t due_ = 0;
    clock_type::time_point since_;
    bool publishing_ = false;
    bool stopping_ = false;
    bool ended_ = false;
};

sockaddr_in address(const char* host, const char* port)
{
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(port, nullptr, 10)));
    ::inet_pton(AF_INET, host, &made.sin_addr);
    return made;
}

}   // namespace

int main(int count_of_arguments, char** arguments)
{
    const bool follows = count_of_arguments == 6 && std::string_view(arguments[5]) == "streams";
    if (count_of_arguments != 5 && !follows) {
        std::fprintf(stderr, "usage: %s ADDRESS PORT COUNT REDIS_PORT [streams]\n", arguments[0]);
        return 2;
    }
    const std::string name = channel;
    const source what =
        follows ? source{"/streams/" + name, "event: open"} : source{"/subscribe/" + name, "data: subscribe,"};
    audience all(
        address(arguments[1], arguments[2]), address(arguments[1], arguments[4]),
        std::strtoul(arguments[3], nullptr, 10), what
    );
    all.run();
    return EXIT_SUCCESS;
}
