// The connections of one shard, with what they share: timeouts, recycled exchanges, the cached date.
#pragma once

#include "http/proxy_warning.hpp"
#include "http/session.hpp"
#include "rediserve/http/listener.hpp"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <string_view>
#include <vector>

namespace rediserve::http {

class connections final : public connection_pool
{
public:
    connections(
        boost::asio::io_context& context, const params& settings, handler& to, telemetry::shard_metrics& metrics
    );
    ~connections() override;

    // connection_pool
    void adopt(int descriptor, arrival how) override;
    std::size_t open() const noexcept override { return open_.load(std::memory_order_relaxed); }
    void apply(const params& settings) override;
    void drain() override;
    void stop() noexcept override;

    // For the sessions.
    http::handler& handler() noexcept { return handler_; }
    const params& settings() const noexcept { return settings_; }
    telemetry::shard_metrics& metrics() noexcept { return metrics_; }
    readiness& sockets() noexcept { return readiness_; }

    void arm(read_deadline& deadline, phase of, steady_time now);
    void arm(send_deadline& deadline, steady_time now);
    void arm(stream_deadline& deadline, steady_time now);
    void arm(wake_deadline& deadline, steady_time when);
    live_exchange& take_exchange();
    void give_exchange(live_exchange& one) noexcept;
    void enqueue_ready(session& one);
    void retire_soon(session& one);
    std::string_view date_line(steady_time now);
    std::uint64_t fresh_id() noexcept;
    // Says so, but not for every connection that does.
    void warn_of_proxy(const peer& who, std::string_view why, steady_time now) { warning_.give(who, why, now); }

    // How long a client may take a period's worth of bytes.
    static constexpr std::chrono::seconds body_period{5};
    static constexpr std::chrono::seconds send_period{20};

private:
    void add(int descriptor, arrival&& how);
    void flush_ready();
    void retire(session& one);
    void apply_timeouts();
    void look_at(steady_time due);
    void on_timer();
    timeout_queue<read_deadline>& queue(phase of) noexcept { return read_queues_[static_cast<std::size_t>(of)]; }

    boost::asio::io_context& context_;
    params settings_;
    http::handler& handler_;
    telemetry::shard_metrics& metrics_;

    boost::intrusive::list<
        session, boost::intrusive::base_hook<boost::intrusive::list_base_hook<boost::intrusive::tag<in_pool>>>>
        sessions_;
    boost::intrusive::list<
        session, boost::intrusive::base_hook<boost::intrusive::list_base_hook<boost::intrusive::tag<in_ready>>>>
        ready_;
    std::vector<std::unique_ptr<live_exchange>> spare_;

    std::array<timeout_queue<read_deadline>, phases> read_queues_;   // by phase
    timeout_queue<send_deadline> send_queue_;
    timeout_queue<stream_deadline> stream_queue_;
    deadline_set<wake_deadline> wake_set_;
    readiness readiness_;
    boost::asio::steady_timer timer_;
    steady_time timer_due_ = steady_time::max();

    std::atomic<std::size_t> open_{0};
    std::uint32_t next_affinity_ = 0;
    std::uint64_t id_state_;
    proxy_warning warning_;
    bool flush_posted_ = false;
    bool draining_ = false;
    bool stopped_ = false;

    std::array<char, 48> date_{};
    std::size_t date_size_ = 0;
    steady_time date_until_;
};

}   // namespace rediserve::http
