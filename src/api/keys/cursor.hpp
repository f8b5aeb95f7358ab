// The cursor of pages as clients see it: opaque to them, a letter and Redis' own cursor to us.
#pragma once

#include "api/keys/kind.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::api::keys {

// What a cursor is of. A client must not be able to hand the cursor of one thing to another, nor that of a backend with
// another form of them.
inline constexpr char cursor_of_keys = 's';
char cursor_of(kind type) noexcept;

std::string encode_cursor(std::uint64_t cursor, char of = cursor_of_keys);

// nullopt: not one that encode_cursor made of the same.
std::optional<std::uint64_t> decode_cursor(std::string_view text, char of = cursor_of_keys) noexcept;

// SCAN's cursor in its reply.
std::optional<std::uint64_t> read_scan_cursor(std::string_view digits) noexcept;

}   // namespace rediserve::api::keys
