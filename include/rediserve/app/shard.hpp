// The unit of everything at run time: one thread, one io_context, its connections, its backends, its counters.
#pragma once

#include "rediserve/access/policy.hpp"
#include "rediserve/api/serve.hpp"
#include "rediserve/config/config.hpp"
#include "rediserve/config/server_register.hpp"
#include "rediserve/http/listener.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::app {

class shard_servers;   // private to the room

// Made and destroyed on the control thread. Shards meet only through asio::post of values and their counters.
class shard
{
public:
    using server_list = std::vector<config::numbered_server>;

    shard(
        unsigned number, const config::settings& settings, const server_list& servers, std::vector<api::mount> mounts,
        std::shared_ptr<const access::policy> policy, std::shared_ptr<api::running_requests> running
    );
    ~shard();

    void start();
    // Calls `then` on the shard's thread when its loop gets round to it, with whether it knows what to expect of its servers. Any
    // thread.
    void turn(std::function<void(bool settled)> then);
    // Connects to the servers of `next` that are new. `ready` is called on the shard's thread when apply() may follow; not when
    // prepare() is called again before. Any thread.
    void prepare(server_list next, std::function<void()> ready);
    // New limits, tokens and servers for requests that start from now on. Servers that are not among them are left when the
    // requests that use them have ended, or after settings.drain_timeout. Any thread.
    void apply(
        std::shared_ptr<const config::settings> settings, std::shared_ptr<const access::policy> policy,
        server_list servers
    );
    // Closes idle connections, and the others after the answers they owe. Any thread.
    void drain();
    // Cuts off what is left and waits for the thread to end.
    void stop();

    http::connection_pool& connections() noexcept { return *connections_; }
    // Its own counters, and those of its backends. Any thread.
    void list_metrics(std::vector<const telemetry::shard_metrics*>& to) const;
    // What keeps this shard from using Redis; empty: nothing is known. Says which server where there are several. Any thread.
    std::string redis_trouble() const;

private:
    void run();
    void report_rates_at(std::chrono::steady_clock::time_point when);

    unsigned number_;
    telemetry::shard_metrics metrics_;
    boost::asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};   // no locks around sockets of one thread
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::unique_ptr<shard_servers> servers_;
    boost::asio::steady_timer rates_timer_{context_};
    std::unique_ptr<api::service> service_;
    std::unique_ptr<http::connection_pool> connections_;
    std::thread thread_;
};

}   // namespace rediserve::app
