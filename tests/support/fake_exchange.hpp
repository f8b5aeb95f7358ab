// A request without a connection, and what was answered to it.
#pragma once

#include "rediserve/http/handler.hpp"

#include <coroutine>
#include <map>
#include <string>
#include <string_view>

namespace rediserve::test {

class fake_exchange final : public http::exchange, private http::response_host
{
public:
    using header_map = std::map<http::header, std::string>;

    fake_exchange(
        http::method method, std::string_view target, std::string_view body = {}, const header_map& headers = {}
    );

    // The answer, as far as it was written.
    unsigned status() const noexcept { return response_.status(); }
    std::string header(std::string_view name) const;   // "" when there is none
    std::string body() const;
    bool complete() const noexcept { return complete_; }
    bool aborted() const noexcept { return aborted_; }

    // For streams: whether all that was written was told to leave.
    bool flushed() const noexcept { return flushed_ == written_.size(); }
    // Whether the client takes what is written, and that it has taken it now.
    bool takes = true;
    void take();

    http::peer from;
    std::size_t most_body = 0;   // as limited by the handler; 0: it was not

    telemetry::route routed = telemetry::route::none;
    http::stream_watcher* watcher = nullptr;
    steady_time wakes_at = never;

    const http::request& request() const noexcept override { return request_; }
    payload take_body() override { return payload(buffer(body_)); }
    http::response& response() noexcept override { return response_; }
    std::string_view id() const noexcept override { return "id-of-a-test"; }
    std::string_view traceparent() const noexcept override { return {}; }
    void limit_body(std::size_t most) noexcept override { most_body = most; }
    std::uint32_t affinity() const noexcept override { return 7; }
    const http::peer& peer() const noexcept override { return from; }
    std::shared_ptr<void>& kept() noexcept override { return kept_; }
    std::shared_ptr<const void>& held() noexcept override { return held_; }
    void watch(http::stream_watcher* by) override { watcher = by; }
    void wake_at(steady_time when) override { wakes_at = when; }
    void route(telemetry::route of) noexcept override { routed = of; }
    void add_redis_time(std::chrono::nanoseconds) noexcept override {}
    void principal(std::string_view, std::shared_ptr<const access::principal> who) noexcept override
    {
        principal_ = std::move(who);
    }
    const std::shared_ptr<const access::principal>& principal() const noexcept override { return principal_; }

private:
    buffer& output() override { return written_; }
    void finished() override
    {
        watcher = nullptr;
        complete_ = true;
        flush();
    }
    void abort() override
    {
        watcher = nullptr;
        aborted_ = true;
    }
    bool drained() const override { return takes; }
    void when_drained(std::coroutine_handle<> waiter) override
    {
        waiter_ = waiter;
        flush();
    }
    void flush() override { flushed_ = written_.size(); }
    std::size_t unsent() const override { return takes ? 0 : written_.size() - taken_; }
    std::string_view date_line() override { return "Date: now\r\n"; }
    void server_timing(std::string&) override {}

    std::string target_;
    std::string body_;
    header_map headers_;
    http::request request_;
    buffer written_;
    std::size_t flushed_ = 0;
    std::size_t taken_ = 0;
    http::response response_;
    std::shared_ptr<const access::principal> principal_;
    std::shared_ptr<void> kept_;
    std::shared_ptr<const void> held_;
    std::coroutine_handle<> waiter_;
    bool complete_ = false;
    bool aborted_ = false;
};

}   // namespace rediserve::test
