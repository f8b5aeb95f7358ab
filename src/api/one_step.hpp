// A backend that does what it is given in one step, inside one script of Redis: with a record of the answer, so that it is
// done once however often it is asked for, and only if conditions hold.
#pragma once

#include "api/idempotency.hpp"

#include "rediserve/access/gate.hpp"
#include "rediserve/commands/enclosed.hpp"
#include "rediserve/http/handler.hpp"
#include "rediserve/redis/backend.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace rediserve::api {

// For one request, which may submit to it once: reads, and whatever else needs no step, go through the gate itself.
//
// Who is told gets the replies as if the commands had been sent bare. Of its own it has errc::not_atomic for what cannot be done
// in one step, idempotency_key_reused, and precondition_failed; nothing was run then.
class one_step final : public redis::client, private redis::reply_sink, private redis::submission
{
public:
    // All must outlive it.
    one_step(http::exchange& of, const access::gate& through, telemetry::shard_metrics& metrics);

    // What is done is done once, and the answer says so when it was done before. `among` must outlive this.
    void keep_record(repeatable&& of, running_requests& among)
    {
        repeatable_ = std::move(of);
        running_requests_ = &among;
    }
    void only_if(std::vector<commands::condition> all) { what_.only_if = std::move(all); }
    // Which of them does not hold, from 0, after precondition_failed.
    std::size_t unmet() const noexcept { return unmet_; }

    result<redis::submission*> submit(redis::batch&& commands, redis::submit_options options, redis::reply_sink& sink)
        override;
    void cancel(redis::submission& what) noexcept override;
    result<void> acquire(redis::lease_waiter& waiter, steady_time until) override;
    void cancel(redis::lease_waiter&) noexcept override {}
    result<redis::subscription> subscribe(redis::subscription_kind, std::string_view, redis::subscription_sink&)
        override;
    std::chrono::milliseconds command_timeout() const noexcept override { return gate_.command_timeout(); }
    std::size_t most_reply() const noexcept override { return gate_.most_reply(); }
    bool wants_source() const noexcept override { return true; }

private:
    enum class stage : std::uint8_t { fresh, claims, by_digest, by_source };

    // redis::reply_sink
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;
    void on_failure(error why) noexcept override;

    result<void> check(const redis::submit_options& options);
    result<void> name_record();
    result<void> send(stage what);
    redis::batch claim() const;
    void go_on(stage what) noexcept;
    void tell(const redis::reply_view& reply) noexcept;
    void fail(error why) noexcept;
    error refused(error why) const;

    http::exchange& exchange_;
    access::gate gate_;
    std::shared_ptr<const commands::command_table> known_;
    telemetry::shard_metrics& metrics_;
    std::optional<repeatable> repeatable_;
    running_requests* running_requests_ = nullptr;
    running_requests::place place_;
    commands::enclosed what_;
    redis::submit_options options_;
    redis::reply_sink* sink_ = nullptr;
    redis::submission* running_ = nullptr;
    stage stage_ = stage::fresh;
    std::size_t unmet_ = 0;
};

}   // namespace rediserve::api
