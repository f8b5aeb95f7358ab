// A wire language: what one kind of client says over HTTP.
#pragma once

#include "rediserve/access/authenticator.hpp"
#include "rediserve/access/gate.hpp"
#include "rediserve/access/principal.hpp"
#include "rediserve/api/params.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/base/task.hpp"
#include "rediserve/commands/command_table.hpp"
#include "rediserve/http/handler.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace rediserve::api {

class one_step;   // private to the room

// One authorised request on its way through a dialect.
struct call
{
    http::exchange& exchange;
    mutable access::gate backend;   // the one that `by` is given, as they may use it; a handle, so const says nothing
    const api::params& settings;
    telemetry::shard_metrics& metrics;
    const rediserve::commands::command_table& commands;   // until the first suspension; then there may be another
    const access::authenticator& known;                   // until the first suspension
    const access::principal& by;                          // as long as the exchange
    one_step* once = nullptr;   // by which it writes, when it has an Idempotency-Key; as long as the exchange

    // What Redis says to a transaction of this user; empty: it may. As for guests, their own connections will tell.
    std::string_view no_transactions() const noexcept
    {
        return by.login ? std::string_view() : commands.no_transactions();
    }
};

// What pages of other origins may do; views into the settings.
struct cors_policy
{
    std::string_view origins;
    std::string_view methods;
    std::string_view headers;
    std::chrono::milliseconds max_age{0};
    bool credentials = false;
    bool reflect = false;   // "any" names the origin that asks, and with credentials
};

// Stateless, shared by all requests of a shard.
//
// respond() parses the request (views, so before its first suspension), runs its commands and renders the reply while
// it is alive. A dialect says nothing about pools or shards, and of tokens only where in a request they stand.
class dialect
{
public:
    virtual ~dialect() = default;

    virtual task respond(call of) const = 0;

    // Renders an error that the gateway itself found.
    virtual void fail(http::exchange& of, const error& why, const params& settings) const = 0;

    // The token that came with a request, of which `bearer` is the Authorization header's; empty: none. A view into the
    // request or into `scratch`. Here: `bearer`.
    virtual std::string_view token(
        const http::request& of, const params& settings, std::string_view bearer, std::string& scratch
    ) const;

    // Whether `of` is answered without credentials, because the answer tells nothing and does nothing (a preflight).
    // Here: never. It is then access::nobody() who asks.
    virtual bool open(const http::request& of) const;

    // What pages of other origins may do, where the listener does not say it. Here: params.cors.
    virtual cors_policy cors(const params& settings) const;

    // Cache-Control of answers to browsers; empty: they say it themselves. Here: "no-store".
    virtual std::string_view caching() const;
};

}   // namespace rediserve::api
