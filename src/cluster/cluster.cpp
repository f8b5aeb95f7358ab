#include "rediserve/cluster/cluster.hpp"

#include "cluster/listeners.hpp"
#include "cluster/nodes.hpp"
#include "cluster/own_connections.hpp"
#include "cluster/router.hpp"
#include "cluster/slots.hpp"
#include "cluster/topology.hpp"
#include "rediserve/redis/guests.hpp"

#include <algorithm>
#include <list>
#include <utility>
#include <vector>

namespace rediserve::cluster {

namespace {

// What guests share with their host.
struct common
{
    boost::asio::io_context& context;
    telemetry::shard_metrics& metrics;
    topology& where;
    const std::shared_ptr<const commands::command_table>& table;
};

std::unique_ptr<redis::backend> make_guest(const common& with, const redis::params& settings);

// A cluster as one user has it, by connections that are somebody else's.
class one_user : public redis::backend
{
public:
    one_user(const common& with, const redis::params& settings, nodes& through);

    void start() override {}
    void retire() noexcept override;
    void stop() noexcept override;
    const redis::backend_health& health() const noexcept override;
    result<std::shared_ptr<redis::backend>> as(const redis::login& user) override { return guests_.find(user); }
    result<std::shared_ptr<redis::backend>> in_resp3() override { return guests_.in_resp3(); }

    result<redis::submission*> submit(redis::batch&& commands, redis::submit_options options, redis::reply_sink& sink)
        override
    {
        return router_.submit(std::move(commands), options, sink);
    }
    void cancel(redis::submission& what) noexcept override { router_.cancel(what); }
    result<void> acquire(redis::lease_waiter& waiter, steady_time until) override;
    void cancel(redis::lease_waiter& waiter) noexcept override;
    result<redis::subscription> subscribe(
        redis::subscription_kind kind, std::string_view name, redis::subscription_sink& sink
    ) override
    {
        return retired_ ? result<redis::subscription>(why_stopped()) : listeners_.add(kind, name, sink);
    }
    std::chrono::milliseconds command_timeout() const noexcept override { return settings_.command_timeout; }
    std::size_t most_reply() const noexcept override { return settings_.reply_bytes; }
    std::string_view tag_beside(std::string_view key) const override { return tag_in(slot_of(key)); }
    boost::asio::io_context* loop() noexcept override { return &with_.context; }

private:
    struct waiting
    {
        redis::lease_waiter* who;
        steady_time until;
    };

    error why_stopped() const;
    void lend();
    void take_back(own_connections& what);

    const common with_;
    const redis::params& settings_;
    router router_;
    listeners listeners_;
    std::vector<waiting> waiting_;   // for a lease, which everybody gets in a moment
    std::list<own_connections> lent_;
    redis::alarm lend_;
    redis::guests guests_;
    mutable redis::backend_health health_;
    bool retired_ = false;
};

one_user::one_user(const common& with, const redis::params& settings, nodes& through)
    : with_(with)
    , settings_(settings)
    , router_(with.context, settings_, with.where, through, with.table)
    , listeners_(with.context, router_)
    , lend_(with.context, [this] { lend(); })
    , guests_(with.context, settings_, [this](const redis::params& as) { return make_guest(with_, as); })
{}

void one_user::retire() noexcept
{
    retired_ = true;
    guests_.retire();
    listeners_.stop(why_stopped());
}

void one_user::stop() noexcept
{
    const error why = why_stopped();
    guests_.stop();
    listeners_.stop(why);
    router_.stop();
    lend_.stop();
    for (const waiting& each : std::exchange(waiting_, {}))
        each.who->on_failure(why);
}

error one_user::why_stopped() const
{
    constexpr auto out = "this cluster is being taken out of use";
    return error(errc::draining, retired_ ? out : "the gateway is shutting down", executed::no);
}

const redis::backend_health& one_user::health() const noexcept
{
    health_ = {.up = false, .why = with_.where.why().detail, .refused = false};
    for (const node_link* const each : router_.primaries()) {
        const redis::backend_health& one = each->backend->health();
        if (!one.up)
            health_ = one;
        else
            return health_ = {.up = true, .why = {}, .refused = false};
    }
    return health_;
}

// ---- leases --------------------------------------------------------------------------------------------------------

result<void> one_user::acquire(redis::lease_waiter& waiter, steady_time until)
{
    if (const error* const why = router_.hopeless())
        return *why;
    waiting_.push_back({&waiter, until});
    lend_.after(std::chrono::nanoseconds(0));
    return {};
}

void one_user::cancel(redis::lease_waiter& waiter) noexcept
{
    std::erase_if(waiting_, [&](const waiting& one) { return one.who == &waiter; });
}

// Which nodes it will need, its commands tell. Those who are told may cancel others.
void one_user::lend()
{
    while (!waiting_.empty()) {
        const waiting first = waiting_.front();
        waiting_.erase(waiting_.begin());
        own_connections& lent =
            lent_.emplace_back(with_.context, router_, first.until, [this](own_connections& what) { take_back(what); });
        first.who->on_lease(redis::lease(lent));
    }
}

void one_user::take_back(own_connections& what)
{
    lent_.remove_if([&](const own_connections& one) { return &one == &what; });
}

// ---- users ---------------------------------------------------------------------------------------------------------

// A base, so that it stands before what uses it and is there until that is gone.
struct own_nodes
{
    own_nodes(boost::asio::io_context& context, const redis::params& as, telemetry::shard_metrics& metrics)
        : settings(as), connected(context, settings, metrics)
    {}

    const redis::params settings;
    nodes connected;
};

struct own_topology
{
    own_topology(boost::asio::io_context& context, own_nodes& through)
        : where(context, through.settings, through.connected)
    {}

    topology where;
};

class guest final : private own_nodes, public one_user
{
public:
    guest(const common& with, const redis::params& as)
        : own_nodes(with.context, as, with.metrics), one_user(with, settings, connected)
    {}

    void stop() noexcept override
    {
        one_user::stop();
        connected.stop();
    }
};

class host final : private own_nodes, private own_topology, public one_user
{
public:
    host(
        boost::asio::io_context& context, const redis::params& as, telemetry::shard_metrics& metrics,
        const std::shared_ptr<const commands::command_table>& table
    )
        : own_nodes(context, as, metrics)
        , own_topology(context, *this)
        , one_user(common{context, metrics, where, table}, settings, connected)
    {}

    void start() override { where.start(); }

    void stop() noexcept override
    {
        where.stop();
        one_user::stop();
        connected.stop();
    }
};

std::unique_ptr<redis::backend> make_guest(const common& with, const redis::params& settings)
{
    return std::make_unique<guest>(with, settings);
}

}   // namespace

std::unique_ptr<redis::backend> make_cluster(
    boost::asio::io_context& context, const redis::params& settings, telemetry::shard_metrics& metrics,
    const std::shared_ptr<const commands::command_table>& table
)
{
    return std::make_unique<host>(context, settings, metrics, table);
}

}   // namespace rediserve::cluster
