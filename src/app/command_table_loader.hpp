// Asks a server what commands it has, and whether its user may use transactions: at the start, and again when connections
// to it were made anew, for it may be another server or another version by then.
#pragma once

#include "rediserve/commands/command_table.hpp"
#include "rediserve/redis/backend.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace rediserve::app {

// Lives on a shard's thread.
class command_table_loader final : private redis::reply_sink
{
public:
    using taker = std::function<void(std::shared_ptr<const commands::command_table>)>;

    // `metrics` are those that `backend` counts in.
    command_table_loader(
        boost::asio::io_context& context, redis::backend& backend, const telemetry::shard_metrics& metrics, taker to
    );
    // A turn after stop(), or with the thread ended.
    ~command_table_loader() { stop(); }

    void start();
    void stop() noexcept;

    // Whether the server has said something, if only that it does not say. Any thread.
    bool answered() const noexcept { return answered_.load(std::memory_order_relaxed); }
    // Whether it could not be asked, the last time.
    bool failed() const noexcept { return !asked_ && asked_at_ != loaded_at_; }

private:
    void ask();
    void ask_for_a_transaction();
    void submit(redis::batch&& questions);
    void on_commands(const redis::reply_view& reply);
    void on_lone_exec(const redis::reply_view& reply);
    void finish();
    void wait();
    bool stale() const noexcept { return metrics_.redis_reconnects.get() != loaded_at_; }
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;
    void on_failure(error) noexcept override { asked_ = nullptr; }

    enum class question : std::uint8_t { commands, transaction };

    redis::backend& backend_;
    const telemetry::shard_metrics& metrics_;
    taker take_;
    boost::asio::steady_timer timer_;
    redis::submission* asked_ = nullptr;
    question question_ = question::commands;
    std::shared_ptr<commands::command_table> table_;   // in the making
    std::int64_t asked_at_ = 0;                        // count of reconnects
    std::int64_t loaded_at_ = -1;                      // the same; nothing is loaded yet
    std::atomic<bool> answered_{false};
    bool stopped_ = false;
};

}   // namespace rediserve::app
