// Where requests come from: who may, and proxies that may speak for others.
#pragma once

#include "rediserve/base/networks.hpp"

#include <string_view>

namespace rediserve::access {

// Which addresses may come in: a denied one may not, and where any is allowed no other one may.
struct network_policy
{
    networks allow;
    networks deny;

    bool admits(const ip_address& address) const noexcept;
};

// Who a request is from. `peer` is whom the connection is with; only when that is one of `trusted` is it asked whom it
// speaks for: by `forwarded` (RFC 7239) or, where there is none, by `x_forwarded_for`. They are read from the right, as
// far as their speakers are trusted. What cannot be understood ends the walk: the last trusted speaker is the answer.
ip_address client_address(
    const ip_address& peer, const networks& trusted, std::string_view forwarded, std::string_view x_forwarded_for
);

}   // namespace rediserve::access
