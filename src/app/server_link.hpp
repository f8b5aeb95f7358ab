// A Redis server as a shard has it: its backend, its commands, who watches its health, and what it counts.
#pragma once

#include "app/command_table_loader.hpp"
#include "app/health_probe.hpp"
#include "app/metrics_shelf.hpp"
#include "rediserve/access/servers.hpp"
#include "rediserve/config/server_register.hpp"
#include "rediserve/redis/backend.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <memory>
#include <string>

namespace rediserve::app {

// Lives on a shard's thread, except where marked. Destroyed a turn after it was stopped, or with the thread ended.
class server_link
{
public:
    // Both must outlive it.
    server_link(boost::asio::io_context& context, const config::numbered_server& what, metrics_shelf& shelf);
    ~server_link();

    void start();
    // It is not asked anything any more but what requests still have for it.
    void retire() noexcept;
    void stop() noexcept;

    std::size_t number() const noexcept { return shown_.number; }
    // What requests see of it. It lives as long as the link, and keeps that alive.
    static access::server_ptr show(const std::shared_ptr<server_link>& of) { return {of, &of->shown_}; }
    // Whether it is known what to expect of it: it has answered, or could not be asked.
    bool settled() const noexcept { return loader_.answered() || loader_.failed(); }

    // Any thread.
    bool answered() const noexcept { return loader_.answered(); }   // what commands it has
    const std::string& url() const noexcept { return url_; }        // password masked
    // What keeps it from being used; empty: nothing is known. Static text.
    std::string_view trouble() const noexcept;

private:
    std::unique_ptr<redis::backend> make_backend(boost::asio::io_context& context, const redis::params& settings);

    const std::string url_;
    metrics_shelf& shelf_;
    telemetry::shard_metrics& metrics_;   // cells of its own: gauges that two backends set would not add up
    access::server shown_;
    std::unique_ptr<redis::backend> backend_;
    command_table_loader loader_;
    health_probe probe_;
};

}   // namespace rediserve::app
