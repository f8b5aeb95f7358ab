#include "api/upstash/json_reply.hpp"

#include "api/upstash/error_text.hpp"
#include "api/upstash/readable.hpp"
#include "rediserve/base/bytes.hpp"

namespace rediserve::api::upstash {

namespace {

using redis::reply_kind;
using redis::reply_view;

void append_text(buffer& to, std::string_view bytes, encoding as)
{
    if (as == encoding::text)
        append_readable_json(to, bytes);
    else
        append_string(to, bytes, as);
}

void append_value(buffer& to, const reply_view& reply, encoding as);

void append_array(buffer& to, const reply_view& reply, encoding as)
{
    to.append('[');
    for (std::size_t i = 0; i < reply.size(); ++i) {
        if (i != 0)
            to.append(',');
        append_value(to, reply[i], as);
    }
    to.append(']');
}

// Recursion ends: Redis bounds how deep the table of a script may be nested, and everything else is flat.
void append_value(buffer& to, const reply_view& reply, encoding as)
{
    switch (reply.kind()) {
    case reply_kind::string:
    case reply_kind::status:
    case reply_kind::error: return append_text(to, reply.text(), as);
    case reply_kind::integer: return to.append_number(reply.integer());
    case reply_kind::array: return append_array(to, reply, as);
    default: return to.append("null");
    }
}

bool is_ok(const reply_view& reply) noexcept
{
    return reply.kind() == reply_kind::status && reply.text() == "OK";
}

}   // namespace

void append_result(buffer& to, const reply_view& reply, encoding as)
{
    if (reply.is_error())
        return append_error(to, reply.text());
    if (is_ok(reply))
        return to.append("{\"result\":\"OK\"}");
    to.append("{\"result\":");
    append_value(to, reply, as);
    to.append('}');
}

void append_error(buffer& to, std::string_view text)
{
    to.append("{\"error\":");
    append_readable_json(to, as_redis_says(text));
    to.append('}');
}

}   // namespace rediserve::api::upstash
