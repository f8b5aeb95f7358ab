// Conversions between bytes and the texts that carry them: percent-encoding, base64, UTF-8, ASCII case, numbers.
// Everything here takes any bytes and never throws except for memory.
#pragma once

#include "rediserve/base/buffer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve {

// Decodes %XX (RFC 3986, 2.1); `+` stays a plus. nullopt on a truncated or non-hexadecimal escape.
std::optional<std::string> percent_decode(std::string_view text);

// As above for one part of a query (`application/x-www-form-urlencoded`): `+` is a space.
std::optional<std::string> form_decode(std::string_view text);

// Encodes everything but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view bytes);

// Appends standard base64 with padding (RFC 4648, 4).
void append_base64(buffer& to, std::string_view bytes);

// Decodes standard base64; nullopt when `text` is not padded canonical base64.
std::optional<std::string> base64_decode(std::string_view text);

// Decodes base64 for URLs without padding (RFC 4648, 5; RFC 7515, 2); nullopt when `text` is not canonical.
std::optional<std::string> base64url_decode(std::string_view text);

// Whether `bytes` are well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates.
bool is_utf8(std::string_view bytes) noexcept;

// Appends `text` as a JSON string with its quotes (RFC 8259, 7). `text` must be UTF-8.
void append_json_string(buffer& to, std::string_view text);

// Without blanks at both ends.
constexpr std::string_view trimmed(std::string_view text) noexcept
{
    constexpr std::string_view blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// ASCII case.
constexpr char to_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr char to_upper(char c) noexcept
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

// Compares without regard to ASCII case.
bool iequals(std::string_view a, std::string_view b) noexcept;

// A whole decimal number with optional minus sign, nothing before or after it; nullopt when out of range or not one.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

// A size: digits, optionally followed by k, m or g (powers of 1024), e.g. "64m".
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

}   // namespace rediserve
