// A timer that calls back at most once per arming, and never after it was stopped or destroyed: Asio's own may have its
// handler queued already at that moment.
#pragma once

#include "rediserve/base/timeout_queue.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>

namespace rediserve::redis {

class alarm
{
public:
    alarm(boost::asio::io_context& context, std::function<void()> ring);
    ~alarm();
    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;

    // Arms it, or arms it anew.
    void at(steady_time when);
    void after(std::chrono::nanoseconds delay) { at(std::chrono::steady_clock::now() + delay); }
    void stop() noexcept;
    bool armed() const noexcept;

private:
    struct state;
    std::shared_ptr<state> state_;   // shared with Asio's pending handler, which may outlive this
};

}   // namespace rediserve::redis
