// Counters for the Redis servers of a shard: cells that one server has counted in are the next one's, so that what was counted
// stays in the sum, and no sum ever goes down.
#pragma once

#include "rediserve/telemetry/metrics.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace rediserve::app {

// Any thread.
class metrics_shelf
{
public:
    telemetry::shard_metrics& take();
    // By then nothing may be open or waiting any more that it counts.
    void give_back(telemetry::shard_metrics& what);

    // All of them, whoever has them. They stay where they are.
    void list(std::vector<const telemetry::shard_metrics*>& to) const;

private:
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<telemetry::shard_metrics>> all_;
    std::vector<telemetry::shard_metrics*> spare_;
};

}   // namespace rediserve::app
