// The id of a stream's entry.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rediserve::api::keys {

struct stream_id
{
    std::uint64_t milliseconds = 0;
    std::uint64_t sequence = 0;

    static constexpr stream_id lowest() noexcept { return {}; }
    static constexpr stream_id highest() noexcept { return {UINT64_MAX, UINT64_MAX}; }

    auto operator<=>(const stream_id&) const = default;

    // Reads the form in which Redis answers it, "1700000000000-1"; nullopt for any other.
    static std::optional<stream_id> read(std::string_view text) noexcept;
};

}   // namespace rediserve::api::keys
