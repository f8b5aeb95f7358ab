// What Redis does for a call in one step of its own: the server-side scripts of the dialect, and what they are given.
#pragma once

#include "api/keys/guard.hpp"
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

// The value of `key` and what is known about it, unless it is a collection of more than `most` items.
commands::script_request describe_whole(std::string_view key, std::size_t most);

// The same without the value; of a string also the tag.
commands::script_request describe_outside(std::string_view key);

// What either of them found. A view into the reply.
struct description
{
    std::string_view type;
    std::int64_t ttl_ms = -1;           // -1: the key does not expire
    std::optional<std::int64_t> size;   // bytes or items; nullopt for types of modules
    std::optional<redis::reply_view> value;
    std::string_view sha1;   // of a string's value, in hexadecimal

    // nullopt: not a reply of these scripts.
    static std::optional<description> read(const redis::reply_view& reply);
};

// ---- writing -------------------------------------------------------------------------------------------------------
//
// Each does nothing and answers nil when the guard does not hold.

// SET with these options; `value` is not copied when it is large. Answers 1 for a new key, else 0.
commands::script_request guarded_set(
    std::string_view key, const guard& by, std::vector<std::string> options, payload&& value
);

// Makes `value` the last argument; it is not copied when it is large.
void give(commands::script_request& to, payload&& value);

// Replaces the key by what the commands write into it, which are given without the key. Answers 1 for a new key, else 0.
commands::script_request guarded_replace(
    std::string_view key, const guard& by, bool keep_ttl, std::vector<std::vector<std::string>> commands
);

// Answers how many keys were deleted.
commands::script_request guarded_delete(std::string_view key, const guard& by);

// Renames unless `new_name` is empty (only to a name that is free if `to_free_name`; else nil), then runs a command such
// as PEXPIRE with its argument unless it is empty. Answers the time to live in milliseconds, -1 for none, -2 for no key.
struct patch_steps
{
    std::string new_name;
    bool to_free_name = false;
    std::string command;
    std::string argument;
};
commands::script_request guarded_patch(std::string_view key, const guard& by, patch_steps steps);

}   // namespace rediserve::api::keys
