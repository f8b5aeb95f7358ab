// Tokens that hold what they stand for, so that nobody has to remember them: a login of Redis, and for whom it was proven.
#pragma once

#include "rediserve/base/digest.hpp"
#include "rediserve/redis/params.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rediserve::access {

// AES-256-GCM under a key that is made from a secret (HMAC-SHA256), with random nonces. Immutable.
class sealer
{
public:
    static constexpr std::string_view mark = "rdu_";   // with which each begins, so that it can be told from others

    struct content
    {
        std::string issuer;   // name of the principal
        redis::login user;

        bool operator==(const content&) const = default;
    };

    // Without a secret, what is sealed can be opened by this process only.
    explicit sealer(std::string_view secret);

    // The mark, and characters that fit into a URL as they are. Throws std::runtime_error when the system has no random
    // numbers to give.
    std::string seal(const content& what) const;
    // nullopt: it was not sealed with this secret, or was changed since.
    std::optional<content> open(std::string_view token) const;

    // Whether `token` looks as if a sealer had made it.
    static bool made(std::string_view token) noexcept { return token.starts_with(mark); }

private:
    sha256_digest key_;
};

}   // namespace rediserve::access
