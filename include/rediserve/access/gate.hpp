// The one way from a request to Redis: what a principal may not do does not pass.
#pragma once

#include "rediserve/access/networks.hpp"
#include "rediserve/access/principal.hpp"
#include "rediserve/access/rate_reports.hpp"
#include "rediserve/commands/command_table.hpp"
#include "rediserve/redis/backend.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rediserve::access {

// Which request asks.
struct asker
{
    std::string_view request = {};                    // its id, for the audit log
    std::optional<ip_address> from = std::nullopt;    // for the same; nullopt: a unix socket, or nobody wants to know
    steady_time until = never;                        // when its client stops waiting
    const bool* ended = nullptr;                      // redis::submit_options::ended
    std::shared_ptr<redis::written> seen = nullptr;   // what its client has written; nullptr: that does not matter
    bool reads_replicas = false;                      // where they have all of that
};

// A backend as one principal may use it. Every batch is read again from the bytes that would be sent and judged by them,
// whoever put it together; MULTI, EXEC and DISCARD around commands do nothing by themselves and pass.
//
// What it decides about commands is told to the audit log: a refusal once, by whoever finds it, and what is allowed when
// the whole batch is. So is what comes too fast.
//
// What it is made from must outlive it; a copy is as good as it. The shard's thread.
class gate final : public redis::client
{
public:
    // `commands` is where the backend's table stands, whichever it is at the time. Without `reports`, rates hold here only.
    gate(
        redis::backend& to, const std::shared_ptr<const commands::command_table>& commands, const principal& by,
        const asker& asked = {}, rate_reports* reports = nullptr
    ) noexcept
        : to_(&to), commands_(&commands), by_(&by), asked_(asked), reports_(reports)
    {}
    // Of a backend that lives for as long as somebody holds it.
    gate(
        std::shared_ptr<redis::backend> to, const std::shared_ptr<const commands::command_table>& commands,
        const principal& by, const asker& asked, rate_reports* reports
    ) noexcept
        : held_(std::move(to)), to_(held_.get()), commands_(&commands), by_(&by), asked_(asked), reports_(reports)
    {}

    // From here on replies come in RESP3, by connections of their own. What backend::in_resp3() fails with.
    result<void> speak_resp3();

    const redis::backend_health& health() const noexcept { return to_->health(); }
    // What the backend's server says about its commands, as far as it has said it.
    const std::shared_ptr<const commands::command_table>& table() const noexcept { return *commands_; }

    // errc::backend_unavailable as long as a principal with rules would be judged without the server's table of commands.
    result<void> ready() const;
    // For who answers each command by itself, when it is ready(): whether `words`, a command with its name first, would
    // pass. When it would not, that is the command's answer.
    decision judge(std::span<const std::string_view> words) const;
    // `why` this principal is refused what is no command, told to the audit log on its way.
    error refuse(error why) const;
    // Whether a key that Redis has named may be told.
    bool shows(std::string_view key) const noexcept { return !by_->may || by_->may->sees(key); }
    // Whether there are keys that may not be told.
    bool hides_keys() const noexcept { return by_->may && !by_->may->all_keys(); }

    // errc::forbidden with Redis' words for it; body_too_large for an argument beyond the principal's limit; rate_limited;
    // backend_timeout when the client waits no more; what ready() says.
    result<void> admit(const redis::batch& commands, const redis::submit_options& options) override;
    result<redis::submission*> submit(redis::batch&& commands, redis::submit_options options, redis::reply_sink& sink)
        override;
    // The same for what stands in the place of commands that were admitted: it is not judged.
    result<redis::submission*> pass(redis::batch&& commands, redis::submit_options&& options, redis::reply_sink& sink);
    void cancel(redis::submission& what) noexcept override { to_->cancel(what); }
    result<void> acquire(redis::lease_waiter& waiter, steady_time until) override
    {
        if (asked_.seen)
            asked_.seen->note_unknown();   // what is done there
        return to_->acquire(waiter, std::min(until, asked_.until));
    }
    void cancel(redis::lease_waiter& waiter) noexcept override { to_->cancel(waiter); }
    result<redis::subscription> subscribe(
        redis::subscription_kind kind, std::string_view name, redis::subscription_sink& sink
    ) override;
    std::chrono::milliseconds command_timeout() const noexcept override
    {
        return std::min(to_->command_timeout(), time_left());
    }
    // From now on nothing is read from replicas.
    void stay_at_primary() noexcept { asked_.reads_replicas = false; }
    boost::asio::io_context* loop() noexcept override { return to_->loop(); }
    // The same backend on nobody's account and without anybody's rules, for what several requests share. Each of them has to
    // be admitted by itself; as good as long as one of their gates is.
    gate for_all() const noexcept
    {
        gate made(*this);
        made.by_ = anonymous().get();
        made.asked_ = {};
        return made;
    }
    // Which backend it is; for comparing.
    const redis::client* target() const noexcept { return to_; }
    // Until the client stops waiting; 1 ms at least.
    std::chrono::milliseconds time_left() const noexcept;
    // The principal's limit, or what the process allows everybody where that is less.
    std::size_t most_reply() const noexcept override
    {
        return redis::narrower(by_->limits.reply_bytes, to_->most_reply());
    }
    std::string_view tag_beside(std::string_view key) const override { return to_->tag_beside(key); }

private:
    using words_view = std::span<const std::string_view>;

    decision decide(words_view words) const;
    result<void> admit_command(words_view words, const redis::submit_options& options) const;
    void tell_allowed(const redis::batch& commands, const redis::submit_options& options) const;
    result<void> take(const redis::batch& commands) const;
    void mind_replicas(const redis::batch& commands, redis::submit_options& options) const;

    std::shared_ptr<redis::backend> held_;   // nullptr: it outlives this anyway
    redis::backend* to_;
    const std::shared_ptr<const commands::command_table>* commands_;
    const principal* by_;
    asker asked_;
    rate_reports* reports_;
};

// What Redis says of what its own users may not do (without its first word, NOPERM).
std::string words_of(const decision& why);

}   // namespace rediserve::access
