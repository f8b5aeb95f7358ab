#include "redis/sentinel_peer.hpp"

#include "rediserve/redis/address.hpp"

#include <utility>

namespace rediserve::redis {

namespace {

// A sentinel has a login of its own, and no databases.
params params_for(const params& group, const place& at)
{
    params made = group;
    made.address = address();
    made.address.transport = group.address.transport;
    made.address.host = at.host;
    made.address.port = at.port;
    made.address.user = group.sentinel.user;
    made.address.password = group.sentinel.password;
    made.guest = false;
    return made;
}

}   // namespace

sentinel_peer::sentinel_peer(
    boost::asio::io_context& context, const params& group, tls_client& tls, place at, events& to
)
    : master_(group.address.master)
    , settings_(params_for(group, at))
    , at_(std::move(at))
    , events_(to)
    , alarm_(context, [this] { on_alarm(); })
    , link_(context, settings_, tls, *this)
{}

void sentinel_peer::end() noexcept
{
    stage_ = stage::over;
    alarm_.stop();
    link_.rest();
}

void sentinel_peer::fail(error why) noexcept
{
    end();
    events_.on_failed(*this, why);
}

error sentinel_peer::failure(errc code, std::string_view what) const
{
    return error(code, "the sentinel at " + to_text(at_) + " " + std::string(what), executed::no);
}

void sentinel_peer::send(const batch& commands, stage next)
{
    stage_ = next;
    pinged_ = true;
    heard_then_ = link_.heard();
    alarm_.after(settings_.connect_timeout);
    if (!link_.send(commands.head(), commands.size()))
        fail(failure(errc::backend_unavailable, "cannot be asked: out of memory"));
}

void sentinel_peer::on_ready() noexcept
{
    batch questions = batch::of("SENTINEL", "GET-MASTER-ADDR-BY-NAME", master_);
    questions.add("SENTINEL", "SENTINELS", master_);
    send(questions, stage::master);
}

// Both are read by the sentinel in one go.
void sentinel_peer::watch()
{
    batch commands = batch::of("SENTINEL", "GET-MASTER-ADDR-BY-NAME", master_);
    commands.add("SUBSCRIBE", "+switch-master");
    link_.listen();
    send(commands, stage::master_again);
}

// ---- what it says --------------------------------------------------------------------------------------------------

void sentinel_peer::on_reply(const reply_view& reply) noexcept
{
    switch (stage_) {
    case stage::master: return read_master(reply, stage::others);
    case stage::master_again: return read_master(reply, stage::subscription);
    case stage::others:
        stage_ = stage::nothing;
        alarm_.stop();
        return events_.on_others(*this, sentinels_in(reply));
    case stage::subscription: return read_subscription(reply);
    case stage::messages: return read_message(reply);
    case stage::connection:
    case stage::nothing:
    case stage::over: return;
    }
}

void sentinel_peer::read_master(const reply_view& reply, stage next)
{
    if (reply.is_nil())
        return fail(failure(errc::backend_refused, "knows no master of the name " + master_));
    if (reply.is_error())
        return fail(failure(errc::backend_refused, "answers " + std::string(reply.text())));
    const auto master = master_in(reply);
    if (!master)
        return fail(failure(errc::backend_unavailable, "answers something that is not the place of a master"));
    stage_ = next;
    events_.on_master(*this, *master);
}

void sentinel_peer::read_subscription(const reply_view& reply)
{
    if (reply.is_error())
        return fail(failure(errc::backend_refused, "answers " + std::string(reply.text())));
    stage_ = stage::messages;
}

void sentinel_peer::read_message(const reply_view& message)
{
    if (const auto how = switch_in(message, master_))
        events_.on_switch(*how);
}

// ---- whether it lives ----------------------------------------------------------------------------------------------

// One that listens may be silent; then it is asked.
void sentinel_peer::on_alarm()
{
    const bool silent = link_.heard() == heard_then_;
    if (stage_ != stage::messages || (silent && pinged_))
        return fail(failure(errc::backend_unavailable, "does not answer"));
    if (silent)
        return send(batch::of("PING"), stage::messages);
    pinged_ = false;
    heard_then_ = link_.heard();
    alarm_.after(settings_.connect_timeout);
}

void sentinel_peer::on_attempt_failed(const error& why) noexcept
{
    fail(why);
}

void sentinel_peer::on_lost(const link_end& how, std::uint64_t) noexcept
{
    fail(failure(errc::backend_unavailable, "ended the connection: " + how.text));
}

}   // namespace rediserve::redis
