#include "api/upstash/conditional.hpp"

#include "api/json_reader.hpp"
#include "api/upstash/json_scan.hpp"

#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace rediserve::api::upstash {

namespace {

using commands::condition;

constexpr std::size_t tag_digits = 32;

error wrong(std::string text)
{
    return error(errc::bad_request, std::move(text), executed::no);
}

error wrong_at(std::size_t index, std::string_view text)
{
    return wrong("condition " + std::to_string(index) + ": " + std::string(text));
}

// The members of an object, each value as it stands.
class outline
{
public:
    explicit outline(std::string_view body) noexcept : scan_(body) { scan_.skip_blanks(); }

    result<void> read()
    {
        scan_.take('{');
        do {
            scan_.skip_blanks();
            if (auto fine = member(); !fine)
                return fine;
            scan_.skip_blanks();
        } while (scan_.take(','));
        if (!scan_.take('}'))
            return no_json();
        scan_.skip_blanks();
        if (!scan_.at_end())
            return no_json();
        if (conditions.empty() || commands.empty())
            return wrong("the object needs \"if\", an array of conditions, and \"commands\", an array of commands");
        return {};
    }

    std::string_view conditions;
    std::string_view commands;

private:
    static error no_json() { return wrong("the body is not JSON"); }

    result<void> member()
    {
        raw_string name;
        if (scan_.peek() != '"' || !scan_.string(name))
            return no_json();
        scan_.skip_blanks();
        if (!scan_.take(':'))
            return no_json();
        scan_.skip_blanks();
        const std::string_view from = scan_.rest();
        if (!scan_.skip_value())
            return no_json();
        const std::string_view value = from.substr(0, from.size() - scan_.rest().size());
        return keep(name.bytes, value);
    }

    result<void> keep(std::string_view name, std::string_view value)
    {
        std::string_view* const to = name == "if" ? &conditions : name == "commands" ? &commands : nullptr;
        if (!to)
            return wrong("the object has a member that is neither \"if\" nor \"commands\"");
        if (!to->empty())
            return wrong("\"" + std::string(name) + "\" stands there twice");
        *to = value;
        return {};
    }

    json_scan scan_;
};

// A text, an integer as it is written, or {"$b64":"…"}: as the words of commands are. nullopt: none of these.
std::optional<std::string> word_of(const json_value& from)
{
    if (const auto* const text = from.as<std::string>())
        return *text;
    if (const auto* const number = from.as<std::int64_t>())
        return std::to_string(*number);
    const auto* const object = from.as<json_object>();
    if (!object || object->size() != 1 || object->front().name != "$b64")
        return std::nullopt;
    const auto* const base64 = object->front().value.as<std::string>();
    return base64 ? base64_decode(*base64) : std::nullopt;
}

// As the header ETag has it, or without its quotes.
std::optional<std::string> tag_of(const json_value& from)
{
    const auto* const text = from.as<std::string>();
    if (!text)
        return std::nullopt;
    std::string_view tag = *text;
    if (tag.size() == tag_digits + 2 && tag.front() == '"' && tag.back() == '"')
        tag = tag.substr(1, tag_digits);
    if (tag.size() != tag_digits || tag.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return std::nullopt;
    return std::string(tag);
}

// What is asked of the key, when `from` asks anything.
result<bool> read_question(const json_member& from, std::size_t index, condition& to)
{
    std::optional<std::string> value;
    if (from.name == "etag") {
        to.is = condition::kind::tag;
        value = tag_of(from.value);
        if (!value)
            return wrong_at(index, "\"etag\" is a text of 32 hexadecimal digits, as the ETag of a key has them");
    } else if (from.name == "exists") {
        to.is = condition::kind::exists;
        const auto* const exists = from.value.as<bool>();
        if (!exists)
            return wrong_at(index, "\"exists\" is true or false");
        value = *exists ? "1" : "0";
    } else if (from.name == "equals") {
        to.is = condition::kind::equals;
        value = word_of(from.value);
        if (!value)
            return wrong_at(index, "\"equals\" is a text, an integer, or {\"$b64\":\"…\"} for any bytes");
    } else {
        return false;
    }
    to.value = std::move(*value);
    return true;
}

result<condition> read_condition(const json_value& from, std::size_t index)
{
    const auto* const object = from.as<json_object>();
    if (!object)
        return wrong_at(index, "it is an object, as {\"key\":\"k\",\"exists\":true}");
    condition made;
    std::size_t keys = 0;
    std::size_t questions = 0;
    for (const json_member& member : *object) {
        if (member.name == "key") {
            auto key = word_of(member.value);
            if (!key)
                return wrong_at(index, "\"key\" is a text, or {\"$b64\":\"…\"} for any bytes");
            made.key = std::move(*key);
            ++keys;
            continue;
        }
        const auto asked = read_question(member, index, made);
        if (!asked)
            return asked.error();
        if (!*asked)
            return wrong_at(index, "it has a member that is none of \"key\", \"etag\", \"exists\" and \"equals\"");
        ++questions;
    }
    if (keys != 1 || questions != 1)
        return wrong_at(index, "it needs one \"key\", and one of \"etag\", \"exists\" and \"equals\"");
    return made;
}

}   // namespace

bool is_conditional(std::string_view body) noexcept
{
    json_scan scan(body);
    scan.skip_blanks();
    if (!scan.take('{'))
        return false;
    scan.skip_blanks();
    raw_string name;
    return scan.peek() == '"' && scan.string(name) && (name.bytes == "if" || name.bytes == "commands");
}

result<conditional> read_conditional(std::string_view body, std::size_t most_conditions)
{
    outline of(body);
    if (const auto fine = of.read(); !fine)
        return fine.error();
    const auto document = read_json(of.conditions);
    if (!document)
        return document.error();
    const auto* const list = document->as<json_array>();
    if (!list || list->empty())
        return wrong("\"if\" is an array of at least one condition");
    if (list->size() > most_conditions)
        return wrong("\"if\" has more than " + std::to_string(most_conditions) + " conditions");
    conditional made{{}, of.commands};
    made.only_if.reserve(list->size());
    for (std::size_t index = 0; index < list->size(); ++index) {
        auto one = read_condition((*list)[index], index);
        if (!one)
            return one.error();
        made.only_if.push_back(std::move(*one));
    }
    return made;
}

}   // namespace rediserve::api::upstash
