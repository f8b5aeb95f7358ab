#include "access/rate_key.hpp"

#include "rediserve/base/digest.hpp"

#include <algorithm>

namespace rediserve::access {

namespace {

constexpr std::size_t longest = 64;

bool is_plain(std::string_view text) noexcept
{
    const auto fits = [](char c) {
        constexpr std::string_view others = "-_.@:|/+=";
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || others.find(c) != std::string_view::npos;
    };
    return text.size() <= longest && std::ranges::all_of(text, fits);
}

// The mark is not plain, so nobody is called like the digest of somebody else.
std::string written(std::string_view text)
{
    if (is_plain(text))
        return std::string(text);
    const sha256_digest digest = sha256(text);
    std::string made(1 + 2 * digest.size(), '#');
    to_hex(digest.data(), digest.size(), made.data() + 1);
    return made;
}

}   // namespace

std::string rate_key(std::string_view whose, std::string_view what)
{
    const auto zero = whose.find('\0');
    std::string made = "rediserve:rate:{" + written(whose.substr(0, zero));
    if (zero != std::string_view::npos)
        made += ":" + written(whose.substr(zero + 1));
    return made.append("}:").append(what);
}

}   // namespace rediserve::access
