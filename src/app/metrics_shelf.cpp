#include "app/metrics_shelf.hpp"

namespace rediserve::app {

telemetry::shard_metrics& metrics_shelf::take()
{
    const std::lock_guard lock(mutex_);
    if (spare_.empty())
        return *all_.emplace_back(std::make_unique<telemetry::shard_metrics>());
    telemetry::shard_metrics& taken = *spare_.back();
    spare_.pop_back();
    return taken;
}

void metrics_shelf::give_back(telemetry::shard_metrics& what)
{
    const std::lock_guard lock(mutex_);
    spare_.push_back(&what);
}

void metrics_shelf::list(std::vector<const telemetry::shard_metrics*>& to) const
{
    const std::lock_guard lock(mutex_);
    for (const auto& each : all_)
        to.push_back(each.get());
}

}   // namespace rediserve::app
