// In which slot a key is (Redis Cluster specification, "Key distribution model" and "Hash tags").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rediserve::cluster {

constexpr std::size_t slot_count = 16384;

// Below slot_count. `key` may hold any bytes.
std::uint16_t slot_of(std::string_view key) noexcept;

// Short and plain, and in `slot` as a whole or between braces. Lives as long as the process.
std::string_view tag_in(std::uint16_t slot);

}   // namespace rediserve::cluster
