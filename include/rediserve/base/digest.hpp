// Message digests (OpenSSL EVP), and comparison that takes the same time wherever the difference is.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace rediserve {

using sha1_digest = std::array<unsigned char, 20>;
using sha256_digest = std::array<unsigned char, 32>;

sha1_digest sha1(std::string_view bytes);
sha256_digest sha256(std::string_view bytes);

// Lower-case hexadecimal of the first `count` bytes; `to` must have room for 2 * count characters.
void to_hex(const unsigned char* bytes, std::size_t count, char* to) noexcept;

// Compares digests in constant time.
bool equal_constant_time(const sha256_digest& a, const sha256_digest& b) noexcept;

}   // namespace rediserve
