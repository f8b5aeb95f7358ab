// A Redis server as a shard has it: its backend, who watches its health, and what it counts.
#pragma once

#include "app/health_probe.hpp"
#include "rediserve/commands/command_table.hpp"
#include "rediserve/redis/backend.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rediserve::app {

// Lives on a shard's thread, except where marked.
class server_link
{
public:
    server_link(boost::asio::io_context& context, const redis::params& settings);

    void start();
    void stop() noexcept;

    redis::backend& backend() noexcept { return *backend_; }
    // What commands it has: a cluster's are routed by that.
    void learn(std::shared_ptr<const commands::command_table> commands) noexcept { commands_ = std::move(commands); }

    // Any thread.
    const std::string& url() const noexcept { return url_; }   // password masked
    const telemetry::shard_metrics& metrics() const noexcept { return metrics_; }
    // What keeps it from being used; empty: nothing is known. Static text.
    std::string_view trouble() const noexcept;

private:
    std::unique_ptr<redis::backend> make_backend(boost::asio::io_context& context, const redis::params& settings);

    const std::string url_;
    telemetry::shard_metrics metrics_;   // cells of its own: gauges that two backends set would not add up
    std::shared_ptr<const commands::command_table> commands_ = commands::command_table::built_in();
    std::unique_ptr<redis::backend> backend_;
    health_probe probe_;
};

}   // namespace rediserve::app
