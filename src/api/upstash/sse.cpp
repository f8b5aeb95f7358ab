#include "api/upstash/sse.hpp"

#include "api/upstash/json_scan.hpp"
#include "api/upstash/readable.hpp"

namespace rediserve::api::upstash {

namespace {

using redis::subscription_kind;

constexpr std::string_view line_ends = "\r\n";
constexpr std::string_view event_end = "\n\n";

// Calls `each` with what stands between line ends, and `between` with each of these.
template <class Each, class Between>
void for_lines(std::string_view text, Each each, Between between)
{
    for (;;) {
        const auto end = text.find_first_of(line_ends);
        each(text.substr(0, end));
        if (end == std::string_view::npos)
            return;
        between(text[end]);
        text.remove_prefix(end + 1);
    }
}

void append_name(buffer& to, std::string_view name)
{
    const auto append = [&](std::string_view part) { append_readable(to, part); };
    const auto escape = [&](char c) { to.append(c == '\r' ? "\\r" : "\\n"); };
    for_lines(name, append, escape);
}

// find_first_of() looks at each byte by itself, which counts where a message goes to many.
bool has_line_end(std::string_view text) noexcept
{
    return text.find('\n') != std::string_view::npos || text.find('\r') != std::string_view::npos;
}

void append_payload(buffer& to, std::string_view payload)
{
    if (!has_line_end(payload))
        return append_readable(to, payload);
    if (!is_json(payload))
        return append_readable_json(to, payload);
    // Within strings there are none, so those that are there stand between tokens.
    const auto append = [&](std::string_view part) { to.append(part); };
    for_lines(payload, append, [](char) {});
}

std::string_view confirmation(subscription_kind kind) noexcept
{
    switch (kind) {
    case subscription_kind::pattern: return "data: psubscribe,";
    case subscription_kind::shard_channel: return "data: ssubscribe,";
    default: return "data: subscribe,";
    }
}

std::string_view beginning(subscription_kind kind) noexcept
{
    switch (kind) {
    case subscription_kind::pattern: return "data: pmessage,";
    case subscription_kind::shard_channel: return "data: smessage,";
    default: return "data: message,";
    }
}

void append_part(buffer& to, std::string_view name)
{
    append_name(to, name);
    to.append(',');
}

void append_monitored(buffer& to, std::string_view line)
{
    to.append("data: ");
    append_name(to, line);
    to.append(event_end);
}

}   // namespace

void append_subscribed(buffer& to, subscription_kind kind, std::string_view name, std::int64_t count)
{
    if (kind == subscription_kind::monitor)
        return append_monitored(to, "\"OK\"");
    to.append(confirmation(kind));
    append_part(to, name);
    to.append_number(count);
    to.append(event_end);
}

void append_message(
    buffer& to, subscription_kind kind, std::string_view name, std::string_view channel, std::string_view payload
)
{
    if (kind == subscription_kind::monitor)
        return append_monitored(to, payload);
    to.append(beginning(kind));
    if (kind == subscription_kind::pattern)
        append_part(to, name);
    append_part(to, channel);
    append_payload(to, payload);
    to.append(event_end);
}

void append_keepalive(buffer& to)
{
    to.append(": keepalive\n\n");
}

// `data` without its colon is an event with no text, and not the line that the clients of this dialect look for.
void append_gap(buffer& to)
{
    to.append(": gap\nevent: gap\ndata\n\n");
}

void append_close(buffer& to)
{
    to.append(": close\nevent: close\ndata\n\n");
}

}   // namespace rediserve::api::upstash
