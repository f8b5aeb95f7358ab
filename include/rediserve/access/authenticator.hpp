// Who is asking.
#pragma once

#include "rediserve/access/params.hpp"
#include "rediserve/access/principal.hpp"
#include "rediserve/base/digest.hpp"
#include "rediserve/base/error.hpp"

#include <string_view>
#include <vector>

namespace rediserve::access {

// The token of an Authorization header (`Bearer TOKEN`, scheme in any case; RFC 6750, 2.1); empty when it has another
// form. Several spaces are taken for one.
std::string_view bearer_token(std::string_view authorization) noexcept;

// Immutable; shared by all shards and swapped whole at a reload.
class authenticator
{
public:
    explicit authenticator(const params& settings);

    // Whose token this is; the principal lives as long as the process. errc::unauthorized: empty or wrong. Takes the
    // same time whatever the token.
    result<const principal*> authenticate(std::string_view token) const;

    // Whether everybody is let in.
    bool open() const noexcept { return known_.empty(); }

private:
    struct entry
    {
        sha256_digest token;
        const principal* who;
    };

    void add(std::string_view token, principal who);

    std::vector<entry> known_;
};

}   // namespace rediserve::access
