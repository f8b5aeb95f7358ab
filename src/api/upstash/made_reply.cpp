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

// The keys, each followed by its type where there are types.
std::vector<std::string_view> elements(const page_of_keys& page)
{
    std::vector<std::string_view> all;
    for (std::size_t i = 0; i < page.keys.size(); ++i) {
        all.push_back(page.keys[i]);
        if (!page.types.empty())
            all.push_back(page.types[i]);
    }
    return all;
}

template <class Texts>
void append_resp_list(buffer& to, const Texts& texts)
{
    append_header(to, '*', texts.size());
    for (const std::string_view one : texts)
        append_bulk(to, one);
}

template <class Texts>
void append_json_list(buffer& to, const Texts& texts, format as)
{
    std::string_view between = "[";
    for (const std::string_view one : texts) {
        to.append(between);
        append_json(to, one, as);
        between = ",";
    }
    to.append(texts.empty() ? "[]" : "]");
}

// {"result":…}, of which `write` writes the value.
template <class Write>
void append_typed(buffer& to, format as, Write&& write)
{
    typed_writer writer(to, notation_of(as));
    writer.begin_object(1);
    writer.member(0, "result");
    write(writer);
    writer.end_object();
}

template <class Texts>
void write_list(typed_writer& to, const Texts& texts)
{
    to.begin_array(texts.size());
    std::size_t index = 0;
    for (const std::string_view one : texts) {
        to.next(index++);
        to.string(one);
    }
    to.end_array();
}

}   // namespace

void append_ok(buffer& to, format as)
{
    if (is_typed(as))
        return append_string_result(to, "OK", as);
    to.append(as == format::resp2 ? "+OK\r\n" : "{\"result\":\"OK\"}");
}

void append_string_result(buffer& to, std::string_view bytes, format as)
{
    if (as == format::resp2)
        return append_bulk(to, bytes);
    if (is_typed(as))
        return append_typed(to, as, [&](typed_writer& value) { value.string(bytes); });
    to.append("{\"result\":");
    append_json(to, bytes, as);
    to.append('}');
}

void append_integer_result(buffer& to, std::int64_t value, format as)
{
    if (is_typed(as))
        return append_typed(to, as, [&](typed_writer& writer) { writer.integer(value); });
    to.append(as == format::resp2 ? ":" : "{\"result\":");
    to.append_number(value);
    to.append(as == format::resp2 ? line_end : "}");
}

void append_keys_result(buffer& to, const std::vector<std::string>& keys, format as)
{
    if (as == format::resp2)
        return append_resp_list(to, keys);
    if (is_typed(as))
        return append_typed(to, as, [&](typed_writer& value) { write_list(value, keys); });
    to.append("{\"result\":");
    append_json_list(to, keys, as);
    to.append('}');
}

void append_page_result(buffer& to, const page_of_keys& page, format as)
{
    if (as == format::resp2) {
        append_header(to, '*', 2);
        append_bulk(to, page.cursor);
        return append_resp_list(to, elements(page));
    }
    if (is_typed(as))
        return append_typed(to, as, [&](typed_writer& value) {
            value.begin_array(2);
            value.string(page.cursor);
            value.next(1);
            write_list(value, elements(page));
            value.end_array();
        });
    to.append("{\"result\":[");
    append_json(to, page.cursor, as);
    to.append(',');
    append_json_list(to, elements(page), as);
    to.append("]}");
}

}   // namespace rediserve::api::upstash
