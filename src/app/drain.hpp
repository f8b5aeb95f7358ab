// The orderly end: tell the balancer, stop accepting, let requests finish.
#pragma once

#include "rediserve/app/shard.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace rediserve::app {

// Lives on the control thread.
class drain
{
public:
    // What it works on; all must outlive it.
    struct parts
    {
        http::listener& listener;
        std::vector<std::unique_ptr<shard>>& shards;
    };

    drain(boost::asio::io_context& context, parts of, std::function<void()> done);

    // Waits `grace` with the listeners open (the balancer needs time to see /readyz fail), closes them, waits until all
    // connections are gone or `timeout` is over, and calls done.
    void begin(std::chrono::milliseconds grace, std::chrono::milliseconds timeout);

private:
    void close_listener(std::chrono::milliseconds timeout);
    void await_connections();
    std::size_t open_connections() const noexcept;

    boost::asio::steady_timer timer_;
    parts parts_;
    std::function<void()> done_;
    std::chrono::steady_clock::time_point give_up_;
};

}   // namespace rediserve::app
