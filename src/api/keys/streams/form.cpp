#include "api/keys/streams/form.hpp"

#include "api/errors.hpp"
#include "api/json_writer.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>

namespace rediserve::api::streams {

namespace {

constexpr std::string_view event_end = "\n\n";

bool is_wanted(std::string_view name, std::span<const std::string> wanted)
{
    return wanted.empty() || std::ranges::find(wanted, name) != wanted.end();
}

void append_id(buffer& to, stream_id at)
{
    to.append("id: ");
    to.append(text_of(at));
    to.append('\n');
}

}   // namespace

void append_open(buffer& to, stream_id at)
{
    to.append("retry: 1000\nevent: open\n");
    append_id(to, at);
    to.append("data: {\"after\":\"");
    to.append(text_of(at));
    to.append("\"}\n\n");
}

void append_reset(buffer& to, stream_id at, const history& now)
{
    to.append("event: reset\n");
    append_id(to, at);
    to.append("data: {\"first\":");
    if (now.length > 0) {
        to.append('"');
        to.append(text_of(now.first));
        to.append("\"}\n\n");
    } else {
        to.append("null}\n\n");
    }
}

void append_entry(buffer& to, const redis::reply_view& entry, std::span<const std::string> wanted)
{
    if (entry.size() != 2)
        return;
    const redis::reply_view fields = entry[1];
    encoding as = encoding::text;
    std::size_t count = 0;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        if (!is_wanted(fields[i].text(), wanted))
            continue;
        ++count;
        if (!is_utf8(fields[i].text()) || !is_utf8(fields[i + 1].text()))
            as = encoding::base64;
    }
    if (count == 0)
        return;
    to.append("id: ");
    to.append(entry[0].text());
    to.append(as == encoding::base64 ? "\nevent: base64\ndata: {" : "\ndata: {");
    bool first = true;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        if (!is_wanted(fields[i].text(), wanted))
            continue;
        if (!std::exchange(first, false))
            to.append(',');
        append_string(to, fields[i].text(), as);
        to.append(':');
        append_string(to, fields[i + 1].text(), as);
    }
    to.append('}');
    to.append(event_end);
}

void append_keepalive(buffer& to)
{
    to.append(": keepalive\n\n");
}

void append_close(buffer& to)
{
    to.append("event: close\ndata: {}\n\n");
}

void append_error(buffer& to, const error& why)
{
    to.append("event: failed\ndata: {\"error\":");
    append_json_string(to, is_utf8(why.detail) ? why.detail : std::string());
    append_error_members(to, why);
    to.append("}\n\n");
}

}   // namespace rediserve::api::streams
