#include "api/upstash/typed_reply.hpp"

#include "api/upstash/error_text.hpp"
#include "api/upstash/readable.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <vector>

namespace rediserve::api::upstash {

namespace {

using redis::reply_kind;
using redis::reply_view;

void write(typed_writer& to, const reply_view& reply);

void write_array(typed_writer& to, const reply_view& reply)
{
    to.begin_array(reply.size());
    for (std::size_t i = 0; i < reply.size(); ++i) {
        to.next(i);
        write(to, reply[i]);
    }
    to.end_array();
}

void begin_marked(typed_writer& to, std::string_view mark)
{
    to.begin_object(1);
    to.member(0, mark);
}

bool is_name(const reply_view& key)
{
    const bool is_text = key.is_string() || key.kind() == reply_kind::status || key.kind() == reply_kind::verbatim;
    return is_text && is_utf8(key.text());
}

// Whether its keys can be names, none stands twice, and nobody takes it for a mark: {"$set":…}.
bool is_object(const reply_view& map)
{
    std::vector<std::string_view> names;
    names.reserve(map.size() / 2);
    for (std::size_t i = 0; i < map.size(); i += 2) {
        if (!is_name(map[i]))
            return false;
        names.push_back(map[i].text());
    }
    if (names.size() == 1)
        return !names.front().starts_with('$');
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) == names.end();
}

void write_pairs(typed_writer& to, const reply_view& map)
{
    begin_marked(to, "$map");
    to.begin_array(map.size() / 2);
    for (std::size_t i = 0; i + 1 < map.size(); i += 2) {
        to.next(i);
        to.begin_array(2);
        write(to, map[i]);
        to.next(1);
        write(to, map[i + 1]);
        to.end_array();
    }
    to.end_array();
    to.end_object();
}

void write_map(typed_writer& to, const reply_view& map)
{
    if (!is_object(map))
        return write_pairs(to, map);
    to.begin_object(map.size() / 2);
    for (std::size_t i = 0; i + 1 < map.size(); i += 2) {
        to.member(i, map[i].text());
        write(to, map[i + 1]);
    }
    to.end_object();
}

void write_verbatim(typed_writer& to, const reply_view& reply)
{
    begin_marked(to, "$verbatim");
    to.begin_array(2);
    to.string(reply.text_format());
    to.next(1);
    to.string(reply.text());
    to.end_array();
    to.end_object();
}

void write_attributed(typed_writer& to, const reply_view& reply)
{
    begin_marked(to, "$attributes");
    to.begin_array(2);
    write(to, reply.attributes());
    to.next(1);
    write(to, reply.value());
    to.end_array();
    to.end_object();
}

// Recursion ends: the link takes no reply that is nested deeper than a script of Redis can build.
void write(typed_writer& to, const reply_view& reply)
{
    switch (reply.kind()) {
    case reply_kind::string:
    case reply_kind::status:
    case reply_kind::big_number: return to.string(reply.text());
    case reply_kind::integer: return to.integer(reply.integer());
    case reply_kind::number: return to.number(reply.number());
    case reply_kind::boolean: return to.boolean(reply.boolean());
    case reply_kind::verbatim: return write_verbatim(to, reply);
    case reply_kind::array: return write_array(to, reply);
    case reply_kind::map: return write_map(to, reply);
    case reply_kind::attributed: return write_attributed(to, reply);
    case reply_kind::set:
        begin_marked(to, "$set");
        write_array(to, reply);
        return to.end_object();
    case reply_kind::error:
        begin_marked(to, "$error");
        to.string(reply.text());
        return to.end_object();
    default: return to.nil();
    }
}

void append_message(typed_writer& to, std::string_view text)
{
    buffer readable;
    append_readable(readable, as_redis_says(text));
    to.member(0, "error");
    to.string(readable.view());
}

}   // namespace

void append_typed_result(buffer& to, const reply_view& reply, notation in)
{
    const bool has_attributes = reply.kind() == reply_kind::attributed;
    const reply_view value = reply.value();
    typed_writer writer(to, in);
    writer.begin_object(has_attributes ? 2 : 1);
    if (value.is_error()) {
        append_message(writer, value.text());
    } else {
        writer.member(0, "result");
        write(writer, value);
    }
    if (has_attributes) {
        writer.member(1, "attributes");
        write(writer, reply.attributes());
    }
    writer.end_object();
}

void append_typed_error(buffer& to, std::string_view text, notation in)
{
    typed_writer writer(to, in);
    writer.begin_object(1);
    append_message(writer, text);
    writer.end_object();
}

void append_typed_error(buffer& to, std::string_view text, const error& why, notation in)
{
    typed_writer writer(to, in);
    const bool said = why.executed != executed::unsaid;
    writer.begin_object(said ? 3 : 2);
    append_message(writer, text);
    writer.member(1, "code");
    writer.string(row_of(why.code).word);
    if (said) {
        writer.member(2, "executed");
        writer.string(why.executed == executed::no ? "no" : why.executed == executed::maybe ? "maybe" : "yes");
    }
    writer.end_object();
}

}   // namespace rediserve::api::upstash
