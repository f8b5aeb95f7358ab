// What tests write into access files.
#pragma once

#include "rediserve/base/digest.hpp"

#include <string>
#include <string_view>

namespace rediserve::test {

inline std::string hex_digest(std::string_view token)
{
    const sha256_digest digest = sha256(token);
    std::string digits(2 * digest.size(), '\0');
    to_hex(digest.data(), digest.size(), digits.data());
    return digits;
}

// A token for `principal`; `more` is further members, after a comma.
inline std::string token_entry(std::string_view token, const std::string& principal, const std::string& more = {})
{
    return R"({"sha256":")" + hex_digest(token) + R"(","principal":")" + principal + "\"" + more + "}";
}

}   // namespace rediserve::test
