// One request and its answer on a connection: the transport's side of http::exchange.
#pragma once

#include "http/parser.hpp"
#include "rediserve/base/deadline_set.hpp"
#include "rediserve/http/handler.hpp"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <string>
#include <string_view>

namespace rediserve::http {

class live_exchange;
class session;

struct stream_deadline final : timeout_entry
{
    explicit stream_deadline(live_exchange& of) noexcept : owner(of) {}
    live_exchange& owner;
};

struct wake_deadline final : deadline_entry
{
    explicit wake_deadline(live_exchange& of) noexcept : owner(of) {}
    live_exchange& owner;
};

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
    // The largest body its handler wants.
    std::size_t most_body() const noexcept { return most_body_; }
    steady_time received() const noexcept { return received_; }
    telemetry::route route() const noexcept { return route_; }

    // Who writes a streamed answer and wants to hear about it, or nullptr.
    stream_watcher* watcher() const noexcept { return watcher_; }
    // Tells the watcher that the process is shutting down, unless it knows.
    void tell_draining() noexcept;
    // To be called whenever the connection was flushed: its silence begins anew when something was written since.
    void await_silence(steady_time now);
    void on_deadline(steady_time now);
    void on_wake() noexcept;
    // Gives back what only the beginning of an answer needs.
    void slim() noexcept;

    // Reports the finished exchange to metrics and access log.
    void account(steady_time now, telemetry::shard_metrics& metrics) const noexcept;

    // exchange
    const http::request& request() const noexcept override { return parsed; }
    payload take_body() override;
    void limit_body(std::size_t most) noexcept override { most_body_ = most; }
    http::response& response() noexcept override { return response_; }
    std::string_view id() const noexcept override { return id_; }
    std::string_view traceparent() const noexcept override { return traceparent_; }
    std::uint32_t affinity() const noexcept override;
    const http::peer& peer() const noexcept override;
    std::shared_ptr<void>& kept() noexcept override;
    std::shared_ptr<const void>& held() noexcept override { return held_; }
    void watch(stream_watcher* by) override;
    void wake_at(steady_time when) override;
    void route(telemetry::route of) noexcept override { route_ = of; }
    void add_redis_time(std::chrono::nanoseconds spent) noexcept override { redis_time_ += spent; }
    void principal(std::string_view name, std::shared_ptr<const access::principal> who) noexcept override
    {
        principal_name_ = name;
        principal_ = std::move(who);
    }
    const std::shared_ptr<const access::principal>& principal() const noexcept override { return principal_; }

    // response_host, for the session too: whether a streamed answer may go on.
    bool drained() const override;

private:
    // response_host
    buffer& output() override;
    void finished() override;
    void abort() override;
    void when_drained(std::coroutine_handle<> waiter) override;
    void flush() override;
    std::size_t unsent() const override;
    std::string_view date_line() override;
    void server_timing(std::string& to) override;

    session* session_ = nullptr;
    http::response response_;
    std::string id_;
    std::string traceparent_;
    std::string_view principal_name_;
    std::shared_ptr<const access::principal> principal_;
    std::shared_ptr<const void> held_;
    telemetry::route route_ = telemetry::route::none;
    steady_time received_;
    steady_time started_;
    std::chrono::nanoseconds redis_time_{0};
    std::size_t bytes_in_ = 0;
    std::size_t most_body_ = std::size_t(-1);

    stream_watcher* watcher_ = nullptr;
    stream_deadline stream_deadline_{*this};
    wake_deadline wake_deadline_{*this};
    std::size_t written_ = 0;   // of the body when the silence began
    bool told_draining_ = false;
};

}   // namespace rediserve::http
