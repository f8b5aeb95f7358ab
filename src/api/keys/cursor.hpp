// The cursor of GET /keys as clients see it: opaque to them, a version and SCAN's own cursor to us.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::api::keys {

std::string encode_cursor(std::uint64_t cursor);

// nullopt: not one that encode_cursor made.
std::optional<std::uint64_t> decode_cursor(std::string_view text) noexcept;

// SCAN's cursor in its reply.
std::optional<std::uint64_t> read_scan_cursor(std::string_view digits) noexcept;

}   // namespace rediserve::api::keys
