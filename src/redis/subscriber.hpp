// A connection that listens: made when somebody does, made again whenever it ends, given up when nobody does any more.
#pragma once

#include "redis/carrier.hpp"
#include "redis/listener_register.hpp"

#include <functional>
#include <memory>

namespace rediserve::redis {

class subscriber final : private link::owner
{
public:
    // Makes the register, which is to call `stirred` when settle() should be called soon.
    using maker = std::function<std::unique_ptr<listener_register>(std::function<void()> stirred)>;

    // Nobody listens any more: the connection is closed after `linger`.
    subscriber(const carrier::surroundings& around, std::chrono::milliseconds linger, const maker& make);
    // Who still listens is not told.
    ~subscriber() = default;

    subscription add(subscription_kind kind, std::string_view name, subscription_sink& sink)
    {
        return register_->add(kind, name, sink);
    }
    // Whoever listens is told `why`.
    void stop(const error& why) noexcept;

private:
    // link::owner
    void on_ready() noexcept override;
    void on_attempt_failed(const error& why) noexcept override;
    void on_lost(const link_end& how, std::uint64_t left) noexcept override;
    void on_reply(const reply_view& reply) noexcept override;
    void on_push(const reply_view& reply) noexcept override { register_->on_push(reply); }
    void on_written() noexcept override {}

    void serve_soon();
    void serve();
    void send(const batch& commands);
    void rest() noexcept;
    void on_pulse();
    void expect_sound();

    carrier::surroundings around_;
    std::chrono::milliseconds linger_;
    alarm service_;   // so that nothing is sent, and nobody called, from inside add(), release() or a sink
    alarm unused_;    // closes the connection
    alarm pulse_;     // asks whether the connection lives
    std::unique_ptr<listener_register> register_;
    link link_;
    std::uint64_t heard_then_ = 0;   // when the pulse was set
    bool was_ready_ = false;
};

}   // namespace rediserve::redis
