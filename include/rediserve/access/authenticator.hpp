// Who is asking.
#pragma once

#include "rediserve/access/params.hpp"
#include "rediserve/base/digest.hpp"
#include "rediserve/base/error.hpp"

#include <optional>
#include <string_view>

namespace rediserve::access {

// Immutable; shared by all shards and swapped whole at a reload.
class authenticator
{
public:
    explicit authenticator(const params& settings);

    // Checks an Authorization header (`Bearer TOKEN`, scheme in any case; RFC 6750, 2.1). Yields the principal's name.
    // errc::unauthorized: none sent, other scheme, wrong token. Takes the same time whatever the token.
    result<std::string_view> authenticate(std::string_view authorization) const;

    // Whether everybody is let in.
    bool open() const noexcept { return !token_; }

private:
    std::optional<sha256_digest> token_;
};

}   // namespace rediserve::access
