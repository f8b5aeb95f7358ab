#include "api/upstash/resp_reply.hpp"

#include "api/upstash/error_text.hpp"

namespace rediserve::api::upstash {

namespace {

using redis::reply_kind;
using redis::reply_view;

constexpr std::string_view line_end = "\r\n";

void append_line(buffer& to, char mark, std::string_view text)
{
    to.append(mark);
    to.append(text);
    to.append(line_end);
}

void append_number(buffer& to, char mark, long long number)
{
    to.append(mark);
    to.append_number(number);
    to.append(line_end);
}

void append_bulk(buffer& to, std::string_view bytes)
{
    append_number(to, '$', static_cast<long long>(bytes.size()));
    to.append(bytes);
    to.append(line_end);
}

void append_array(buffer& to, const reply_view& reply)
{
    append_number(to, '*', static_cast<long long>(reply.size()));
    for (std::size_t i = 0; i < reply.size(); ++i)
        append_resp(to, reply[i]);
}

}   // namespace

void append_resp(buffer& to, const reply_view& reply)
{
    switch (reply.kind()) {
    case reply_kind::string: return append_bulk(to, reply.text());
    case reply_kind::status: return append_line(to, '+', reply.text());
    case reply_kind::error: return append_resp_error(to, reply.text());
    case reply_kind::integer: return append_number(to, ':', reply.integer());
    case reply_kind::array: return append_array(to, reply);
    default: return to.append(reply.is_nil_array() ? "*-1\r\n" : "$-1\r\n");
    }
}

void append_resp_error(buffer& to, std::string_view text)
{
    to.append('-');
    for (const char c : as_redis_says(text))
        to.append(c == '\r' || c == '\n' ? ' ' : c);
    to.append(line_end);
}

}   // namespace rediserve::api::upstash
