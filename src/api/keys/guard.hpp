// What must hold of the present value for a write to be done.
#pragma once

#include "api/conditions.hpp"

#include <string>

namespace rediserve::api::keys {

// In the form that the scripts take: empty asks nothing, `*` is any value, everything else a list of tags in quotes.
struct guard
{
    std::string must_match;
    std::string must_not_match;

    // `nx` and `xx` are SET's: no value yet, a value already.
    static guard of(const conditions& asked, bool nx = false, bool xx = false);

    bool none() const noexcept { return must_match.empty() && must_not_match.empty(); }
    // Whether it is no more than what SET's own NX, or XX, asks.
    bool only_nx() const noexcept { return must_match.empty() && must_not_match == "*"; }
    bool only_xx() const noexcept { return must_match == "*" && must_not_match.empty(); }
};

}   // namespace rediserve::api::keys
