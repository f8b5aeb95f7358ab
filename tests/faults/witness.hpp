// Many clients that keep asking, each on a connection of its own, and know what was acknowledged to them. Every other one
// wants its reads from replicas, where there are any, and must find there what it has written.
#pragma once

#include "faults/question.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::test {

class witness
{
public:
    struct options
    {
        std::string address;   // "127.0.0.1:PORT" or "unix:/path"
        int clients = 16;
        int listeners = 2;                            // with a stream of the channel "news" each
        std::chrono::milliseconds pause{3};           // of a client between an answer and its next request
        std::chrono::milliseconds patience{15'000};   // for an answer
    };

    // The clients begin at once. All are attended by one thread.
    explicit witness(const options& how);
    // Cuts off whatever is under way.
    ~witness();
    witness(const witness&) = delete;
    witness& operator=(const witness&) = delete;

    // Every client gets the answer that it waits for, and then asks no more until resume(). Connections stay.
    void rest();
    void resume() { resting_ = false; }

    // Requests that are not answered yet.
    int under_way() const;
    tally counts() const;
    // What was wrong with the answers so far.
    findings wrong() const;

    // The server has just been found empty, or is going to come back so: clients use other keys from now on, and of those
    // before, what was acknowledged may be gone.
    void forget();
    // Whether connections may end without an answer: while the gateway itself is ended. What was asked is in doubt then.
    void excuse_cuts(bool on) { excusing_ = on; }

    // Since when all clients are answered as if nothing was, each of them `times` times by now; nullopt: not yet.
    std::optional<std::chrono::steady_clock::time_point> undisturbed_since(int times) const;
    // Answers are looked at from now on, for that.
    void look_anew();

    // Whether every listener's last message is this one.
    bool heard(const std::string& message) const;

    // While it rests: compares everything with what `read` says.
    findings judge(const std::function<std::optional<std::string>(const std::string& key)>& read) const;

private:
    class client;
    class listener;
    friend class client;
    using time_point = std::chrono::steady_clock::time_point;

    void run();
    void turn();

    options how_;
    std::atomic<bool> resting_{false};
    std::atomic<bool> cutting_{false};
    std::atomic<bool> excusing_{false};
    mutable std::mutex mutex_;   // for everything below
    int epoch_ = 0;
    tally counts_;
    findings wrong_;
    std::vector<std::unique_ptr<client>> clients_;
    std::vector<std::unique_ptr<listener>> listeners_;
    std::thread thread_;
};

}   // namespace rediserve::test
