// Rates that hold over all gateways together: what is taken here is told to Redis, which adds up what all have taken, and
// what it says is learnt by the bucket here. Nobody waits for that: the bucket alone decides.
#pragma once

#include "rediserve/access/principal.hpp"
#include "rediserve/access/servers.hpp"
#include "rediserve/redis/backend.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rediserve::access {

// One of a principal's rates.
struct measure
{
    std::string_view name;
    rate rates::*within;
    meter usage::*by;
};

namespace measures {

inline constexpr measure requests{"requests", &rates::requests, &usage::requests};
inline constexpr measure commands{"commands", &rates::commands, &usage::commands};
inline constexpr measure bytes{"bytes", &rates::bytes, &usage::bytes};

}   // namespace measures

// A shard's. When Redis cannot be told, what was taken is kept and told later, up to a burst of it.
class rate_reports
{
public:
    using time = std::chrono::steady_clock::time_point;
    // Asked to have tell() called at that time, and not any more at the one that was asked for before.
    using caller = std::function<void(time)>;

    rate_reports(const servers& to, telemetry::shard_metrics& metrics, caller call);
    rate_reports(const rate_reports&) = delete;
    rate_reports& operator=(const rate_reports&) = delete;
    ~rate_reports();

    // These servers from now on. What is under way to others is finished there, or is for the next report to tell.
    void use(const servers& to);
    // Where all of it is counted; nullopt: where the principal's own commands go.
    void count_at(std::optional<std::size_t> backend) noexcept { counted_at_ = backend; }

    // `amount` was taken from a bucket whose rate is global. Sends a report when that is enough for one.
    void took(const principal& by, const measure& what, std::uint64_t amount, time now);
    // Sends the reports that are due.
    void tell(time now);

private:
    class report;

    struct link
    {
        server_ptr to;
        time silent_until = {};   // since it has failed
        bool leaving = false;     // it is none of the servers any more
    };

    // What is to be reported. Keeps the usage and the server alive, whatever becomes of the principal meanwhile.
    struct job
    {
        std::shared_ptr<usage> whose;
        measure of;
        rate within;
        std::shared_ptr<link> to;

        meter& at() const noexcept { return (*whose).*of.by; }
    };

    std::shared_ptr<link> link_to(const server_ptr& one) const;
    const std::shared_ptr<link>* link_of(const principal& by) const noexcept;
    void wait(job what, time now);
    void ask_for_a_call(time when);
    static bool silent(const job& what, time now) noexcept { return now < what.to->silent_until; }
    void send(const job& what, time now);
    void ended(report& which, time now);
    void failed(report& which, const error& why, time now);
    void give_up(report& which, std::uint64_t left);
    void warn(const error& why, time now);

    std::vector<std::shared_ptr<link>> links_;   // the first server's first
    telemetry::shard_metrics& metrics_;
    caller call_;
    std::optional<std::size_t> counted_at_;
    std::unordered_map<const meter*, job> waiting_;
    std::optional<time> called_at_;   // what was asked for last
    std::list<report> under_way_;
    time next_warning_ = {};
};

}   // namespace rediserve::access
