// What is to be sent for the commands of one request, and what is answered without sending. Decided as a whole before
// anything is sent; owns all it needs, so it outlives the request.
#pragma once

#include "api/conditions.hpp"
#include "api/upstash/command_list.hpp"
#include "api/upstash/key_names.hpp"
#include "api/upstash/translations.hpp"
#include "rediserve/api/dialect.hpp"
#include "rediserve/redis/command.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rediserve::api::upstash {

// A command whose reply is not just encoded.
struct special
{
    enum class kind : std::uint8_t { refused, ok, translated };

    std::size_t index = 0;   // of the command in its request
    kind is = kind::translated;
    aftermath after = aftermath::none;
    key_names names = key_names::none;   // in the reply: those that may not be seen are left out
    std::string text;                    // of the refusal, or what the aftermath needs
};

// Of ACL RESTTOKEN: what is to be proven, and what is answered then.
struct proof
{
    redis::login user;
    std::string token;
};

// Commands that leave in one write. The last one may keep its connection waiting for `wait`, or have to be followed by a
// proof.
struct trip
{
    redis::batch commands;
    std::chrono::milliseconds wait{0};
    std::optional<proof> then = {};
};

struct plan
{
    std::size_t count = 0;                        // of the commands in the request
    redis::batch commands;                        // what is sent when one trip is enough
    std::vector<trip> trips;                      // else this, one after the other
    std::vector<special> specials;                // in the order of their commands
    bool reads_only = true;                       // all that is sent may be run again
    bool leased = false;                          // it needs a connection of its own
    std::optional<api::conditions> tagged = {};   // the answer has a tag, and what the client says of it

    // The refusal of the first command that is refused; nullptr: there is none.
    const special* first_refusal() const noexcept;
};

// Judges and translates every command. Views in `from` are used up.
plan make_plan(command_list& from, const call& of, changed_scripts& scripts);

// The same for a transaction: MULTI … EXEC in one trip. Nothing blocks in there, and no command becomes two.
plan make_transaction_plan(command_list& from, const call& of, changed_scripts& scripts);

}   // namespace rediserve::api::upstash
