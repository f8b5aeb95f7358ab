// A connection to one sentinel: asks it where the master is, and listens to it from then on if it is told to.
#pragma once

#include "redis/link.hpp"
#include "redis/sentinel_reply.hpp"
#include "rediserve/redis/alarm.hpp"

#include <vector>

namespace rediserve::redis {

class sentinel_peer final : private link::owner
{
public:
    // Who is told. Must not destroy the peer from inside; may call anything else.
    class events
    {
    public:
        virtual void on_master(sentinel_peer& which, const place& master) noexcept = 0;
        // All that it was asked is answered.
        virtual void on_others(sentinel_peer& which, const std::vector<place>& sentinels) noexcept = 0;
        virtual void on_switch(const master_switch& how) noexcept = 0;
        // It is over.
        virtual void on_failed(sentinel_peer& which, const error& why) noexcept = 0;

    protected:
        ~events() = default;
    };

    // `group` are the settings of who asks.
    sentinel_peer(boost::asio::io_context& context, const params& group, tls_client& tls, place at, events& to);

    // Connects and asks, once.
    void ask() { link_.connect(); }
    // After on_others(): asks again and listens to +switch-master. Nothing that happens between is missed.
    void watch();
    // Nothing is told any more.
    void end() noexcept;

    const place& at() const noexcept { return at_; }
    bool over() const noexcept { return stage_ == stage::over; }

private:
    // What is waited for.
    enum class stage : std::uint8_t { connection, master, others, nothing, master_again, subscription, messages, over };

    // link::owner
    void on_ready() noexcept override;
    void on_attempt_failed(const error& why) noexcept override;
    void on_lost(const link_end& how, std::uint64_t left) noexcept override;
    void on_reply(const reply_view& reply) noexcept override;
    void on_written() noexcept override {}
    std::string_view peer() const noexcept override { return "the sentinel"; }

    void send(const batch& commands, stage next);
    void on_alarm();
    void read_master(const reply_view& reply, stage next);
    void read_subscription(const reply_view& reply);
    void read_message(const reply_view& message);
    void fail(error why) noexcept;
    error failure(errc code, std::string_view what) const;

    const std::string master_;
    const params settings_;
    const place at_;
    events& events_;
    alarm alarm_;   // ends a silence
    link link_;
    stage stage_ = stage::connection;
    std::uint64_t heard_then_ = 0;   // when it was asked whether it lives
    bool pinged_ = false;
};

}   // namespace rediserve::redis
