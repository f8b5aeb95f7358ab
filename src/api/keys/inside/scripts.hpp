// The server-side scripts for what is inside a key, and what they are given.
#pragma once

#include "api/keys/guard.hpp"
#include "api/keys/kind.hpp"
#include "rediserve/commands/executor.hpp"
#include "rediserve/redis/reply.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::keys {

// ---- reading -------------------------------------------------------------------------------------------------------

// How many parts a command may bring.
enum class reach : std::uint8_t {
    whole,   // all that there are
    ranks,   // from its first argument to its second, counted from 0, or from the end where negative
    own,     // it bounds itself
    scan,    // a step of a scan, with its cursor first
    page,    // as many as it may show and one more, which begins the next page
};

// A command that reads parts of a key, in one step with what tells whether there is such a key.
struct parts_read
{
    keys::kind type = kind::hash;
    keys::reach reach = reach::whole;
    std::vector<std::string> command;   // without the key: {"LRANGE", "0", "-1"}
    std::size_t shown = 0;              // of a page
};

// Reads unless it is by `whole` or `ranks` more than `most`.
commands::script_request read_parts(std::string_view key, const parts_read& what, std::size_t most);

// What that found. A view into the reply.
struct parts_found
{
    std::int64_t size = 0;                    // of the whole collection
    std::optional<redis::reply_view> parts;   // nullopt: they are more than `most`
    std::string_view next;   // a scan's cursor, or the id that begins the next page; empty: there is none

    // nullopt: not a reply of this script.
    static std::optional<parts_found> read(const redis::reply_view& reply);
};

// ---- writing -------------------------------------------------------------------------------------------------------

// Runs `command` on one element, such as {"HSET"} on a field, with `value` behind it if there is one, if what `reader` finds
// there (HGET) is as the guard wants it. Answers what the command answers, or nil when the guard does not hold.
struct element_write
{
    std::string_view reader;
    std::string_view command;
    std::string element;
    std::optional<payload> value;
};
commands::script_request guarded_element(std::string_view key, const guard& by, element_write&& what);

}   // namespace rediserve::api::keys
