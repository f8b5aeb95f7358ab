// Who listens to what on one connection, what must be sent for it, and what that which comes means. No I/O, no clock.
#pragma once

#include "redis/listener_entry.hpp"
#include "redis/listener_register.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::redis {

class subscriptions;

// A name that somebody listens to, or did a moment ago.
struct topic final : listener_group
{
    topic(subscriptions& in, subscription_kind of) noexcept : home(in), kind(of) {}

    void left() noexcept override;
    // The connection delivers: the latest command was to subscribe, and all are answered.
    bool confirmed() const noexcept { return asked && unanswered == 0; }

    subscriptions& home;
    subscription_kind kind;
    std::string_view name = {};   // its key's
    std::size_t unanswered = 0;   // commands about it
    bool asked = false;           // the latest of those was to subscribe
    bool stirred = false;         // settle() has to look at it
};

// One command for each name. Topics are removed by settle() only, before it calls anybody.
class subscriptions final : public listener_register
{
public:
    // Who is told that settle() should be called soon.
    explicit subscriptions(telemetry::shard_metrics& metrics, std::function<void()> stirred);
    // Nobody is told.
    ~subscriptions() override;
    subscriptions(const subscriptions&) = delete;
    subscriptions& operator=(const subscriptions&) = delete;

    // listener_register
    subscription add(subscription_kind kind, std::string_view name, subscription_sink& sink) override;
    bool empty() const noexcept override { return listeners_ == 0; }
    void connected() noexcept override;
    void lost() noexcept override;
    void settle(batch& commands) override;
    void ping(batch& commands) override;
    std::size_t unanswered() const noexcept override { return unanswered_.size(); }
    bool on_reply(const reply_view& reply) noexcept override;
    void on_push(const reply_view&) noexcept override {}
    void fail_fresh(const error& why) noexcept override;
    void fail_all(const error& why) noexcept override;

    bool is_connected() const noexcept { return connected_; }

private:
    friend struct topic;

    struct key
    {
        subscription_kind kind;
        std::string name;
    };
    struct key_view
    {
        subscription_kind kind;
        std::string_view name;
    };
    struct in_order
    {
        using is_transparent = void;
        template <class One, class Other>
        bool operator()(const One& one, const Other& other) const noexcept
        {
            return one.kind != other.kind ? one.kind < other.kind
                                          : std::string_view(one.name) < std::string_view(other.name);
        }
    };

    // A command that Redis owes an answer to; of no topic: PING.
    struct command
    {
        topic* about = nullptr;
        bool subscribes = false;
    };

    topic& topic_of(subscription_kind kind, std::string_view name);
    topic* find(subscription_kind kind, std::string_view name) noexcept;
    void left(topic& by) noexcept;
    void stir(topic& which);
    void ask(topic& about, batch& commands);
    void note_asked(topic& about, bool subscribed) noexcept;
    void remove_if_done(topic& which) noexcept;

    bool on_array(const reply_view& reply) noexcept;
    bool on_confirmation(std::string_view word, std::string_view name) noexcept;
    bool on_refusal(std::string_view text) noexcept;
    bool on_line(std::string_view text) noexcept;
    bool on_pong() noexcept;
    void answered(topic& about) noexcept;
    void deliver(topic* to, std::string_view channel, std::string_view payload) noexcept;

    telemetry::shard_metrics& metrics_;
    std::function<void()> on_stirred_;
    std::map<key, topic, in_order> topics_;
    std::vector<topic*> stirred_;
    std::deque<command> unanswered_;
    std::size_t listeners_ = 0;
    std::size_t echoes_ = 0;   // PINGs of our own that MONITOR will show
    bool connected_ = false;
};

}   // namespace rediserve::redis
