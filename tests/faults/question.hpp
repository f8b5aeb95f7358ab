// The requests of a client that knows what was acknowledged to it, and what their answers mean. No I/O.
#pragma once

#include "faults/ledger.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::test {

enum class question : std::uint8_t {
    increment,        // POST / ["INCR", …]
    pipeline,         // POST /pipeline: INCR, SET, GET
    transaction,      // POST /multi-exec: INCR of two keys
    set,              // POST / ["SET", …]
    get,              // POST / ["GET", …]
    keys_increment,   // POST /keys/…/incr
    keys_get,         // GET /keys/…?raw
    wait,             // POST / ["BLPOP", …, 0.01]: on a connection of its own
};
inline constexpr int questions = 8;

// What a client was told of a request: the worst of its commands.
enum class told : std::uint8_t { done, refused, maybe };

// What all clients were told so far.
struct tally
{
    long done = 0;
    long refused = 0;   // certainly not done
    long maybe = 0;
    long unanswered = 0;   // no whole answer within the clients' patience, or a connection that ended before it
    long excused = 0;      // connections that ended before the answer while the gateway itself was ended
    // How they were worded: "504 redis_timeout maybe"; and "no answer", "connection ended" for the two above.
    std::map<std::string, long> failures;
    std::chrono::milliseconds slowest{0};

    long answered() const noexcept { return done + refused + maybe; }
    void add(const tally& others);
};

// What one client did between two losses of all data, and what it knows of it.
class page
{
public:
    // Its keys begin with `name`, and nobody else's do.
    explicit page(std::string name) : name_(std::move(name)) {}

    // The request, as it is sent. `number` is unique among this client's.
    std::string ask(question what, long number) const;
    // An answer to it, by its status and body. What it says is entered into the page, how it is worded into `counts`.
    told settle(question what, long number, int status, std::string_view body, tally& counts, findings& found);
    // There was no answer: everything in it may have been done.
    void doubt(question what, long number);

    // Compares all keys with what `read` says they hold, when nothing is under way any more.
    void judge(
        const std::function<std::optional<std::string>(const std::string& key)>& read, memory is, findings& found
    ) const;

private:
    struct answer;

    void enter_increment(answer& from, std::size_t index, counter& into, const std::string& of);
    void enter_set(answer& from, std::size_t index);
    void enter_get(answer& from, std::size_t index);

    std::string key(std::string_view which) const { return name_ + ":" + std::string(which); }
    // In the same slot of a cluster, as a transaction wants it.
    std::string pair_key(std::string_view which) const { return "{" + name_ + "}:" + std::string(which); }
    std::string value(long number) const { return name_ + "=" + std::to_string(number); }
    // The number in a value of this client; -1 for what is none.
    long number_in(std::string_view text) const;
    void check_text(const std::optional<std::string>& text, findings& found) const;

    std::string name_;
    counter single_;
    std::array<counter, 2> pair_;
    latest text_;
};

}   // namespace rediserve::test
