// A Redis that says what a test has written down for it, in RESP.
#pragma once

#include "rediserve/redis/backend.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rediserve::redis {
class subscriptions;
}

namespace rediserve::test {

class fake_backend final : public redis::backend
{
public:
    using command = std::vector<std::string>;
    struct received
    {
        std::vector<command> commands;
        redis::submit_options options;
    };

    fake_backend();
    ~fake_backend() override;

    // What becomes of the batches to come, one of these for each, in order:
    void reply(std::string_view resp);   // as many replies as the batch has commands
    void fail(error why);                // later, through the sink
    void refuse(error why);              // at once

    // Answers, as long as there is a batch that waits and something written down.
    void run();

    const std::vector<received>& batches() const noexcept { return batches_; }
    // The commands of the latest batch.
    const std::vector<command>& latest() const { return batches_.back().commands; }
    std::size_t waiting() const noexcept { return waiting_.size(); }

    // What is subscribed to, and what Redis says about it. Sinks are called from inside these.
    // Confirms all that was asked for since; after gap(), that it was asked for again.
    void confirm();
    // Refuses what was asked for first and is not confirmed yet: "NOPERM …".
    void refuse_subscription(std::string_view text);
    void publish(std::string_view channel, std::string_view payload);
    void publish_to_pattern(std::string_view pattern, std::string_view channel, std::string_view payload);
    void publish_to_shard(std::string_view channel, std::string_view payload);
    void show_monitor(std::string_view line);
    // The connection is lost and everything is subscribed again.
    void gap();
    void fail_subscriptions(const error& why);
    // Makes subscribe() fail at once, until it is cleared.
    std::optional<error> refuses_to_subscribe;
    // Listeners that are held and did not fail.
    std::size_t listeners() const noexcept { return static_cast<std::size_t>(metrics_.redis_subscribers.get()); }

    void start() override {}
    result<redis::submission*> submit(redis::batch&& commands, redis::submit_options options, redis::reply_sink& sink)
        override;
    void cancel(redis::submission& what) noexcept override;
    result<void> acquire(redis::lease_waiter& waiter, steady_time until) override;
    void cancel(redis::lease_waiter& waiter) noexcept override;
    result<redis::subscription> subscribe(
        redis::subscription_kind kind, std::string_view name, redis::subscription_sink& sink
    ) override;
    std::chrono::milliseconds command_timeout() const noexcept override { return std::chrono::seconds(5); }
    std::size_t most_reply() const noexcept override { return most_reply_; }
    const redis::backend_health& health() const noexcept override { return health_; }
    void stop() noexcept override {}
    // Another one, that says what a test writes down for it.
    result<std::shared_ptr<redis::backend>> as(const redis::login& user) override;

    std::vector<redis::login> logins;             // that were asked for
    std::shared_ptr<redis::backend> next_guest;   // given to all of them; nullptr: there is no room
    redis::backend_health health_{true, {}};
    std::size_t most_reply_ = 0;

private:
    struct refusal
    {
        error why;
    };
    using outcome = std::variant<std::string, error, refusal>;

    struct pending final : redis::submission
    {
        explicit pending(redis::reply_sink& to) : sink(to) {}
        redis::reply_sink& sink;
    };

    void deliver(redis::reply_sink& sink, const std::string& resp);

    std::deque<outcome> script_;
    std::list<pending> waiting_;
    std::vector<received> batches_;

    void settle();
    void tell(const std::string& resp);

    telemetry::shard_metrics metrics_;
    std::unique_ptr<redis::subscriptions> subscriptions_;
    std::deque<command> asked_;
};

// The arguments of every command of a batch, read back from its wire form.
std::vector<fake_backend::command> commands_of(const redis::batch& batch);

// What `see` makes of the one reply in `resp`.
bool with_reply(std::string_view resp, const std::function<bool(const redis::reply_view&)>& see);

// RESP of a bulk string, and of an array of what is RESP already.
std::string bulk(std::string_view bytes);
std::string array(const std::vector<std::string>& elements);

}   // namespace rediserve::test
