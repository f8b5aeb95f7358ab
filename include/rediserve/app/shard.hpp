// The unit of everything at run time: one thread, one io_context, its connections, its backends, its counters.
#pragma once

#include "rediserve/access/policy.hpp"
#include "rediserve/api/serve.hpp"
#include "rediserve/config/config.hpp"
#include "rediserve/http/listener.hpp"
#include "rediserve/redis/backend.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::app {

class command_table_loader;   // private to the room, as is
class server_link;

// Made and destroyed on the control thread. Shards meet only through asio::post of values and their counters.
class shard
{
public:
    shard(
        unsigned number, const config::settings& settings, std::vector<api::mount> mounts,
        std::shared_ptr<const access::policy> policy
    );
    ~shard();

    void start();
    // New limits and tokens for requests that start from now on. Any thread.
    void apply(std::shared_ptr<const config::settings> settings, std::shared_ptr<const access::policy> policy);
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
    std::vector<std::unique_ptr<server_link>> servers_;   // by principal::backend
    boost::asio::steady_timer rates_timer_{context_};
    std::unique_ptr<api::service> service_;
    std::vector<std::unique_ptr<command_table_loader>> loaders_;   // of as many
    std::unique_ptr<http::connection_pool> connections_;
    std::thread thread_;
};

}   // namespace rediserve::app
