#include "api/keys/answer.hpp"

#include <charconv>

namespace rediserve::api::keys {

namespace {

using redis::reply_view;

void append_strings(buffer& to, const reply_view& of, encoding as)
{
    to.append('[');
    for (std::size_t i = 0; i < of.size(); ++i) {
        if (i > 0)
            to.append(',');
        append_string(to, of[i].text(), as);
    }
    to.append(']');
}

void append_scores(buffer& to, const reply_view& of, encoding as)
{
    to.append('[');
    for (std::size_t i = 0; i + 1 < of.size(); i += 2) {
        to.append(i > 0 ? ",{\"member\":" : "{\"member\":");
        append_string(to, of[i].text(), as);
        to.append(",\"score\":");
        append_score(to, of[i + 1].text());
        to.append('}');
    }
    to.append(']');
}

void append_entries(buffer& to, const reply_view& of, encoding as)
{
    to.append('[');
    for (std::size_t i = 0; i < of.size(); ++i) {
        const reply_view entry = of[i];
        to.append(i > 0 ? ",{\"id\":" : "{\"id\":");
        append_string(to, entry.size() > 0 ? entry[0].text() : std::string_view(), encoding::text);
        to.append(",\"fields\":");
        append_fields(to, entry.size() > 1 ? entry[1] : reply_view(), as);
        to.append('}');
    }
    to.append(']');
}

// As of a hash that is answered whole: one string that is not UTF-8 makes all of them base64.
encoding encoding_of_named(std::span<const std::string> names, const reply_view& values)
{
    for (std::size_t i = 0; i < names.size(); ++i)
        if (encoding_of(names[i]) == encoding::base64 || encoding_of(values[i].text()) == encoding::base64)
            return encoding::base64;
    return encoding::text;
}

}   // namespace

encoding encoding_of_all(kind type, const reply_view& value)
{
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (type == kind::zset && i % 2 == 1)
            continue;   // a score
        if (type == kind::stream && value[i].size() > 1) {
            if (encoding_of_all(kind::hash, value[i][1]) == encoding::base64)
                return encoding::base64;
        } else if (encoding_of(value[i].text()) == encoding::base64) {
            return encoding::base64;
        }
    }
    return encoding::text;
}

void append_fields(buffer& to, const reply_view& of, encoding as)
{
    to.append('{');
    for (std::size_t i = 0; i + 1 < of.size(); i += 2) {
        if (i > 0)
            to.append(',');
        append_string(to, of[i].text(), as);
        to.append(':');
        append_string(to, of[i + 1].text(), as);
    }
    to.append('}');
}

// Redis writes up to 17 digits; JSON gets the shortest number that is the same.
void append_score(buffer& to, std::string_view text)
{
    double score = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), score);
    if (failure == std::errc() && end == text.data() + text.size())
        append_double(to, score);
    else
        append_string(to, text, encoding_of(text));
}

void append_value(buffer& to, kind type, const reply_view& value, encoding as)
{
    switch (type) {
    case kind::hash: return append_fields(to, value, as);
    case kind::zset: return append_scores(to, value, as);
    case kind::stream: return append_entries(to, value, as);
    default: return append_strings(to, value, as);
    }
}

void append_string_answer(buffer& to, std::string_view key, std::string_view value)
{
    const encoding as = encoding_of(value);
    to.append('{');
    append_key_member(to, key);
    to.append(",\"value\":");
    append_string(to, value, as);
    if (as == encoding::base64)
        to.append(base64_marker);
}

void append_collection_answer(buffer& to, std::string_view key, kind type, const reply_view& value)
{
    const encoding as = encoding_of_all(type, value);
    to.append('{');
    append_key_member(to, key);
    to.append(",\"type\":\"");
    to.append(name(type));
    to.append("\",\"value\":");
    append_value(to, type, value, as);
    if (as == encoding::base64)
        to.append(base64_marker);
}

void append_named(buffer& to, std::span<const std::string> names, const reply_view& values)
{
    const encoding as = encoding_of_named(names, values);
    to.append('{');
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0)
            to.append(',');
        append_string(to, names[i], as);
        to.append(':');
        if (values[i].is_string())
            append_string(to, values[i].text(), as);
        else
            to.append("null");
    }
    to.append('}');
    if (as == encoding::base64)
        to.append(base64_marker);
}

void append_included(buffer& to, const inclusion& wanted, const description& of)
{
    if (wanted.type && of.type == name(kind::string))   // other types have named themselves
        to.append(",\"type\":\"string\"");
    if (wanted.ttl) {
        to.append(',');
        append_ttl(to, of.ttl_ms);
    }
    if (wanted.size) {
        to.append(",\"size\":");
        to.append_number(of.size.value_or(0));
    }
}

void append_ttl(buffer& to, std::int64_t milliseconds)
{
    to.append("\"ttl\":");
    if (milliseconds < 0)
        to.append("null");
    else
        append_seconds(to, milliseconds);
}

}   // namespace rediserve::api::keys
