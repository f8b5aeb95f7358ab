#include "cluster/own_connections.hpp"

#include "cluster/reasons.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::cluster {

namespace {

constexpr std::chrono::milliseconds between_tries{25};

}   // namespace

own_connections::own_connections(
    boost::asio::io_context& context, router& through, steady_time until, std::function<void(own_connections&)> released
)
    : router_(through), until_(until), released_(std::move(released)), later_(context, [this] { begin_next(); })
{}

own_connections::~own_connections()
{
    stop_waiting();
}

result<redis::submission*> own_connections::submit(
    redis::batch&& commands, redis::submit_options options, std::chrono::milliseconds deadline, redis::reply_sink& sink
)
{
    for (std::size_t index = 0; index < commands.size(); ++index) {
        const auto by = route_of(router_.words_of(commands, index), router_.table()).by;
        if (by == way::cross_slot || by == way::split)
            return cross_slot();
    }
    commands_ = std::move(commands);
    options_ = options;
    options_.stands_for = {};
    options_.one_by_one = false;
    sink_ = &sink;
    next_ = 0;
    began_ = false;
    expires_ = std::chrono::steady_clock::now() + deadline;
    later_.after(std::chrono::nanoseconds(0));   // the sink is not to be called from inside
    return static_cast<redis::submission*>(this);
}

void own_connections::cancel(redis::submission&) noexcept
{
    stop_waiting();
    sink_ = nullptr;
}

// What is unanswered is not lent to anybody again: each connection sees to that.
void own_connections::release() noexcept
{
    stop_waiting();
    sink_ = nullptr;
    connections_.clear();
    const auto released = std::move(released_);   // which is gone with this
    released(*this);
}

void own_connections::stop_waiting() noexcept
{
    later_.stop();
    if (auto* const sent = std::exchange(under_way_, nullptr))
        used_->cancel(*sent);
    if (wanted_)
        wanted_->backend->cancel(static_cast<redis::lease_waiter&>(*this));
    wanted_.release();
}

// ---- one command after the other -----------------------------------------------------------------------------------

void own_connections::begin_next()
{
    asking_ = false;
    if (!router_.map())
        return try_later(router_.topology().why());
    if (node_link* const to = node_for_next())
        return go_to(*to);
    try_later(not_served());
}

// One without keys stays where the last one ran.
node_link* own_connections::node_for_next()
{
    const route by = route_of(router_.words_of(commands_, next_), router_.table());
    if (by.by == way::slot)
        return router_.owner_of(by.slot);
    const auto held = [&](const connection& one) { return one.to.get() == last_; };
    return std::ranges::any_of(connections_, held) ? last_ : &router_.any(options_.affinity);
}

void own_connections::go_to(node_link& to)
{
    const auto held = std::ranges::find_if(connections_, [&](const connection& one) { return one.to.get() == &to; });
    if (held != connections_.end())
        return send(*held);
    wanted_ = node_hold(to);
    const auto asked = to.backend->acquire(*this, std::min(until_, expires_));
    if (asked)
        return;
    wanted_.release();
    try_later(asked.error());
}

void own_connections::on_lease(redis::lease got) noexcept
{
    connections_.push_back({std::move(wanted_), std::move(got)});
    send(connections_.back());
}

void own_connections::send(connection& by)
{
    redis::batch one;
    if (asking_)
        one.add("ASKING");
    one.append(commands_, next_);
    last_ = by.to.get();
    used_ = &by.own;
    const auto sent = by.own.submit(std::move(one), options_, time_left(), *this);
    if (sent) {
        under_way_ = *sent;
        return;
    }
    std::erase_if(connections_, [&](const connection& each) { return &each == &by; });   // it has ended
    try_later(sent.error());
}

void own_connections::on_reply(const redis::reply_view& reply, std::size_t index) noexcept
{
    if (asking_ && index == 0)
        return;
    under_way_ = nullptr;
    if (const auto where = reply.is_error() ? read_redirect(reply.text(), last_->at) : std::nullopt)
        return send_elsewhere(*where);
    began_ = true;
    const std::size_t told = next_++;
    redis::reply_sink& to = *sink_;
    if (next_ < commands_.size())
        later_.after(std::chrono::nanoseconds(0));
    else
        sink_ = nullptr;
    to.on_reply(reply, told);
}

// A command that is turned away was not run, however long it had blocked.
void own_connections::send_elsewhere(const redirect& where)
{
    router_.topology().doubt();
    const bool follows = where.is == redirect::kind::moved || where.is == redirect::kind::ask;
    if (!follows || where.to.host.empty())
        return try_later(what_it_says(where.is));
    if (time_left() <= std::chrono::milliseconds(1))
        return give_up(what_it_says(where.is));
    asking_ = where.is == redirect::kind::ask;
    go_to(router_.at_announced(where.to));
}

void own_connections::on_failure(error why) noexcept
{
    const bool sent = std::exchange(under_way_, nullptr) != nullptr;
    wanted_.release();
    if (sent)
        std::erase_if(connections_, [&](const connection& each) { return &each.own == used_; });
    if (sent && why.executed != executed::no)
        return give_up(std::move(why));
    try_later(why);
}

void own_connections::try_later(const error& why)
{
    const bool gone = why.code == errc::backend_unavailable || why.code == errc::backend_lost;
    if (!gone || std::chrono::steady_clock::now() + between_tries >= std::min(until_, expires_))
        return give_up(why);
    router_.topology().doubt();
    later_.after(between_tries);
}

// From inside the alarm or a callback, never from inside submit().
void own_connections::give_up(error why) noexcept
{
    if (began_)
        why.executed = executed::maybe;   // of the batch, some has run
    redis::reply_sink& to = *std::exchange(sink_, nullptr);
    to.on_failure(std::move(why));
}

std::chrono::milliseconds own_connections::time_left() const noexcept
{
    const auto left = expires_ - std::chrono::steady_clock::now();
    return std::max(std::chrono::milliseconds(1), std::chrono::ceil<std::chrono::milliseconds>(left));
}

}   // namespace rediserve::cluster
