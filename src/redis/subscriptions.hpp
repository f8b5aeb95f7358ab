// Who listens to what on one connection, what must be sent for it, and what that which comes means. No I/O, no clock.
#pragma once

#include "rediserve/redis/command.hpp"
#include "rediserve/redis/reply.hpp"
#include "rediserve/redis/subscription.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::redis {

class subscriptions;
struct topic;

// One listener. Belongs to its `subscription`, and outlives the register it is in if that is kept longer.
class subscriber_entry final : public listening
{
public:
    explicit subscriber_entry(subscription_sink& to) noexcept : sink(to) {}
    ~subscriber_entry() override;

    enum class standing : std::uint8_t {
        fresh,     // was told nothing yet
        current,   // knows that what is published arrives
        behind,    // knew, but the connection was lost
    };

    subscription_sink& sink;
    topic* of = nullptr;   // null: it was told its failure
    standing stands = standing::fresh;
    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> place;
};

using listener_list = boost::intrusive::list<
    subscriber_entry,
    boost::intrusive::member_hook<
        subscriber_entry,
        boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
        &subscriber_entry::place>,
    boost::intrusive::constant_time_size<false>>;

// A name that somebody listens to, or did a moment ago.
struct topic
{
    // The connection delivers: the latest command was to subscribe, and all are answered.
    bool confirmed() const noexcept { return asked && unanswered == 0; }

    subscriptions& home;
    subscription_kind kind;
    std::string_view name;   // its key's
    listener_list listeners;
    std::size_t listening = 0;
    std::size_t unanswered = 0;   // commands about it
    bool asked = false;           // the latest of those was to subscribe
    bool stirred = false;         // settle() has to look at it
};

// Sinks are called from on_reply(), settle() and the fail functions. From inside they may end any subscription and add
// others: topics are removed by settle() only, before it calls anybody.
class subscriptions
{
public:
    // Who is told that settle() should be called soon.
    explicit subscriptions(telemetry::shard_metrics& metrics, std::function<void()> stirred);
    // Nobody is told.
    ~subscriptions();
    subscriptions(const subscriptions&) = delete;
    subscriptions& operator=(const subscriptions&) = delete;

    subscription add(subscription_kind kind, std::string_view name, subscription_sink& sink);
    bool empty() const noexcept { return listeners_ == 0; }

    // The connection stands: settle() gives out commands from now on.
    void connected() noexcept;
    // It ended: all is to be asked for again.
    void lost() noexcept;
    bool is_connected() const noexcept { return connected_; }

    // Appends to `commands` what brings the connection in line with who listens, one command for each name; then tells
    // those who came late to a name that is confirmed already.
    void settle(batch& commands);
    // Appends a PING.
    void ping(batch& commands);
    // Commands that are not answered yet.
    std::size_t unanswered() const noexcept { return unanswered_.size(); }

    // False when it makes no sense.
    bool on_reply(const reply_view& reply) noexcept;

    // All who were told nothing yet are told `why`, and are out.
    void fail_fresh(const error& why) noexcept;
    // All are.
    void fail_all(const error& why) noexcept;

private:
    friend class subscriber_entry;

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
    void catch_up(topic& with) noexcept;
    void tell(listener_list& these, const error& why) noexcept;

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
