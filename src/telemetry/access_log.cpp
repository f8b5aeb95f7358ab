#include "rediserve/telemetry/access_log.hpp"

#include "telemetry/writer.hpp"

#include <array>
#include <atomic>

namespace rediserve::telemetry {

namespace {

std::atomic<bool> all_requests{false};

level level_of(unsigned status) noexcept
{
    return status >= 500 ? level::warn : level::info;
}

double milliseconds(std::chrono::nanoseconds duration) noexcept
{
    const auto microseconds = std::chrono::round<std::chrono::microseconds>(duration);
    return static_cast<double>(microseconds.count()) / 1000;
}

}   // namespace

void log_all_requests(bool all) noexcept
{
    all_requests.store(all, std::memory_order_relaxed);
}

bool wants_request(unsigned status) noexcept
{
    return (status >= 500 || all_requests.load(std::memory_order_relaxed)) && enabled(level_of(status));
}

void log_request(const request_facts& facts) noexcept
{
    const std::array fields = {
        field{"id", facts.id},
        field{"principal", facts.principal},
        field{"method", facts.method},
        field{"route", facts.route},
        field{"status", std::int64_t{facts.status}},
        field{"duration_ms", milliseconds(facts.duration)},
        field{"redis_ms", milliseconds(facts.redis)},
        field{"bytes_in", std::uint64_t{facts.bytes_in}},
        field{"bytes_out", std::uint64_t{facts.bytes_out}},
        field{"traceparent", facts.traceparent},
    };
    const std::size_t count = facts.traceparent.empty() ? fields.size() - 1 : fields.size();
    report_all(level_of(facts.status), "request", "answered", {fields.data(), count});
}

}   // namespace rediserve::telemetry
