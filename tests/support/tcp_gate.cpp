#include "support/tcp_gate.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace rediserve::test {

namespace {

using std::chrono::steady_clock;

constexpr int look_every_ms = 2;
constexpr std::size_t most_waiting = std::size_t{4} << 20;

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void make_quick(int descriptor)
{
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
}

void close_with_reset(int descriptor)
{
    const linger at_once{1, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(descriptor);
}

}   // namespace

tcp_gate::tcp_gate(std::uint16_t to) : to_(to)
{
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listening_, 256) != 0)
        throw std::system_error(errno, std::generic_category(), "listen");
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

tcp_gate::~tcp_gate()
{
    stopping_ = true;
    thread_.join();
    for (auto& each : passages_)
        reset(*each);
    ::close(listening_);
}

void tcp_gate::black_hole(bool on)
{
    hole_ = on;
    if (on)
        return;
    std::lock_guard lock(mutex_);
    for (auto& each : passages_)
        if (each->swallowed)
            reset(*each);
}

void tcp_gate::cut_after(std::size_t bytes)
{
    std::lock_guard lock(mutex_);
    cut_after_ = bytes;
    for (auto& each : passages_)
        each->passed = 0;
}

void tcp_gate::garble(std::string with)
{
    std::lock_guard lock(mutex_);
    garbage_ = std::move(with);
    for (auto& each : passages_)
        each->garbled = true;
}

void tcp_gate::run()
{
    while (!stopping_) {
        std::vector<pollfd> wanted{{listening_, POLLIN, 0}};
        {
            std::lock_guard lock(mutex_);
            for (const auto& each : passages_)
                for (const way* one : {&each->up, &each->down})
                    if (!one->ended && one->waiting < most_waiting)
                        wanted.push_back({one->from, POLLIN, 0});
        }
        ::poll(wanted.data(), wanted.size(), look_every_ms);
        std::lock_guard lock(mutex_);
        accept();
        for (auto& each : passages_)
            attend(*each);
        sweep();
    }
}

void tcp_gate::accept()
{
    for (;;) {
        const int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0)
            return;
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto address = loopback(to_);
        if (refuse_ || ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            close_with_reset(client);
            ::close(server);
            continue;
        }
        make_quick(client);
        make_quick(server);
        passages_.push_back(std::make_unique<passage>(passage{.up = {client, server}, .down = {server, client}}));
    }
}

void tcp_gate::attend(passage& through)
{
    for (way* one : {&through.up, &through.down}) {
        if (!through.over)
            take(through, *one);
        if (!through.over)
            give(through, *one);
    }
}

void tcp_gate::take(passage& through, way& from)
{
    static thread_local std::array<char, 65536> piece;
    while (!from.ended && from.waiting < most_waiting) {
        const ssize_t got = ::recv(from.from, piece.data(), piece.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got < 0)
            return reset(through);
        if (got == 0) {
            from.ended = true;
            return;
        }
        if (hole_) {
            through.swallowed = true;
            continue;
        }
        from.queue.push_back({steady_clock::now() + delay_.load(), {piece.data(), static_cast<std::size_t>(got)}});
        from.waiting += static_cast<std::size_t>(got);
    }
}

// Bytes of the server, just before they are passed on.
void tcp_gate::alter(passage& through, std::string& bytes)
{
    if (std::exchange(through.garbled, false))
        bytes = garbage_;
    if (cut_after_ != 0)
        bytes.resize(std::min(bytes.size(), cut_after_ - std::min(cut_after_, through.passed)));
}

void tcp_gate::give(passage& through, way& to)
{
    while (!to.queue.empty() && to.queue.front().due <= steady_clock::now()) {
        auto bytes = std::move(to.queue.front().bytes);
        to.queue.pop_front();
        to.waiting -= bytes.size();
        if (&to == &through.down) {
            alter(through, bytes);
            through.passed += bytes.size();
        }
        const ssize_t sent = ::send(to.to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            return reset(through);
        const auto done = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
        if (done < bytes.size()) {
            to.waiting += bytes.size() - done;
            to.queue.push_front({steady_clock::now(), bytes.substr(done)});
            return;
        }
        if (cut_after_ != 0 && through.passed >= cut_after_)
            return reset(through);
    }
    if (to.ended && to.queue.empty())
        reset(through);
}

void tcp_gate::reset(passage& through)
{
    if (std::exchange(through.over, true))
        return;
    close_with_reset(through.up.from);
    close_with_reset(through.down.from);
}

void tcp_gate::sweep()
{
    std::erase_if(passages_, [](const auto& each) { return each->over; });
}

}   // namespace rediserve::test
