#include "api/keys/envelope_value.hpp"

#include "api/keys/members.hpp"
#include "api/keys/stream_id.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

namespace rediserve::api::keys {

namespace {

using words = std::vector<std::string>;

// Long commands would overflow Lua's stack in the script that runs them. An even number: pairs stay together.
constexpr std::size_t most_words = 1000;

error bad(std::string_view why)
{
    return error(errc::bad_request, std::string(why));
}

error is_empty(kind type)
{
    return bad("Redis keeps no empty " + std::string(name(type)) + "; delete the key instead");
}

// Adds arguments to the last command, or to a new one of the same name when that is full.
void add(std::vector<words>& to, std::string_view command, words&& arguments)
{
    if (to.empty() || to.back().size() + arguments.size() > most_words)
        to.push_back({std::string(command)});
    for (std::string& argument : arguments)
        to.back().push_back(std::move(argument));
}

result<void> read_string(json_value& from, encoding as, envelope& to)
{
    auto text = take_string(from, as, "the value of a string is a JSON string");
    if (!text)
        return text.error();
    to.text = std::move(*text);
    return {};
}

result<void> read_hash(json_value& from, encoding as, envelope& to)
{
    auto* const fields = from.as<json_object>();
    if (!fields)
        return bad("the value of a hash is a JSON object");
    if (fields->empty())
        return is_empty(kind::hash);
    auto pairs = take_fields(*fields, as);
    if (!pairs)
        return pairs.error();
    for (std::size_t i = 0; i < pairs->size(); i += 2)
        add(to.commands, "HSET", {std::move((*pairs)[i]), std::move((*pairs)[i + 1])});
    return {};
}

result<json_array*> items_of(json_value& from, kind type)
{
    auto* const items = from.as<json_array>();
    if (!items)
        return bad("the value of a " + std::string(name(type)) + " is a JSON array");
    if (items->empty() && type != kind::stream)
        return is_empty(type);
    return items;
}

result<void> read_items(json_value& from, encoding as, envelope& to)
{
    const auto items = items_of(from, to.type);
    if (!items)
        return items.error();
    for (json_value& item : **items) {
        auto text = take_string(item, as, "the items of a list or set are JSON strings");
        if (!text)
            return text.error();
        add(to.commands, to.type == kind::list ? "RPUSH" : "SADD", {std::move(*text)});
    }
    return {};
}

result<void> read_scores(json_value& from, encoding as, envelope& to)
{
    static constexpr std::array<known_option, 2> known = {
        {{"member", option_kind::value}, {"score", option_kind::value}}};
    constexpr std::string_view shape = R"(the items of a zset are objects such as {"member":"m","score":1.5})";
    const auto items = items_of(from, kind::zset);
    if (!items)
        return items.error();
    for (json_value& item : **items) {
        auto* const object = item.as<json_object>();
        if (!object || object->size() != known.size() || !check_members(*object, known))
            return bad(shape);
        auto member = take_string(*find_member(*object, "member"), as, shape);
        if (!member)
            return member.error();
        auto score = read_score(*find_member(*object, "score"));
        if (!score)
            return bad("a score is a number, \"inf\" or \"-inf\"");
        add(to.commands, "ZADD", {std::move(*score), std::move(*member)});
    }
    return {};
}

// One XADD for an entry that comes after `last`, which it becomes.
result<words> read_entry(json_value& from, encoding as, stream_id& last)
{
    static constexpr std::array<known_option, 2> known = {{{"id", option_kind::value}, {"fields", option_kind::value}}};
    constexpr std::string_view shape = R"(the entries of a stream are objects such as {"id":"1-0","fields":{"f":"v"}})";
    auto* const object = from.as<json_object>();
    if (!object || object->size() != known.size() || !check_members(*object, known))
        return bad(shape);
    auto* const text = find_member(*object, "id")->as<std::string>();
    const auto id = text ? stream_id::read(*text) : std::nullopt;
    if (!id || *id <= last)
        return bad("the ids of a stream's entries are such as \"5-1\", above 0-0, and ascend");
    last = *id;
    auto* const fields = find_member(*object, "fields")->as<json_object>();
    if (!fields || fields->empty())
        return bad(shape);
    if (2 * fields->size() > most_words)
        return bad("an entry has too many fields");
    auto pairs = take_fields(*fields, as);
    if (!pairs)
        return pairs.error();
    words command = {"XADD", std::move(*text)};
    std::ranges::move(*pairs, std::back_inserter(command));
    return command;
}

result<void> read_entries(json_value& from, encoding as, envelope& to)
{
    const auto items = items_of(from, kind::stream);
    if (!items)
        return items.error();
    stream_id last;
    for (json_value& item : **items) {
        auto command = read_entry(item, as, last);
        if (!command)
            return command.error();
        to.commands.push_back(std::move(*command));
    }
    if (to.commands.empty())   // a stream lives on without entries; it is made by taking away its only one
        to.commands = {{"XADD", "0-1", "-", "-"}, {"XDEL", "0-1"}};
    return {};
}

}   // namespace

result<encoding> read_encoding(const json_value* from)
{
    if (!from)
        return encoding::text;
    const auto* const word = from->as<std::string>();
    if (!word || *word != "base64")
        return error(errc::bad_request, "\"encoding\" is base64, or is left out");
    return encoding::base64;
}

result<std::string> take_string(std::string& from, encoding as)
{
    if (as == encoding::text)
        return std::move(from);
    auto bytes = base64_decode(from);
    if (!bytes)
        return bad("the value says that it is base64, and something in it is not");
    return std::move(*bytes);
}

result<std::string> take_string(json_value& from, encoding as, std::string_view what)
{
    if (auto* const text = from.as<std::string>())
        return take_string(*text, as);
    return bad(what);
}

result<std::vector<std::string>> take_fields(json_object& from, encoding as)
{
    std::vector<std::string> pairs;
    for (json_member& member : from) {
        auto field = take_string(member.name, as);
        if (!field)
            return field.error();
        auto value = take_string(member.value, as, "the value of a field is a JSON string");
        if (!value)
            return value.error();
        pairs.push_back(std::move(*field));
        pairs.push_back(std::move(*value));
    }
    return pairs;
}

std::optional<std::string> read_score(const json_value& from)
{
    if (const auto* const whole = from.as<std::int64_t>())
        return std::to_string(*whole);
    if (const auto* const word = from.as<std::string>(); word && (*word == "inf" || *word == "-inf"))
        return *word;
    const auto* const number = from.as<double>();
    if (!number)
        return std::nullopt;
    buffer text;
    append_double(text, *number);
    return std::string(text.view());
}

result<void> read_value(json_value& from, encoding as, envelope& to)
{
    switch (to.type) {
    case kind::string: return read_string(from, as, to);
    case kind::hash: return read_hash(from, as, to);
    case kind::list:
    case kind::set: return read_items(from, as, to);
    case kind::zset: return read_scores(from, as, to);
    case kind::stream: return read_entries(from, as, to);
    }
    return {};
}

}   // namespace rediserve::api::keys
