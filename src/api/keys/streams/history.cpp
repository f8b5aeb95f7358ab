#include "api/keys/streams/history.hpp"

namespace rediserve::api::streams {

namespace {

stream_id read_id(const redis::reply_view& from)
{
    return stream_id::read(from.text()).value_or(stream_id::lowest());
}

}   // namespace

std::string text_of(stream_id id)
{
    return std::to_string(id.milliseconds) + "-" + std::to_string(id.sequence);
}

stream_id after(stream_id id) noexcept
{
    if (id.sequence < UINT64_MAX)
        return {id.milliseconds, id.sequence + 1};
    return id.milliseconds < UINT64_MAX ? stream_id{id.milliseconds + 1, 0} : id;
}

stream_id before(stream_id id) noexcept
{
    if (id.sequence > 0)
        return {id.milliseconds, id.sequence - 1};
    return id.milliseconds > 0 ? stream_id{id.milliseconds - 1, UINT64_MAX} : id;
}

std::optional<history> history::read(const redis::reply_view& reply)
{
    history found;
    if (reply.is_error())
        return found;
    if (!reply.is_array())
        return std::nullopt;
    found.exists = true;
    found.added.reset();
    for (std::size_t i = 0; i + 1 < reply.size(); i += 2) {
        const std::string_view name = reply[i].text();
        const redis::reply_view value = reply[i + 1];
        if (name == "length")
            found.length = value.integer();
        else if (name == "last-generated-id")
            found.last = read_id(value);
        else if (name == "entries-added")
            found.added = value.integer();
        else if (name == "first-entry" && value.size() > 0)
            found.first = read_id(value[0]);
    }
    return found;
}

position end_of(const history& now) noexcept
{
    return {now.last, now.added};
}

bool has_gap(const position& from, const history& now) noexcept
{
    if (now.last <= from.seen)
        return now.last < from.seen;   // it has begun anew, with less
    if (now.length > 0 && now.first <= from.seen)
        return false;
    if (from.seen == stream_id::lowest() && (!from.added || !now.added))
        return false;
    if (!now.added)
        return true;
    return *now.added - from.added.value_or(0) != now.length;   // all that is there is behind `from`
}

position beyond_gap(const history& now) noexcept
{
    if (now.length == 0)
        return end_of(now);
    position from{before(now.first), {}};
    if (now.added)
        from.added = *now.added - now.length;
    return from;
}

}   // namespace rediserve::api::streams
