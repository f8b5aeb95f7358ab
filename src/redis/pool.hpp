// The shared connections to one server: what ordinary commands are pipelined on.
#pragma once

#include "redis/admission.hpp"
#include "redis/carrier.hpp"

#include "rediserve/base/timeout_queue.hpp"
#include "rediserve/redis/backend.hpp"

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace rediserve::redis {

// While the server is known to be down, commands are refused at once and one connection at a time looks for its return. A
// restart that is over in an instant is waited out.
//
// Commands go to the first connection that is not congested: the fewer connections are busy, the more commands share a
// write. But what shares an affinity follows what of it is still under way, so it runs in order.
class pool final : private carrier::events
{
public:
    explicit pool(const carrier::surroundings& around);
    ~pool();

    void start();
    // Whatever waits is told `why`, and whoever comes later.
    void stop(const error& why) noexcept;

    result<submission*> submit(batch&& commands, const submit_options& options, reply_sink& sink);
    void cancel(pending_batch& what) noexcept;

    const backend_health& health() const noexcept { return health_; }
    // Connecting has been failing for a while. The failure is in health().why.
    bool known_down() const noexcept { return down_; }

private:
    // Whether its ups and downs are worth a line in the log.
    bool tells() const noexcept { return around_.settings.tells(); }

    // carrier::events
    void on_ready(carrier& which) noexcept override;
    void on_attempt_failed(carrier& which, const error& why) noexcept override;
    void on_lost(carrier& which) noexcept override;

    // The commands of some affinities that are not answered yet, all on one connection.
    struct stream
    {
        carrier* on = nullptr;
        std::uint32_t under_way = 0;
    };

    result<submission*> wait_for_turn(
        batch&& commands, const submit_options& options, reply_sink& sink, steady_time now
    );
    void serve() noexcept;
    void fall_silent() noexcept;
    void drop(pending_batch& what, std::optional<error> why) noexcept;
    void drop_waiting(const error& why) noexcept;
    stream& choose(std::uint32_t affinity) noexcept;
    carrier& least_busy() noexcept;
    carrier* any_ready() noexcept;
    bool worth_waiting(const carrier& which, const error& why) const noexcept;
    void wait_a_little(carrier& probe, const error& why);
    void on_patience_over();
    void go_down(carrier& probe, const error& why) noexcept;
    void set_deadlines(pending_batch& of, steady_time until, steady_time now);
    void on_timeouts();
    void count_links() noexcept;

    carrier::surroundings around_;
    admission admission_;
    std::array<stream, 256> streams_;   // by affinity; the last batch to go counts itself down there
    std::vector<std::unique_ptr<carrier>> carriers_;
    timeout_queue<pending_batch> timeouts_;
    deadline_set<pending_batch> earlier_;   // deadlines, of clients with less patience
    alarm timeout_alarm_;
    alarm patience_alarm_;
    carrier* probe_ = nullptr;   // whose attempt failed last
    backend_health health_;
    error last_failure_;
    steady_time trouble_since_{};
    bool down_ = false;
    std::int64_t counted_up_ = 0;   // in the metrics, which guests share
    std::int64_t counted_connecting_ = 0;
};

}   // namespace rediserve::redis
