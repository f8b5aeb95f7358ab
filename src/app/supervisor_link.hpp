// Tells the service manager that started us how it goes: ready, what is wrong, reloading, stopping, still alive.
#pragma once

#include "app/notify_socket.hpp"
#include "app/service_variables.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace rediserve::app {

// Lives on the control thread, and says nothing where nobody wants to know.
class supervisor_link
{
public:
    // What it asks.
    struct questions
    {
        // What keeps the process from serving; empty: nothing.
        std::function<std::string()> trouble;
        // Goes once round the loops of all shards and then calls `then`, on the control thread; never, while one is stuck.
        // `settled` is whether all know what to expect of their Redis.
        std::function<void(std::function<void(bool settled)> then)> round;
    };

    supervisor_link(boost::asio::io_context& context, const service_variables& of, questions ask);

    // The listeners are open, at `urls`. READY=1 follows when the first attempt to use Redis has succeeded or failed, but is not
    // kept waiting by a Redis that does not say anything.
    void begin(const std::vector<std::string>& urls);
    void reloading();
    void reloaded();   // or refused
    void stopping();

private:
    void await_settled();
    void get_ready();
    void watch_trouble();
    void beat();
    std::string status() const;
    void wait(boost::asio::steady_timer& timer, std::chrono::microseconds time, void (supervisor_link::*then)());

    notify_socket socket_;
    std::chrono::microseconds watchdog_;
    questions ask_;
    boost::asio::steady_timer status_timer_;
    boost::asio::steady_timer watchdog_timer_;
    std::chrono::steady_clock::time_point settled_by_;
    std::string where_;
    std::string told_;   // the last status
    bool ready_ = false;
    bool stopping_ = false;
};

}   // namespace rediserve::app
