#include "api/keys/inside/document.hpp"

#include "api/keys/envelope.hpp"
#include "api/keys/envelope_value.hpp"
#include "api/keys/members.hpp"

#include <unordered_set>
#include <utility>

namespace rediserve::api::keys {

result<document> document::read(std::string_view text, std::span<const known_option> known)
{
    auto object = read_json_object(text);
    if (!object)
        return object.error();
    if (const auto fine = check_members(*object, known); !fine)
        return fine.error();
    const auto as = read_encoding(find_member(*object, "encoding"));
    if (!as)
        return as.error();
    return document{std::move(*object), *as};
}

result<std::vector<std::string>> document::take_strings(std::string_view name)
{
    const std::string shape = "\"" + std::string(name) + "\" is an array of strings, at least one";
    json_value* const member = find_member(members, name);
    auto* const array = member ? member->as<json_array>() : nullptr;
    if (!array || array->empty())
        return error(errc::bad_request, shape);
    if (const auto fine = check_arguments(array->size()); !fine)
        return fine.error();
    std::vector<std::string> strings;
    strings.reserve(array->size());
    for (json_value& one : *array) {
        auto text = take_string(one, as, shape);
        if (!text)
            return text.error();
        strings.push_back(std::move(*text));
    }
    return strings;
}

result<void> check_names(const json_object& of)
{
    std::unordered_set<std::string_view> seen;
    for (const json_member& one : of)
        if (!seen.insert(one.name).second)
            return error(errc::bad_request, "a name stands twice in the document");
    return {};
}

void add_command(redis::batch& to, std::string_view name, const key_name& key, std::span<const std::string> strings)
{
    to.begin(2 + strings.size()).argument(name).argument(key.view());
    for (const std::string& one : strings)
        to.argument(one);
}

result<void> check_arguments(std::size_t count)
{
    if (count > most_arguments)
        return error(errc::body_too_large, "the document has too many parts to be stored at once");
    return {};
}

}   // namespace rediserve::api::keys
