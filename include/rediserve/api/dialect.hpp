// A wire language: what one kind of client says over HTTP.
#pragma once

#include "rediserve/api/params.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/base/task.hpp"
#include "rediserve/http/handler.hpp"
#include "rediserve/redis/backend.hpp"

namespace rediserve::api {

// One authorised request on its way through a dialect.
struct call
{
    http::exchange& exchange;
    redis::backend& backend;
    const api::params& settings;
    telemetry::shard_metrics& metrics;
};

// Stateless, shared by all requests of a shard.
//
// respond() parses the request (views, so before its first suspension), runs its commands and renders the reply while
// it is alive. A dialect says nothing about tokens, pools or shards.
class dialect
{
public:
    virtual ~dialect() = default;

    virtual task respond(call of) const = 0;

    // Renders an error that the gateway itself found.
    virtual void fail(http::exchange& of, const error& why) const = 0;
};

}   // namespace rediserve::api
