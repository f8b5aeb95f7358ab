// One request and its answer on a connection: the transport's side of http::exchange.
#pragma once

#include "http/parser.hpp"
#include "rediserve/base/timeout_queue.hpp"
#include "rediserve/http/handler.hpp"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <string>
#include <string_view>

namespace rediserve::http {

class session;

class live_exchange final : public exchange, private response_host, public boost::intrusive::list_base_hook<>
{
public:
    live_exchange() : response_(*this) {}

    // Makes a new or recycled exchange ready for a request of `of`, received at `now`.
    void open(session& of, steady_time now);
    // Reads what the head says about the exchange itself: id, trace context, framing.
    void accept_head(const http::framing& found, std::uint64_t fresh_id);
    // Ends what is still under way and gives memory back.
    void close() noexcept;

    // The request as it is being parsed.
    http::request parsed;
    http::framing framing;
    // A body that does not lie in the connection's read buffer.
    payload body;
    // The head of a request whose body was still on its way: parsed then points in here.
    buffer head;
    // The handler at work. Destroying it cancels what it waits for.
    task work;
    // What was written before the exchange was first in line.
    buffer spill;
    // Resumed when the client has taken what a streamed answer has written.
    std::coroutine_handle<> drain_waiter;

    // The request is complete and goes to its handler.
    void started(steady_time at) noexcept
    {
        started_ = at;
        bytes_in_ = parsed.body.size();
    }
    steady_time received() const noexcept { return received_; }
    telemetry::route route() const noexcept { return route_; }

    // Reports the finished exchange to metrics and access log.
    void account(steady_time now, telemetry::shard_metrics& metrics) const noexcept;

    // exchange
    const http::request& request() const noexcept override { return parsed; }
    payload take_body() override;
    http::response& response() noexcept override { return response_; }
    std::string_view id() const noexcept override { return id_; }
    std::string_view traceparent() const noexcept override { return traceparent_; }
    std::uint32_t affinity() const noexcept override;
    void route(telemetry::route of) noexcept override { route_ = of; }
    void add_redis_time(std::chrono::nanoseconds spent) noexcept override { redis_time_ += spent; }
    void principal(std::string_view name) noexcept override { principal_ = name; }

    // response_host, for the session too: whether a streamed answer may go on.
    bool drained() const override;

private:
    // response_host
    buffer& output() override;
    void finished() override;
    void abort() override;
    void when_drained(std::coroutine_handle<> waiter) override;
    std::string_view date_line() override;
    void server_timing(std::string& to) override;

    session* session_ = nullptr;
    http::response response_;
    std::string id_;
    std::string traceparent_;
    std::string_view principal_;
    telemetry::route route_ = telemetry::route::none;
    steady_time received_;
    steady_time started_;
    std::chrono::nanoseconds redis_time_{0};
    std::size_t bytes_in_ = 0;
};

}   // namespace rediserve::http
