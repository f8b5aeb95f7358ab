#include "cluster/nodes.hpp"

#include <algorithm>

namespace rediserve::cluster {

namespace {

constexpr std::chrono::milliseconds between_sweeps{500};

redis::params params_for(const redis::params& all, const redis::place& one)
{
    redis::params made = all;
    made.address.topology = redis::topology::standalone;
    made.address.seeds.clear();
    made.address.host = one.host;
    made.address.port = one.port;
    made.cluster_node = true;
    return made;
}

}   // namespace

nodes::nodes(boost::asio::io_context& context, const redis::params& settings, telemetry::shard_metrics& metrics)
    : context_(context), settings_(settings), metrics_(metrics), sweep_(context, [this] { sweep(); })
{}

node_link& nodes::at(const redis::place& place)
{
    const auto known = std::ranges::find_if(all_, [&](const node_link& one) { return one.at == place; });
    if (known != all_.end()) {
        known->leaving = false;
        return *known;
    }
    node_link& made = all_.emplace_back();
    made.at = place;
    made.backend = redis::make_standalone(context_, params_for(settings_, place), metrics_);
    made.backend->start();
    return made;
}

void nodes::keep_only(std::span<const redis::place> places)
{
    bool any = false;
    for (node_link& one : all_) {
        one.leaving = std::ranges::find(places, one.at) == places.end();
        any = any || one.leaving;
    }
    if (any && !sweep_.armed())
        sweep_.after(between_sweeps);
}

void nodes::sweep()
{
    bool more = false;
    for (auto next = all_.begin(); next != all_.end();) {
        const auto one = next++;
        if (one->leaving && one->users == 0) {
            one->backend->stop();
            all_.erase(one);
        } else if (one->leaving)
            more = true;
    }
    if (more)
        sweep_.after(between_sweeps);
}

void nodes::stop() noexcept
{
    sweep_.stop();
    for (const node_link& one : all_)
        one.backend->stop();
}

}   // namespace rediserve::cluster
