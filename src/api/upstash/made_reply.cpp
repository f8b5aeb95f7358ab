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

void append_keys_result(buffer& to, const std::vector<std::string>& keys, format as)
{
    if (as == format::resp2)
        return append_resp_list(to, keys);
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
    to.append("{\"result\":[");
    append_json(to, page.cursor, as);
    to.append(',');
    append_json_list(to, elements(page), as);
    to.append("]}");
}

}   // namespace rediserve::api::upstash
