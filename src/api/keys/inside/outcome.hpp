// What came back from inside a key, and short answers about it.
#pragma once

#include "api/keys/key_name.hpp"
#include "api/keys/kind.hpp"
#include "rediserve/api/dialect.hpp"
#include "rediserve/commands/executor.hpp"

#include <cstdint>
#include <string_view>

namespace rediserve::api::keys {

// 404: there is no such key, or nothing of this name in it.
void fail_no_element(const call& of, kind type);

// 204, or 404 when the number of those that were removed is 0.
void render_removed(const call& of, kind type, const commands::reply_or_error& got);

// 200, `{"key":…,"<member>":<number>}`; of an integer that Redis answered.
void render_number(const call& of, const key_name& key, std::string_view member, std::string_view number);
void render_count(const call& of, const key_name& key, std::string_view member, const commands::reply_or_error& got);

// Likewise of two, names of which are literals: `{"key":…,"set":2,"deleted":0}`.
struct tally
{
    std::string_view name;
    std::int64_t number;
};
void render_counts(const call& of, const key_name& key, tally one, tally other);

}   // namespace rediserve::api::keys
