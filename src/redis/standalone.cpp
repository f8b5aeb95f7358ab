// A backend of one server, or of the master of a group.
#include "redis/lease_desk.hpp"
#include "redis/pool.hpp"
#include "redis/replicas.hpp"
#include "redis/sentinels.hpp"
#include "redis/subscriber.hpp"
#include "redis/subscriptions.hpp"
#include "redis/tracking.hpp"
#include "rediserve/redis/guests.hpp"

#include "rediserve/redis/address.hpp"
#include "rediserve/redis/backend.hpp"
#include "rediserve/redis/lease.hpp"

namespace rediserve::redis {

namespace {

class standalone final : public backend
{
public:
    standalone(
        boost::asio::io_context& context, const params& settings, telemetry::shard_metrics& metrics,
        std::shared_ptr<sentinels> group
    )
        : settings_(settings)
        , tls_(settings.tls)
        , group_(std::move(group))
        , around_{context, settings_, tls_, batches_, metrics, group_.get()}
        , settings_in_resp3_(settings_.in_resp3())
        , in_resp3_{context, settings_in_resp3_, tls_, batches_, metrics, group_.get()}
        , shared_(around_)
        , leases_(around_)
        , channels_(around_, settings.lease_idle, register_of<subscriptions>())
        , monitor_(around_, std::chrono::milliseconds(0), register_of<subscriptions>())
        , changes_(in_resp3_, settings.lease_idle, register_of<tracking>())
        , guests_(context, settings_, [this](const params& as) {
            return std::make_unique<standalone>(around_.context, as, around_.metrics, group_);
        })
    {}

    void start() override { shared_.start(); }

    result<std::shared_ptr<backend>> as(const login& user) override { return guests_.find(user); }
    result<std::shared_ptr<backend>> in_resp3() override { return guests_.in_resp3(); }

    result<submission*> submit(batch&& commands, submit_options options, reply_sink& sink) override
    {
        if (options.seen)
            return with_replicas().submit(std::move(commands), options, sink);
        return shared_.submit(std::move(commands), options, sink);
    }

    void cancel(submission& what) noexcept override
    {
        if (static_cast<handle&>(what).by_replica)
            replicas_->cancel(static_cast<replica_trip&>(what));
        else
            shared_.cancel(static_cast<pending_batch&>(what));
    }

    result<void> acquire(lease_waiter& waiter, steady_time until) override
    {
        if (shared_.known_down())
            return why_down();
        return leases_.acquire(waiter, until);
    }

    void cancel(lease_waiter& waiter) noexcept override { leases_.cancel(waiter); }

    result<subscription> subscribe(subscription_kind kind, std::string_view name, subscription_sink& sink) override
    {
        if (retired_)
            return why_stopped();
        if (shared_.known_down())
            return why_down();
        switch (kind) {
        case subscription_kind::monitor: return monitor_.add(kind, {}, sink);
        case subscription_kind::key:
        case subscription_kind::key_prefix: return changes_.add(kind, name, sink);
        default: return channels_.add(kind, name, sink);
        }
    }

    std::chrono::milliseconds command_timeout() const noexcept override { return settings_.command_timeout; }

    std::size_t most_reply() const noexcept override { return settings_.reply_bytes; }

    boost::asio::io_context* loop() noexcept override { return &around_.context; }

    const backend_health& health() const noexcept override { return shared_.health(); }

    void retire() noexcept override
    {
        retired_ = true;
        guests_.retire();
        for (subscriber* const each : {&channels_, &monitor_, &changes_})
            each->stop(why_stopped());
    }

    void stop() noexcept override
    {
        const error why = why_stopped();
        shared_.stop(why);
        if (replicas_)
            replicas_->stop(why);
        guests_.stop();
        leases_.stop(why);
        for (subscriber* const each : {&channels_, &monitor_, &changes_})
            each->stop(why);
        if (group_ && !settings_.guest && !settings_.resp3)
            group_->stop();
    }

private:
    template <class Register>
    subscriber::maker register_of()
    {
        return [this](std::function<void()> stirred) {
            return std::make_unique<Register>(around_.metrics, std::move(stirred));
        };
    }

    replicas& with_replicas()
    {
        if (!replicas_)
            replicas_ = std::make_unique<replicas>(around_, shared_);
        return *replicas_;
    }

    error why_stopped() const
    {
        constexpr auto out = "this Redis server is being taken out of use";
        return error(errc::draining, retired_ ? out : "the gateway is shutting down", executed::no);
    }

    error why_down() const
    {
        const backend_health& now = shared_.health();
        return error(now.refused ? errc::unauthorized : errc::backend_unavailable, now.why, executed::no);
    }

    const params settings_;
    tls_client tls_;
    const std::shared_ptr<sentinels> group_;   // nullptr: a server alone. A host's guests have the same
    pending_pool batches_;
    carrier::surroundings around_;
    const params settings_in_resp3_;
    carrier::surroundings in_resp3_;   // for who is told of changes
    pool shared_;
    std::unique_ptr<replicas> replicas_;   // nullptr: nobody has read from them yet
    lease_desk leases_;
    subscriber channels_;   // and patterns and shard channels
    subscriber monitor_;
    subscriber changes_;   // of keys
    guests guests_;
    bool retired_ = false;
};

}   // namespace

result<void> check_files(const params& settings)
{
    if (settings.address.transport != transport::tls)
        return {};
    tls_client made(settings.tls);
    if (const auto begun = made.new_session(settings.address.host); !begun)
        return begun.error();
    return {};
}

std::unique_ptr<backend> make_standalone(
    boost::asio::io_context& context, const params& settings, telemetry::shard_metrics& metrics
)
{
    std::shared_ptr<sentinels> group;
    if (settings.address.topology == topology::sentinel)
        group = std::make_shared<sentinels>(context, settings, metrics);
    return std::make_unique<standalone>(context, settings, metrics, std::move(group));
}

}   // namespace rediserve::redis
