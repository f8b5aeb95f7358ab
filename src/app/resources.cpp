#include "app/resources.hpp"

#include "rediserve/telemetry/log.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>

namespace rediserve::app {

namespace {

constexpr unsigned most_shards = 8;              // beyond, Redis itself is the limit
constexpr std::size_t other_descriptors = 256;   // Redis connections, listeners, log, embedded server

}   // namespace

unsigned shard_count(unsigned wanted) noexcept
{
    if (wanted > 0)
        return wanted;
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 1;
    return std::clamp(static_cast<unsigned>(CPU_COUNT(&allowed)), 1U, most_shards);
}

void raise_descriptor_limit(std::size_t connections) noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < connections + other_descriptors)
        telemetry::report(
            telemetry::level::warn, "server", "few_descriptors",
            {{"limit", std::uint64_t{limit.rlim_max}}, {"connections", std::uint64_t{connections}}}
        );
}

}   // namespace rediserve::app
