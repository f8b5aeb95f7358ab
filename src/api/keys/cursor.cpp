#include "api/keys/cursor.hpp"

#include <array>
#include <charconv>

namespace rediserve::api::keys {

namespace {

std::optional<std::uint64_t> read_number(std::string_view text, int base) noexcept
{
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, number, base);
    if (failure != std::errc() || stop != end)
        return std::nullopt;
    return number;
}

}   // namespace

char cursor_of(kind type) noexcept
{
    switch (type) {
    case kind::hash: return 'h';
    case kind::set: return 'm';
    default: return 'z';
    }
}

std::string encode_cursor(std::uint64_t cursor, char of)
{
    std::array<char, 17> text;
    text[0] = of;
    const auto [end, failure] = std::to_chars(text.data() + 1, text.data() + text.size(), cursor, 16);
    return std::string(text.data(), end);
}

std::optional<std::uint64_t> decode_cursor(std::string_view text, char of) noexcept
{
    if (text.empty() || text[0] != of)
        return std::nullopt;
    return read_number(text.substr(1), 16);
}

std::optional<std::uint64_t> read_scan_cursor(std::string_view digits) noexcept
{
    return read_number(digits, 10);
}

}   // namespace rediserve::api::keys
