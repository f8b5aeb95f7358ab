// Who is asking, and what is granted to them.
#pragma once

#include "rediserve/access/meter.hpp"
#include "rediserve/access/networks.hpp"
#include "rediserve/access/rate.hpp"
#include "rediserve/access/rules.hpp"
#include "rediserve/redis/params.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace rediserve::access {

// What one request, or one principal at a time, may take. 0: only what the process allows everybody.
struct limits
{
    std::size_t body_bytes = 0;
    std::size_t value_bytes = 0;         // of one argument of a command
    std::size_t reply_bytes = 0;         // of what Redis answers to one request
    std::size_t pipeline_commands = 0;   // of one request
    std::size_t streams = 0;             // open at a time
    std::size_t connections = 0;         // open at a time
    std::optional<std::chrono::milliseconds> block_wait;

    bool operator==(const limits&) const = default;
};

struct rates
{
    rate requests;
    rate commands;   // a pipeline counts each
    rate bytes;      // of requests and answers

    bool any() const noexcept { return requests.limits() || commands.limits() || bytes.limits(); }
    bool operator==(const rates&) const = default;
};

// What a principal has taken: one for all threads, and kept over a reload.
struct usage
{
    usage() noexcept;

    std::string name = {};   // what it is known by; with a zero byte between a principal and a subject
    meter requests = {};
    meter commands = {};
    meter bytes = {};
    std::atomic<std::size_t> streams{0};
    std::atomic<std::size_t> connections{0};
    const std::uint32_t payer;   // redis::submit_options::payer; no other one has it
};

// Immutable, but for its usage.
struct principal
{
    std::string name;                                  // for the log; never a token
    std::size_t backend = 0;                           // which Redis server it is given: server::number
    std::shared_ptr<const rules> may = {};             // nullptr: everything
    std::shared_ptr<const network_policy> from = {};   // nullptr: from anywhere
    access::limits limits = {};
    access::rates rates = {};
    std::optional<bool> reads_replicas = {};          // nullopt: as its server's settings have it
    std::shared_ptr<const redis::login> login = {};   // as which user of that server; nullptr: the gateway's
    bool passing = false;                             // known by what a token says only, not by its name
    // An authenticator's have these too:
    std::string rate_fields = {};   // what answers say of its requests' rate (rate_fields.hpp), but for what is left
    std::shared_ptr<usage> used = {};   // of the same name, always the same; never nullptr
};

// A request may outlast the tokens it came in with, so it holds on to its principal.
using principal_ptr = std::shared_ptr<const principal>;

// Who sent no credentials where none are asked for: everything in a process without tokens, nothing in others.
const principal_ptr& anonymous();
const principal_ptr& nobody();

// Rules that grant nothing at all.
const std::shared_ptr<const rules>& nothing();

}   // namespace rediserve::access
