#include "redis/leased_link.hpp"

#include <algorithm>

namespace rediserve::redis {

leased_link::leased_link(const carrier::surroundings& around, events& to)
    : around_(around)
    , deadline_(around.context, [this] { on_deadline(); })
    , events_(to)
    , carrier_(around, request_queue::retry::no, *this)
{}

void leased_link::close(const error& why) noexcept
{
    ended_ = true;
    if (status_ != lease_status::lent)
        status_ = lease_status::spent;
    deadline_.stop();
    carrier_.fail_all(why);
}

lease leased_link::lend() noexcept
{
    status_ = lease_status::lent;
    state_ = lease_state();
    expires_ = {};
    return lease(*this);
}

result<submission*> leased_link::submit(
    batch&& commands, submit_options options, std::chrono::milliseconds deadline, reply_sink& sink
)
{
    if (ended_)
        return error(errc::backend_lost, "the connection of this lease has ended", executed::no);
    for (std::size_t index = 0; index < commands.size(); ++index)
        state_.sent(commands.name(index));
    const auto now = std::chrono::steady_clock::now();
    options.read_only = false;   // never run again
    auto added = carrier_.add(std::move(commands), options, sink, now);
    if (!added)
        return added.error();
    expires_ = std::max(expires_, now + deadline);
    deadline_.at(expires_);
    return *added;
}

// A connection whose user has waited in vain is of no use to the next one either: the reply may still come.
void leased_link::on_deadline()
{
    if (!carrier_.empty())
        fail(error(errc::backend_timeout, "Redis did not answer in time", executed::maybe));
}

// The next user is not to wait for the rest of a reply that was too large for this one.
void leased_link::release() noexcept
{
    deadline_.stop();
    status_ = lease_status::idle;
    if (ended_ || !carrier_.empty() || carrier_.congested() || !state_.clean())
        close(error(errc::backend_lost, "the lease was given up", executed::maybe));
    events_.on_released(*this);
}

void leased_link::fail(const error& why) noexcept
{
    const bool lent = status_ == lease_status::lent;
    close(why);
    if (!lent)
        events_.on_failed(*this, why);   // else its user was told by what waited, or will be by submit()
}

void leased_link::on_ready(carrier&) noexcept
{
    status_ = lease_status::idle;
    events_.on_opened(*this);
}

// Who waits for it has a deadline, and a fail-over may be over before.
void leased_link::on_attempt_failed(carrier&, const error& why) noexcept
{
    if (!around_.worth_waiting(why))
        fail(why);
}

void leased_link::on_lost(carrier&) noexcept
{
    fail(error(errc::backend_lost, "the connection to Redis ended", executed::maybe));
}

}   // namespace rediserve::redis
