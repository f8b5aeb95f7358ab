// Clients that keep asking, each on a connection of its own, and count what they are told.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::test {

// The clients write, read and count in turn until they are stopped.
class load
{
public:
    load(std::string address, int clients);
    ~load();
    load(const load&) = delete;
    load& operator=(const load&) = delete;

    void stop();

    // Answers with this status so far.
    long count(int status) const;
    std::vector<int> statuses() const;
    // Requests that got no answer: connections that were cut, or silent for 20 s.
    long broken() const noexcept { return broken_; }
    // Failed writes without "executed".
    long unexplained() const noexcept { return unexplained_; }
    std::chrono::milliseconds slowest() const;
    std::string summary() const;

private:
    void ask(int client);
    void one(class http_connection& through, int client, long number);

    std::string address_;
    std::atomic<bool> stopping_{false};
    std::atomic<long> broken_{0};
    std::atomic<long> unexplained_{0};
    mutable std::mutex mutex_;
    std::map<int, long> counts_;
    std::chrono::nanoseconds slowest_{0};
    std::vector<std::thread> threads_;
};

}   // namespace rediserve::test
