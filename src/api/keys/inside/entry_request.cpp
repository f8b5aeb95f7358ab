#include "api/keys/inside/entry_request.hpp"

#include "api/keys/envelope_value.hpp"
#include "api/keys/inside/document.hpp"
#include "api/keys/members.hpp"
#include "api/keys/stream_id.hpp"

#include <array>
#include <utility>

namespace rediserve::api::keys {

namespace {

constexpr std::array<known_option, 6> known = {{
    {"fields", option_kind::value},
    {"id", option_kind::value},
    {"maxlen", option_kind::value},
    {"minid", option_kind::value},
    {"approximate", option_kind::value},
    {"encoding", option_kind::value},
}};

error bad(std::string_view why)
{
    return error(errc::bad_request, std::string(why));
}

// "5-1", or "5", which leaves the second number to Redis.
bool is_id(std::string_view text)
{
    return stream_id::read(text)
        || (text.find('-') == std::string_view::npos && stream_id::read(std::string(text) + "-0"));
}

// An id that is not given yet: "5-1", "5-*" or "*".
bool is_new_id(std::string_view text)
{
    return text == "*" || stream_id::read(text)
        || (text.ends_with("-*") && stream_id::read(std::string(text.substr(0, text.size() - 1)) + "0"));
}

result<std::string> read_id(const json_value* from)
{
    if (!from)
        return std::string("*");
    const auto* const text = from->as<std::string>();
    if (!text || !is_new_id(*text) || *text == "0-0")
        return bad("\"id\" is such as \"5-1\" (above 0-0) or \"5-*\"; left out, Redis makes one of the time");
    return *text;
}

result<std::vector<std::string>> read_trim(json_object& from)
{
    const json_value* const length = find_member(from, "maxlen");
    const json_value* const least = find_member(from, "minid");
    const json_value* const approximate = find_member(from, "approximate");
    if (length && least)
        return bad("\"maxlen\" and \"minid\" exclude each other");
    if (approximate && (!approximate->as<bool>() || (!length && !least)))
        return bad("\"approximate\" is true or false, and goes with \"maxlen\" or \"minid\"");
    const std::string how = approximate && *approximate->as<bool>() ? "~" : "=";
    if (length) {
        const auto* const count = length->as<std::int64_t>();
        if (!count || *count < 0)
            return bad("\"maxlen\" is a whole number, 0 or more");
        return std::vector<std::string>{"MAXLEN", how, std::to_string(*count)};
    }
    if (least) {
        const auto* const id = least->as<std::string>();
        if (!id || !is_id(*id))
            return bad("\"minid\" is an id such as \"1700000000000-0\"");
        return std::vector<std::string>{"MINID", how, *id};
    }
    return std::vector<std::string>();
}

}   // namespace

result<entry_request> entry_request::read(std::string_view body)
{
    auto from = document::read(body, known);
    if (!from)
        return from.error();
    entry_request wish;
    auto id = read_id(find_member(from->members, "id"));
    if (!id)
        return id.error();
    wish.id = std::move(*id);
    auto trim = read_trim(from->members);
    if (!trim)
        return trim.error();
    wish.trim = std::move(*trim);
    json_value* const member = find_member(from->members, "fields");
    auto* const fields = member ? member->as<json_object>() : nullptr;
    if (!fields || fields->empty())
        return bad("\"fields\" is an object of strings such as {\"f\":\"v\"}, and not empty");
    if (const auto fine = check_arguments(2 * fields->size()); !fine)
        return fine.error();
    auto pairs = take_fields(*fields, from->as);
    if (!pairs)
        return pairs.error();
    wish.fields = std::move(*pairs);
    return wish;
}

redis::batch entry_request::command(std::string_view key, bool only_existing) const
{
    redis::batch made;
    made.begin(3u + (only_existing ? 1 : 0) + trim.size() + fields.size()).argument("XADD").argument(key);
    if (only_existing)
        made.argument("NOMKSTREAM");
    for (const std::string& word : trim)
        made.argument(word);
    made.argument(id);
    for (const std::string& word : fields)
        made.argument(word);
    return made;
}

result<std::string> read_entry_bound(const query& options, std::string_view name, std::string_view otherwise)
{
    const std::string_view text = options.find(name).value_or(otherwise);
    if (text == "-" || text == "+")
        return std::string(text);
    if (text == " ")   // a plus that was sent as it is
        return std::string("+");
    const bool left_out = text.starts_with('(');
    const std::string_view id = text.substr(left_out ? 1 : 0);
    if (left_out && stream_id::read(id) == (name == "end" ? stream_id::lowest() : stream_id::highest()))
        return bad("there is nothing beyond the " + std::string(name) + " that is to be left out");
    if (!is_id(id))
        return bad(
            "the option \"" + std::string(name)
            + "\" takes an id such as 1700000000000-0, - or +, with a ( before the id where it is to be left out itself"
        );
    return std::string(text);
}

}   // namespace rediserve::api::keys
