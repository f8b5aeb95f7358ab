// Message digests and random bytes (OpenSSL), and comparison that takes the same time wherever the difference is.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace rediserve {

using sha1_digest = std::array<unsigned char, 20>;
using sha256_digest = std::array<unsigned char, 32>;

sha1_digest sha1(std::string_view bytes);
sha256_digest sha256(std::string_view bytes);
// A digest that only who knows `key` can compute (RFC 2104).
sha256_digest hmac_sha256(std::string_view key, std::string_view bytes);

// Fills `to` with bytes that nobody can guess; false: the system has none.
[[nodiscard]] bool draw_random(std::span<char> to) noexcept;

// Lower-case hexadecimal of the first `count` bytes; `to` must have room for 2 * count characters.
void to_hex(const unsigned char* bytes, std::size_t count, char* to) noexcept;

// Compares digests in constant time.
bool equal_constant_time(const sha256_digest& a, const sha256_digest& b) noexcept;
// Of texts: the time tells at most whether they are equally long.
bool equal_constant_time(std::string_view a, std::string_view b) noexcept;

}   // namespace rediserve
