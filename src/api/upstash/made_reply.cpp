#include "api/upstash/made_reply.hpp"

#include "api/json_writer.hpp"
#include "api/upstash/readable.hpp"

namespace rediserve::api::upstash {

namespace {

constexpr std::string_view line_end = "\r\n";

void append_header(buffer& to, char kind, std::size_t number)
{
    to.append(kind);
    to.append_number(static_cast<long long>(number));
    to.append(line_end);
}

void append_bulk(buffer& to, std::string_view bytes)
{
    append_header(to, '$', bytes.size());
    to.append(bytes);
    to.append(line_end);
}

void append_json(buffer& to, std::string_view bytes, format as)
{
    if (as == format::base64)
        append_string(to, bytes, encoding::base64);
    else
        append_readable_json(to, bytes);
}

void append_resp_page(buffer& to, const typed_page& page)
{
    append_header(to, '*', 2);
    append_bulk(to, page.cursor);
    append_header(to, '*', 2 * page.keys.size());
    for (std::size_t i = 0; i < page.keys.size(); ++i) {
        append_bulk(to, page.keys[i]);
        append_bulk(to, page.types[i]);
    }
}

void append_json_page(buffer& to, const typed_page& page, format as)
{
    to.append("{\"result\":[");
    append_json(to, page.cursor, as);
    to.append(",[");
    for (std::size_t i = 0; i < page.keys.size(); ++i) {
        if (i != 0)
            to.append(',');
        append_json(to, page.keys[i], as);
        to.append(',');
        append_json(to, page.types[i], as);
    }
    to.append("]]}");
}

}   // namespace

void append_ok(buffer& to, format as)
{
    to.append(as == format::resp2 ? "+OK\r\n" : "{\"result\":\"OK\"}");
}

void append_string_result(buffer& to, std::string_view bytes, format as)
{
    if (as == format::resp2)
        return append_bulk(to, bytes);
    to.append("{\"result\":");
    append_json(to, bytes, as);
    to.append('}');
}

void append_integer_result(buffer& to, std::int64_t value, format as)
{
    to.append(as == format::resp2 ? ":" : "{\"result\":");
    to.append_number(value);
    to.append(as == format::resp2 ? line_end : "}");
}

void append_page_result(buffer& to, const typed_page& page, format as)
{
    if (as == format::resp2)
        append_resp_page(to, page);
    else
        append_json_page(to, page, as);
}

}   // namespace rediserve::api::upstash
