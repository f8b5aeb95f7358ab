// Range requests for bytes (RFC 9110, 14.2).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace rediserve::api::keys {

// One part of a value of unknown size. A negative `first` counts from the end: the last -first bytes.
// Numbers beyond what a value can hold are cut to beyond_any_value.
struct byte_range
{
    static constexpr std::int64_t beyond_any_value = std::int64_t{1} << 40;

    std::int64_t first = 0;
    std::int64_t last = beyond_any_value;   // inclusive

    bool operator==(const byte_range&) const = default;
};

// nullopt for what is to be answered whole, as if nothing had been asked: no header, other units, several ranges, text
// that is no range.
std::optional<byte_range> read_range(std::string_view header) noexcept;

// Where `of` lies in a value of `size` bytes.
struct extent
{
    std::int64_t first = 0;
    std::int64_t size = 0;   // at least 1

    bool operator==(const extent&) const = default;
};

// nullopt: no byte of it is there.
std::optional<extent> resolve(const byte_range& of, std::int64_t size) noexcept;

}   // namespace rediserve::api::keys
