#include "api/keys/range.hpp"

#include "api/text.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>

namespace rediserve::api::keys {

namespace {

// Digits only, and any number of them.
std::optional<std::int64_t> read_position(std::string_view digits) noexcept
{
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    const auto number = parse_integer(digits);
    return std::min(number.value_or(byte_range::beyond_any_value), byte_range::beyond_any_value);
}

std::optional<byte_range> read_suffix(std::string_view digits) noexcept
{
    const auto length = read_position(digits);
    if (!length)
        return std::nullopt;
    if (*length == 0)   // the last no bytes: syntactically a range, and of no value satisfiable
        return byte_range{byte_range::beyond_any_value, byte_range::beyond_any_value};
    return byte_range{-*length, byte_range::beyond_any_value};
}

}   // namespace

std::optional<byte_range> read_range(std::string_view header) noexcept
{
    constexpr std::string_view unit = "bytes=";
    if (header.size() < unit.size() || !iequals(header.substr(0, unit.size()), unit))
        return std::nullopt;
    const std::string_view range = trimmed(header.substr(unit.size()));
    const auto dash = range.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    if (dash == 0)
        return read_suffix(range.substr(1));
    const auto first = read_position(range.substr(0, dash));
    if (!first)
        return std::nullopt;
    if (dash + 1 == range.size())
        return byte_range{*first, byte_range::beyond_any_value};
    const auto last = read_position(range.substr(dash + 1));
    if (!last || *last < *first)
        return std::nullopt;
    return byte_range{*first, *last};
}

std::optional<extent> resolve(const byte_range& of, std::int64_t size) noexcept
{
    const std::int64_t first = of.first < 0 ? std::max(size + of.first, std::int64_t{0}) : of.first;
    const std::int64_t end = std::min(of.last + 1, size);
    if (first >= end)
        return std::nullopt;
    return extent{first, end - first};
}

}   // namespace rediserve::api::keys
