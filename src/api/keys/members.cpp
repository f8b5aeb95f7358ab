#include "api/keys/members.hpp"

#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <optional>

namespace rediserve::api::keys {

namespace {

error bad(std::string_view name, std::string_view why)
{
    constexpr std::size_t longest_shown = 40;
    return error(
        errc::bad_request, "the member \"" + std::string(name.substr(0, longest_shown)) + "\" " + std::string(why)
    );
}

std::string list_of(std::span<const known_option> known)
{
    std::string all;
    for (const known_option& one : known)
        all += (all.empty() ? "" : ", ") + std::string(one.name);
    return all;
}

}   // namespace

result<void> check_members(const json_object& of, std::span<const known_option> known)
{
    for (auto member = of.begin(); member != of.end(); ++member) {
        const std::string& name = member->name;
        if (std::ranges::find(known, name, &known_option::name) == known.end()) {
            const std::string_view meant = nearest(name, known);
            if (meant.empty())
                return bad(name, "is not known here, where there may be " + list_of(known));
            return bad(name, "is not known; did you mean \"" + std::string(meant) + "\"?");
        }
        if (std::find_if(of.begin(), member, [&](const json_member& other) { return other.name == name; }) != member)
            return bad(name, "is given twice");
    }
    return {};
}

json_value* find_member(json_object& of, std::string_view name) noexcept
{
    const auto found = std::ranges::find(of, name, &json_member::name);
    return found == of.end() ? nullptr : &found->value;
}

result<std::string> read_key(const json_value& from)
{
    if (const auto* const text = from.as<std::string>())
        return *text;
    const auto* const marked = from.as<json_object>();
    if (marked && marked->size() == 1 && marked->front().name == "base64")
        if (const auto* const base64 = marked->front().value.as<std::string>())
            if (auto bytes = base64_decode(*base64))
                return std::move(*bytes);
    return error(errc::bad_request, "a key is a string, or {\"base64\":\"…\"} when it is not UTF-8");
}

}   // namespace rediserve::api::keys
