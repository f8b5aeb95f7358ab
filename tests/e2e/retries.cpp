#include "e2e/retries.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <sstream>
#include <string_view>
#include <utility>

namespace rediserve::test {

namespace {

using namespace std::chrono_literals;

struct place_and_body
{
    std::string target;
    std::string body;
};

// One of the ways in which a counter can be asked to go on.
place_and_body way_of(int number)
{
    const auto counter = retrying_clients::counter_name(number % retrying_clients::counters);
    const auto command = R"(["INCR",")" + counter + R"("])";
    switch (number % 5) {
    case 0: return {"/keys/" + counter + "/incr", ""};
    case 1: return {"/incr/" + counter, ""};
    case 2: return {"/", command};
    case 3: return {"/pipeline", "[" + command + "]"};
    default: return {"/multi-exec", "[" + command + "]"};
    }
}

// The request of an increment: always the same bytes.
std::string request_of(int number)
{
    const auto [target, body] = way_of(number);
    return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: \"increment-" + std::to_string(number)
        + "\"\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

nlohmann::json document_of(const http_response& answer)
{
    auto document = nlohmann::json::parse(answer.body, nullptr, false);
    if (document.is_array() && document.size() == 1)
        document = nlohmann::json(document[0]);
    return document.is_object() ? document : nlohmann::json::object();
}

// What the counter has come to, or 0 when the answer does not tell.
long value_in(const nlohmann::json& document)
{
    for (const char* name : {"value", "result"})
        if (document.contains(name) && document[name].is_number_integer())
            return document[name].get<long>();
    return 0;
}

class client
{
public:
    client(increment_ledger& ledger, retrying_clients::address_book address, unsigned seed)
        : ledger_(ledger), address_(std::move(address)), dice_(seed)
    {}

    void run(const std::atomic<bool>& stopping)
    {
        while (const auto number = ledger_.begin()) {
            while (!stopping && !send(*number))
                pause();
            while (!stopping && chance(40))
                send(ledger_.sent_before(dice_));
        }
    }

private:
    bool chance(unsigned percent) { return dice_() % 100 < percent; }
    // As a client would; the gateways need the processors, too.
    void pause() { std::this_thread::sleep_for(1ms * (1 + dice_() % 4)); }

    // True when the answer told what became of it.
    bool send(int number)
    {
        try {
            if (!connection_)
                connection_.emplace(address_(dice_));
            return converse(number);
        } catch (const std::exception&) {
            ledger_.note_unanswered();
            connection_.reset();
            return false;
        }
    }

    bool converse(int number)
    {
        const auto text = request_of(number);
        if (chance(5))
            return leave_after(std::string_view(text).substr(0, dice_() % text.size()));
        connection_->send(text);
        if (chance(10))
            return leave_after({});
        const auto answer = connection_->read();
        if (answer.header("connection") == "close")
            connection_.reset();
        return ledger_.note(number, answer);
    }

    // Hangs up behind these bytes, without an answer.
    bool leave_after(std::string_view bytes)
    {
        connection_->send(bytes);
        connection_.reset();
        return false;
    }

    increment_ledger& ledger_;
    retrying_clients::address_book address_;
    std::mt19937 dice_;
    std::optional<http_connection> connection_;
};

}   // namespace

std::optional<int> increment_ledger::begin()
{
    const int number = next_++;
    if (number < size())
        return number;
    return std::nullopt;
}

int increment_ledger::sent_before(std::mt19937& dice) const
{
    const int begun = std::min(next_.load(), size());
    return static_cast<int>(dice() % static_cast<unsigned>(begun));
}

bool increment_ledger::note(int number, const http_response& answer)
{
    const long value = answer.status == 200 ? value_in(document_of(answer)) : 0;
    if (value > 0)
        return note_value(
            told_[static_cast<std::size_t>(number)], value, answer.header("idempotent-replayed") == "true"
        );
    note_failure(answer);
    return false;
}

bool increment_ledger::note_value(told& of, long value, bool replayed)
{
    long before = 0;
    if (of.value.compare_exchange_strong(before, value))
        ++done_;
    else if (before != value)
        ++contradicted_;
    if (replayed)
        ++replayed_;
    else if (++of.not_replayed == 2)
        ++ran_twice_;
    return true;
}

void increment_ledger::note_failure(const http_response& answer)
{
    const auto code = document_of(answer).value("code", "");
    if (code == "idempotency_key_busy") {
        ++busy_;
    } else if (code == "redis_unavailable" || code == "redis_timeout") {
        ++failed_;
    } else if (++unexpected_ == 1) {
        std::lock_guard lock(mutex_);
        first_unexpected_ = std::to_string(answer.status) + " " + answer.body;
    }
}

std::string increment_ledger::first_unexpected() const
{
    std::lock_guard lock(mutex_);
    return first_unexpected_;
}

std::vector<long> increment_ledger::values_of(int counter) const
{
    std::vector<long> values;
    for (auto at = static_cast<std::size_t>(counter); at < told_.size(); at += retrying_clients::counters)
        values.push_back(told_[at].value);
    std::ranges::sort(values);
    return values;
}

std::string increment_ledger::summary() const
{
    std::ostringstream text;
    text << size() << " increments, " << done_ << " done; " << replayed_ << " answers again, " << busy_
         << " still running, " << failed_ << " failed, " << unanswered_ << " without an answer";
    return text.str();
}

retrying_clients::retrying_clients(increment_ledger& ledger, address_book address, int clients, unsigned seed)
{
    for (int number = 0; number < clients; ++number)
        threads_.emplace_back([this, &ledger, address, seed, number] {
            client(ledger, address, seed * 1000 + static_cast<unsigned>(number)).run(stopping_);
        });
}

retrying_clients::~retrying_clients()
{
    stopping_ = true;
    join();
}

void retrying_clients::join()
{
    for (auto& thread : threads_)
        if (thread.joinable())
            thread.join();
}

}   // namespace rediserve::test
