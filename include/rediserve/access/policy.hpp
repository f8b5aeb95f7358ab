// All of access as one snapshot: who is known, from where they may come, how often.
#pragma once

#include "rediserve/access/address_rates.hpp"
#include "rediserve/access/authenticator.hpp"
#include "rediserve/access/networks.hpp"
#include "rediserve/access/rate.hpp"
#include "rediserve/access/tickets.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace rediserve::access {

// Immutable, but for what it counts. Shared by all shards and swapped whole at a reload.
struct policy
{
    // What is counted by `before` is counted on.
    explicit policy(const params& settings, const policy* before = nullptr);

    std::shared_ptr<const authenticator> who;
    network_policy from;     // who may come in at all
    networks proxies;        // who may say whom they speak for: those that are configured, and unix sockets (`::`)
    rate address_requests;   // of each client address
    std::optional<std::size_t> rates_backend;   // that counts global rates; nullopt: each principal's
    std::shared_ptr<address_rates> addresses;   // there when there is such a rate
    std::shared_ptr<tickets> out;               // tickets that nobody has used yet
};

}   // namespace rediserve::access
