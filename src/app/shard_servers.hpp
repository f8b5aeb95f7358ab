// The Redis servers of a shard: those that it has, those that a reload brings, and those that are on their way out.
#pragma once

#include "app/metrics_shelf.hpp"
#include "app/server_link.hpp"
#include "rediserve/access/servers.hpp"
#include "rediserve/config/server_register.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace rediserve::app {

// Lives on a shard's thread, except where marked, and longer than whoever holds a server of it.
class shard_servers
{
public:
    using steady_time = std::chrono::steady_clock::time_point;

    shard_servers(boost::asio::io_context& context, const std::vector<config::numbered_server>& first);

    void start();
    // Those that there are now.
    access::servers present() const;
    // Whether it is known what to expect of each of them.
    bool settled() const;

    // Connects to those of `next` that are new, and calls `ready` when that has succeeded or failed, or takes too long. Of what
    // was prepared before, what is not among them is dropped.
    void prepare(const std::vector<config::numbered_server>& next, std::function<void()> ready);

    // From now on `next` are those that there are. The others finish what they are used for, but for listeners, who are sent
    // away; what is still in use when `patience` is over is cut off.
    access::servers use(const std::vector<config::numbered_server>& next, std::chrono::milliseconds patience);

    void stop() noexcept;

    // ---- any thread ----

    void list_metrics(std::vector<const telemetry::shard_metrics*>& to) const { shelf_.list(to); }
    // What keeps one that there is from being used; empty: nothing is known. Says which one where there are several.
    std::string trouble() const;

private:
    using link_ptr = std::shared_ptr<server_link>;

    struct leaving
    {
        link_ptr what;
        steady_time until;
        bool cut_off = false;
    };

    link_ptr find(std::size_t number) const noexcept;
    link_ptr found_or_made(const config::numbered_server& what);
    void await_settled(steady_time until);
    void let_go(const link_ptr& what, steady_time until);
    void sweep();
    void sweep_later();
    bool gone(leaving& one, steady_time now);

    boost::asio::io_context& context_;
    metrics_shelf shelf_;
    mutable std::mutex mutex_;        // present_ is changed by the shard's thread and read by others
    std::vector<link_ptr> present_;   // the first server's first
    std::vector<link_ptr> coming_;
    std::function<void()> ready_;
    std::vector<leaving> leaving_;
    boost::asio::steady_timer settling_;
    boost::asio::steady_timer sweeping_;
    bool sweeps_ = false;
};

}   // namespace rediserve::app
