// The replicas of a server, for reads that its clients want from them: who they are, and whom to ask.
#pragma once

#include "redis/pool.hpp"
#include "redis/replica_load.hpp"
#include "redis/replica_trip.hpp"
#include "redis/replication_state.hpp"

#include "rediserve/redis/alarm.hpp"
#include "rediserve/redis/node_names.hpp"

#include <list>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace rediserve::redis {

// One of them, with connections of its own.
struct replica
{
    replica(const carrier::surroundings& of_primary, const place& at);

    const params settings;
    const carrier::surroundings around;
    pool shared;
    replica_load load;
    std::size_t users = 0;   // trips that are under way there
    bool leaving = false;
};

// The primary is asked for them (INFO replication) when somebody wants to read from them, and every ten seconds as long as somebody
// does. When nobody has for lease_idle, their connections are closed.
class replicas final : private reply_sink
{
public:
    // `around` is that of the pool of the primary. Both must outlive it.
    replicas(const carrier::surroundings& around, pool& primary);
    ~replicas();

    // As client's, for what has submit_options::seen.
    result<submission*> submit(batch&& commands, const submit_options& options, reply_sink& sink);
    void cancel(replica_trip& what) noexcept;
    void stop(const error& why) noexcept;

    // For trips. nullptr: there is none to be asked now.
    replica* choose(steady_time now) noexcept;
    // Whether a replica that says this of itself is one of the primary's of today, and has all of that.
    bool trusts(const replication_state& one, const written& all);
    pool& primary() const noexcept { return primary_; }
    const params& settings() const noexcept { return around_.settings; }
    telemetry::shard_metrics& metrics() const noexcept { return around_.metrics; }
    void give_back(replica_trip& what) noexcept;

private:
    // reply_sink: of INFO
    void on_reply(const reply_view& reply, std::size_t index) noexcept override;
    void on_failure(error why) noexcept override;

    void look(steady_time now);
    void assign(std::span<const place> places);
    void sweep();

    carrier::surroundings around_;
    pool& primary_;
    const node_names names_;
    std::string history_;   // the primary's, when it was asked last
    std::list<replica> all_;
    std::vector<std::unique_ptr<replica_trip>> trips_;
    std::vector<replica_trip*> spare_;
    submission* asked_ = nullptr;
    steady_time look_again_{};
    steady_time used_{};
    alarm sweep_;   // never from inside, as one of theirs may be asking
};

}   // namespace rediserve::redis
