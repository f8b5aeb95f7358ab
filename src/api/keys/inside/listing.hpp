// GET of what is inside a key: all of it, a range, or a page.
#pragma once

#include "api/conditions.hpp"
#include "api/keys/handlers.hpp"
#include "api/keys/inside/scripts.hpp"
#include "api/keys/query.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::api::keys {

inline constexpr std::int64_t largest_page = 100'000;   // Redis serves nobody else while it puts so many together

struct listing
{
    parts_read read;
    std::size_t most = 0;           // of what bounds itself; more of them are not answered. 0: any number
    bool with_size = false;         // the answer tells the size of the whole
    std::string_view next_member;   // in which the answer says where the next page is; empty: there are no pages
    std::string next_options;       // of the request for the next page, but for where it begins: "match=a%2A&cursor="
    api::conditions conditions;
};

task list_parts(keys_call of, key_name key, listing wish);

// What all listings have in common: the conditions, and `include=size`. errc::bad_request.
result<listing> read_listing(const http::request& from, const query& options, kind type);

// Whether one of the options `cursor`, `count` and `match` asks for one step of a scan; and that step. errc::bad_request.
bool asks_for_scan(const query& options) noexcept;
result<void> read_scan(const query& options, std::string_view command, std::size_t default_count, listing& to);

// The ranks or indexes `start` and `stop`, as they are sent; all where nothing is said. errc::bad_request.
result<void> read_ranks(const query& options, std::string_view command, listing& to);

// A number within bounds, of an option. errc::bad_request.
result<std::optional<std::int64_t>> read_number(
    const query& options, std::string_view name, std::int64_t least, std::int64_t most
);

// Of `size` parts, more than are answered at once; says where there are fewer.
error too_large(const keys_call& of, std::string_view key, kind type, std::int64_t size);

// The path of what is inside a key: "/keys/a%2Fb/fields".
std::string path_inside(const keys_call& of, std::string_view key, kind type);

// What the reply of read_parts() found. Answers the request itself where it found nothing to be shown.
std::optional<parts_found> got_parts(
    const keys_call& of, std::string_view key, kind type, const commands::reply_or_error& got
);

}   // namespace rediserve::api::keys
