// Clients that do one long list of increments together, each of them repeated at random and by several, under its Idempotency-Key.
#pragma once

#include "support/http_client.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::test {

// What the clients were told of each increment. Any thread may write and ask.
class increment_ledger
{
public:
    explicit increment_ledger(int increments) : told_(static_cast<std::size_t>(increments)) {}

    // The next increment that nobody has sent yet; nothing when all were.
    std::optional<int> begin();
    // One of those that somebody has sent.
    int sent_before(std::mt19937& dice) const;
    // True when the answer tells what the increment has come to.
    bool note(int number, const http_response& answer);
    void note_unanswered() { ++unanswered_; }

    int size() const noexcept { return static_cast<int>(told_.size()); }
    // Those whose value somebody was told.
    int done() const noexcept { return done_; }
    // Answers that say that nothing is known, and connections that ended before one.
    long disturbed() const noexcept { return failed_ + unanswered_; }
    // Those of which two answers told different values, or that two answers claim to have run just now.
    long contradicted() const noexcept { return contradicted_; }
    long ran_twice() const noexcept { return ran_twice_; }
    long replayed() const noexcept { return replayed_; }
    // What should never be answered, and the first of it.
    long unexpected() const noexcept { return unexpected_; }
    std::string first_unexpected() const;
    // The values of this counter that were told, in ascending order.
    std::vector<long> values_of(int counter) const;
    std::string summary() const;

private:
    struct told
    {
        std::atomic<long> value{0};
        std::atomic<int> not_replayed{0};
    };

    bool note_value(told& of, long value, bool replayed);
    void note_failure(const http_response& answer);

    std::vector<told> told_;
    std::atomic<int> next_{0};
    std::atomic<int> done_{0};
    std::atomic<long> busy_{0};
    std::atomic<long> failed_{0};
    std::atomic<long> unanswered_{0};
    std::atomic<long> contradicted_{0};
    std::atomic<long> ran_twice_{0};
    std::atomic<long> replayed_{0};
    std::atomic<long> unexpected_{0};
    mutable std::mutex mutex_;
    std::string first_unexpected_;
};

// The clients. Each goes on until every increment is begun and its own are answered, or they are destroyed.
class retrying_clients
{
public:
    static constexpr int counters = 16;
    // The counter that an increment is of.
    static std::string counter_name(int counter) { return "counter-" + std::to_string(counter); }

    // `address` says where a gateway is, for every connection anew.
    using address_book = std::function<std::string(std::mt19937& dice)>;
    retrying_clients(increment_ledger& ledger, address_book address, int clients, unsigned seed);
    ~retrying_clients();
    retrying_clients(const retrying_clients&) = delete;
    retrying_clients& operator=(const retrying_clients&) = delete;

    void join();

private:
    std::atomic<bool> stopping_{false};
    std::vector<std::thread> threads_;
};

}   // namespace rediserve::test
