// What a listener calls: the transport never learns what it carries.
#pragma once

#include "rediserve/base/buffer.hpp"
#include "rediserve/base/deadline_set.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/base/task.hpp"
#include "rediserve/http/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace rediserve::access {
struct principal;   // carried, never looked into
}

namespace rediserve::http {

// Who writes a streamed answer that has no end of its own (server-sent events).
class stream_watcher
{
public:
    // Nothing was written for a while (params.limits.stream_idle) and the client has taken what there was: time for a
    // sign of life. Again after each such while.
    virtual void on_idle() noexcept = 0;
    // The process is shutting down: say goodbye and finish() the answer. Once.
    virtual void on_draining() noexcept = 0;
    // The time of exchange::wake_at() has come.
    virtual void on_time() noexcept {}

protected:
    ~stream_watcher() = default;
};

// One request and its answer. Lives until the answer was handed to the kernel or the client is gone; a task that is
// suspended then is destroyed.
class exchange
{
public:
    // Only until the handler's first suspension.
    virtual const http::request& request() const noexcept = 0;
    // The request's body with its memory, without a copy when it is large. Invalidates request().body.
    virtual payload take_body() = 0;
    // For admit(): a body larger than this is answered 413, as one beyond params.limits.body is.
    virtual void limit_body(std::size_t most) noexcept = 0;

    virtual http::response& response() noexcept = 0;

    // Known to the client as X-Request-Id; the client's own when it sent a proper one. Valid as long as the exchange.
    virtual std::string_view id() const noexcept = 0;
    // W3C trace context as received (validated), or empty.
    virtual std::string_view traceparent() const noexcept = 0;
    // The same for all requests of a connection, spread evenly.
    virtual std::uint32_t affinity() const noexcept = 0;
    virtual const http::peer& peer() const noexcept = 0;
    // Something of the handler's own that lives as long as the connection; empty at first.
    virtual std::shared_ptr<void>& kept() noexcept = 0;
    // The same, but that it lives as long as the exchange, and longer than its task.
    virtual std::shared_ptr<const void>& held() noexcept = 0;

    // Tells `by` about the streamed answer until it is finished or the exchange ends; nullptr: nobody any more. Not told
    // from inside this call. The exchange then also ends as soon as the client closes its side of the connection.
    virtual void watch(stream_watcher* by) = 0;
    // Tells who watches once, at `when` or soon after, unless it watches no more by then.
    virtual void wake_at(steady_time when) = 0;

    virtual void route(telemetry::route of) noexcept = 0;
    // Adds to the time spent waiting for Redis (Server-Timing, access log).
    virtual void add_redis_time(std::chrono::nanoseconds spent) noexcept = 0;
    // Who asks, for the handler to find again; `name`, which `who` owns, is for the access log.
    virtual void principal(std::string_view name, std::shared_ptr<const access::principal> who) noexcept = 0;
    virtual const std::shared_ptr<const access::principal>& principal() const noexcept = 0;   // nullptr: not said

protected:
    ~exchange() = default;
};

class handler
{
public:
    virtual ~handler() = default;

    // The head has arrived, the body perhaps not. False: it was answered already (401, 404 …) and the body is not wanted.
    virtual bool admit(exchange& of) = 0;

    // The request is complete. The task must finish() the response before it ends.
    virtual task handle(exchange& of) = 0;

    // The answer has been handed to the kernel as far as it will be, and the exchange ends.
    virtual void settle(exchange&) noexcept {}

    // Answers with an error that the transport found (400, 408, 413, 414, 431, 503 …).
    virtual void reject(exchange& of, const error& why) = 0;
};

}   // namespace rediserve::http
