#include "api/keys/streams/consumer.hpp"

namespace rediserve::api::streams {

namespace {

// Of XREADGROUP on one stream; nothing at all when there are none.
redis::reply_view entries_of(const redis::reply_view& reply)
{
    if (reply.size() != 1 || reply[0].size() != 2)
        return {};
    return reply[0][1];
}

}   // namespace

void consumer::look(steady_time now) noexcept
{
    if (next_ == source::none)
        next_ = claims(now) ? source::claimed : source::fresh;
}

redis::batch consumer::command(std::string_view key) const
{
    redis::batch one;
    if (next_ == source::claimed)
        add_claim(one, key);
    else
        add_read(one, key, next_ == source::own ? std::string_view(seen_) : ">");
    return one;
}

redis::batch consumer::all_commands(std::string_view key) const
{
    redis::batch all;
    add_read(all, key, ">");
    if (wish_.claim)
        add_claim(all, key);
    return all;
}

void consumer::add_read(redis::batch& to, std::string_view key, std::string_view from) const
{
    to.add("XREADGROUP", "GROUP", wish_.group, wish_.consumer, "COUNT", wish_.count, "STREAMS", key, from);
}

void consumer::add_claim(redis::batch& to, std::string_view key) const
{
    to.add("XAUTOCLAIM", key, wish_.group, wish_.consumer, wish_.claim->count(), cursor_, "COUNT", wish_.count);
}

redis::reply_view consumer::take(const redis::reply_view& reply, steady_time now)
{
    return next_ == source::claimed ? take_claimed(reply, now) : take_given(reply, now);
}

redis::reply_view consumer::take_given(const redis::reply_view& reply, steady_time now)
{
    const redis::reply_view entries = entries_of(reply);
    const bool came = entries.size() > 0;
    if (came)
        seen_ = entries[entries.size() - 1][0].text();
    if (came && next_ == source::own)
        return entries;
    if (claims(now))
        next_ = source::claimed;
    else if (came || next_ == source::own)
        next_ = source::fresh;
    else
        next_ = source::none;
    return entries;
}

// Half of the time later, so that nothing lies much longer than it may.
redis::reply_view consumer::take_claimed(const redis::reply_view& reply, steady_time now)
{
    const bool complete = reply.size() >= 2;
    cursor_ = complete ? reply[0].text() : "0-0";
    if (cursor_ == "0-0") {
        claims_at_ = now + *wish_.claim / 2;
        next_ = source::fresh;
    }
    return complete ? reply[1] : redis::reply_view();
}

}   // namespace rediserve::api::streams
