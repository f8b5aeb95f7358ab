#include "redis/subscriber.hpp"

namespace rediserve::redis {

subscriber::subscriber(const carrier::surroundings& around, std::chrono::milliseconds linger, const maker& make)
    : around_(around)
    , linger_(linger)
    , service_(around.context, [this] { serve(); })
    , unused_(around.context, [this] { rest(); })
    , pulse_(around.context, [this] { on_pulse(); })
    , register_(make([this] { serve_soon(); }))
    , link_(around.context, around.settings, around.tls, *this, around.group)
{}

void subscriber::stop(const error& why) noexcept
{
    rest();
    register_->fail_all(why);
    service_.stop();
}

void subscriber::rest() noexcept
{
    unused_.stop();
    pulse_.stop();
    link_.rest();
    register_->lost();
    was_ready_ = false;
}

void subscriber::serve_soon()
{
    if (!service_.armed())
        service_.after(std::chrono::nanoseconds(0));
}

void subscriber::serve()
{
    const bool wanted = !register_->empty();
    if (!wanted && (linger_.count() == 0 || !link_.ready()))
        rest();
    else if (!wanted && !unused_.armed())
        unused_.after(linger_);
    else if (wanted)
        unused_.stop();
    batch commands;
    register_->settle(commands);
    send(commands);
    if (!register_->empty())
        link_.connect();
}

void subscriber::send(const batch& commands)
{
    if (commands.size() == 0)
        return;
    if (!link_.send(commands.head(), commands.size()))
        return link_.break_off("out of memory");
    if (register_->unanswered() == commands.size())
        expect_sound();   // else it is expected already
}

// ---- the link ------------------------------------------------------------------------------------------------------

void subscriber::on_ready() noexcept
{
    if (was_ready_)
        around_.metrics.redis_reconnects.add(1);
    was_ready_ = true;
    if (!around_.settings.resp3)
        link_.listen();   // RESP3 says what nobody asked for otherwise
    register_->connected();
    expect_sound();
    serve_soon();
}

// A server that is being restarted is back in a moment; a refused login will be refused again. Those who once listened
// wait for its return in any case, unless their user is not known any more.
void subscriber::on_attempt_failed(const error& why) noexcept
{
    if (why.code == errc::unauthorized) {
        rest();
        register_->fail_all(why);
    } else if (why.code == errc::backend_refused || (link_.failures() > 1 && !around_.worth_waiting(why)))
        register_->fail_fresh(why);
    serve_soon();
}

void subscriber::on_lost(const link_end&, std::uint64_t) noexcept
{
    pulse_.stop();
    register_->lost();
    serve_soon();
}

void subscriber::on_reply(const reply_view& reply) noexcept
{
    if (register_->on_reply(reply))
        return;
    const auto said = reply.is_error() ? std::string(reply.text()) : std::string("a reply that nothing asked for");
    link_.break_off(said);
}

// ---- whether it lives ----------------------------------------------------------------------------------------------

// Redis has command_timeout for an answer. When it owes none, it may be silent for twice as long before it is asked for
// one.
void subscriber::expect_sound()
{
    heard_then_ = link_.heard();
    pulse_.after(around_.settings.command_timeout * (register_->unanswered() > 0 ? 1 : 2));
}

void subscriber::on_pulse()
{
    const bool silent = link_.heard() == heard_then_;
    if (silent && register_->unanswered() > 0)
        return link_.break_off("Redis does not answer");
    if (!silent)
        return expect_sound();
    batch ping;
    register_->ping(ping);
    send(ping);
}

}   // namespace rediserve::redis
