// A proxy between the gateway and its server that can do to their bytes what networks do.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::test {

class tcp_gate
{
public:
    // Listens on a free port of 127.0.0.1 and passes everything on to that port of it. Has a thread of its own, which does
    // what the calls below say within some milliseconds.
    explicit tcp_gate(std::uint16_t to);
    ~tcp_gate();
    tcp_gate(const tcp_gate&) = delete;
    tcp_gate& operator=(const tcp_gate&) = delete;

    std::uint16_t port() const noexcept { return port_; }

    // How long everything is on its way, each way.
    void delay(std::chrono::milliseconds each_way) { delay_ = each_way; }
    // Swallows everything, both ways, and accepts connections all the same. The connections that lost bytes so are reset
    // when it is over.
    void black_hole(bool on);
    // Resets connections as soon as they are accepted.
    void refuse(bool on) { refuse_ = on; }
    // Every connection that is open, and every later one, is reset in the middle of what the server sends: behind so many
    // bytes of it. 0: no more.
    void cut_after(std::size_t bytes);
    // The next that the server sends on each connection that is open is replaced by this.
    void garble(std::string with);

private:
    using time_point = std::chrono::steady_clock::time_point;
    struct chunk
    {
        time_point due;
        std::string bytes;
    };
    // One way through the gate.
    struct way
    {
        int from;
        int to;
        std::deque<chunk> queue = {};
        std::size_t waiting = 0;
        bool ended = false;   // nothing more comes
    };
    struct passage
    {
        way up;     // from the gateway to the server
        way down;   // back
        std::size_t passed = 0;
        bool garbled = false;
        bool swallowed = false;
        bool over = false;
    };

    void run();
    void accept();
    void attend(passage& through);
    void take(passage& through, way& from);
    void give(passage& through, way& to);
    void alter(passage& through, std::string& bytes);
    void reset(passage& through);
    void sweep();

    int listening_ = -1;
    std::uint16_t to_;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<std::chrono::milliseconds> delay_{std::chrono::milliseconds(0)};
    std::atomic<bool> hole_{false};
    std::atomic<bool> refuse_{false};
    std::mutex mutex_;   // for what follows, as far as other threads change it
    std::size_t cut_after_ = 0;
    std::string garbage_;
    std::vector<std::unique_ptr<passage>> passages_;
    std::thread thread_;
};

}   // namespace rediserve::test
