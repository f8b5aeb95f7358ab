// A server that speaks RESP as badly as a test wants: for replies that no real Redis gives on demand.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::test {

class scripted_redis
{
public:
    using command = std::vector<std::string>;   // the name in upper case
    // What to send for one command, byte for byte; nullopt closes the connection.
    using script = std::function<std::optional<std::string>(const command& received)>;

    // Answers PING, what sets a connection up and what the gateway asks every server; everything else is for the script.
    // The script is called by a thread of this server.
    explicit scripted_redis(script answers);
    ~scripted_redis();
    scripted_redis(const scripted_redis&) = delete;
    scripted_redis& operator=(const scripted_redis&) = delete;

    // Whether a gateway of one thread has asked all that it asks every server: what comes from now on is for the script.
    bool asked() const { return questions_answered_ >= 2; }

    std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }

private:
    void serve();
    void serve_one(int descriptor);
    std::optional<std::string> answer(const command& received) const;

    script answers_;
    int listening_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<int> questions_answered_{0};
    std::thread thread_;
};

}   // namespace rediserve::test
