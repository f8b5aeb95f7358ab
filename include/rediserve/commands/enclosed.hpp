// Commands inside one script of Redis: what is done for them is one step, for other clients as for its disk and its replicas.
// Before it there may be conditions, and with it a record of what was answered, so that they are run once.
//
//     redis::batch sent = enclose(what, table, by_digest);      EVALSHA; EVAL when Redis says NOSCRIPT
//     enclosed_reply got(reply, what.commands); …               what became of it, and the replies as if they had been sent bare
//
// Replies are as Redis gives them to RESP2, integers of 64 bits included, with two exceptions: the nil of an array is that of
// a string, and an error about the form of a command is in the words that scripts are told.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/commands/command_table.hpp"
#include "rediserve/redis/command.hpp"
#include "rediserve/redis/reply_tree.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rediserve::commands {

// What must hold of a key.
struct condition
{
    enum class kind : std::uint8_t {
        exists,   // "1", or "0": there is no such key
        equals,   // it holds this string
        tag,      // it holds a string whose SHA-1 begins like this, in lower-case hexadecimal
    };

    kind is = kind::exists;
    std::string key;
    std::string value;
};

// Where it is written down that something was run, and what was answered.
struct record
{
    std::string key;
    std::string fingerprint;               // of the request; another one with this key is refused. Not empty
    std::chrono::milliseconds window{0};   // for which it is kept
};

struct enclosed
{
    redis::batch commands;            // MULTI … EXEC around them counts as it does bare
    std::vector<condition> only_if;   // all of these
    std::optional<record> once;
    bool in_slots = false;   // Redis is a cluster: the script has to name all keys
};

// errc::not_atomic, with the reason, for what a script would not do as it is done bare: commands that block, those that Redis
// keeps from scripts (but EVAL can be enclosed), and those that all nodes of a cluster have to run.
result<void> can_enclose(const enclosed& what, const command_table& known);

// The keys that conditions and commands tell.
std::vector<std::string> keys_told(const enclosed& what, const command_table& known);

enum class script_by : bool { digest, source };

redis::batch enclose(const enclosed& what, const command_table& known, script_by how);

// What the script has answered. Views into the reply, so only while that is there.
class enclosed_reply
{
public:
    enum class outcome : std::uint8_t {
        run,          // now, or
        run_before,   // that is what was answered then
        unmet,        // a condition does not hold (now or then); nothing was run
        reused,       // the record is of another request; nothing was run
        refused,      // Redis says why in whole(); nothing was run
    };

    enclosed_reply(const redis::reply_view& reply, const redis::batch& commands);

    outcome what() const noexcept { return what_; }
    // Whether this was answered before.
    bool repeated() const noexcept { return repeated_; }
    // Of `unmet`: which one, from 0.
    std::size_t unmet() const noexcept { return unmet_; }
    // Replies to the commands as they were sent, those to MULTI and EXEC among them; of `refused`, each is the refusal.
    std::size_t size() const noexcept { return count_; }
    redis::reply_view operator[](std::size_t index) const noexcept;

private:
    redis::reply_view told(std::size_t index);
    void gather();

    outcome what_ = outcome::refused;
    bool repeated_ = false;
    std::size_t unmet_ = 0;
    std::size_t count_;
    bool transaction_;
    redis::reply_view whole_;
    std::vector<redis::reply_view> replies_;
    std::vector<redis::reply_tree> made_;
};

}   // namespace rediserve::commands
