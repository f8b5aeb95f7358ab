// What a subscriber keeps: who listens to what on its connection, what has to be sent for that, and what that which comes
// means. No I/O, no clock.
//
// Sinks are called from on_reply(), on_push(), settle() and the fail functions. From inside they may end any subscription and
// add others.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/redis/command.hpp"
#include "rediserve/redis/reply.hpp"
#include "rediserve/redis/subscription.hpp"

#include <cstddef>
#include <string_view>

namespace rediserve::redis {

class listener_register
{
public:
    virtual ~listener_register() = default;

    virtual subscription add(subscription_kind kind, std::string_view name, subscription_sink& sink) = 0;
    virtual bool empty() const noexcept = 0;

    // The connection stands: settle() gives out commands from now on.
    virtual void connected() noexcept = 0;
    // It ended: all is to be asked for again.
    virtual void lost() noexcept = 0;

    // Appends to `commands` what brings the connection in line with who listens; then tells those who came late to something
    // that is confirmed already.
    virtual void settle(batch& commands) = 0;
    // Appends a PING.
    virtual void ping(batch& commands) = 0;
    // Commands that are not answered yet.
    virtual std::size_t unanswered() const noexcept = 0;

    // False when it makes no sense.
    virtual bool on_reply(const reply_view& reply) noexcept = 0;
    virtual void on_push(const reply_view& reply) noexcept = 0;

    // All who were told nothing yet are told `why`, and are out.
    virtual void fail_fresh(const error& why) noexcept = 0;
    // All are.
    virtual void fail_all(const error& why) noexcept = 0;
};

}   // namespace rediserve::redis
