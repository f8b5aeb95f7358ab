// The shared connections to one server: what ordinary commands are pipelined on.
#pragma once

#include "redis/carrier.hpp"

#include "rediserve/base/timeout_queue.hpp"
#include "rediserve/redis/backend.hpp"

#include <memory>
#include <vector>

namespace rediserve::redis {

// While the server is known to be down, commands are refused at once and one connection at a time looks for its return. A
// restart that is over in an instant is waited out.
class pool final : private carrier::events
{
public:
    explicit pool(const carrier::surroundings& around);

    void start();
    void stop() noexcept;

    result<submission*> submit(batch&& commands, submit_options options, reply_sink& sink);

    const backend_health& health() const noexcept { return health_; }
    // Connecting has been failing for a while. The failure is in health().why.
    bool known_down() const noexcept { return down_; }

private:
    // carrier::events
    void on_ready(carrier& which) noexcept override;
    void on_attempt_failed(carrier& which, const error& why) noexcept override;
    void on_lost(carrier& which) noexcept override;

    carrier& choose(std::uint32_t affinity) noexcept;
    carrier* any_ready() noexcept;
    bool worth_waiting(const carrier& which, const error& why) const noexcept;
    void go_down(carrier& probe, const error& why) noexcept;
    void on_timeouts();
    void count_links() noexcept;

    carrier::surroundings around_;
    std::vector<std::unique_ptr<carrier>> carriers_;
    timeout_queue<submission> timeouts_;
    alarm timeout_alarm_;
    backend_health health_;
    error last_failure_;
    steady_time trouble_since_{};
    bool down_ = false;
};

}   // namespace rediserve::redis
