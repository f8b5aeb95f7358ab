#include "api/keys/envelope.hpp"

#include "api/keys/envelope_value.hpp"
#include "api/keys/members.hpp"

#include <array>
#include <utility>

namespace rediserve::api::keys {

namespace {

constexpr std::array<known_option, 7> known = {{
    {"value", option_kind::value},
    {"type", option_kind::value},
    {"encoding", option_kind::value},
    {"ttl", option_kind::value},
    {"key", option_kind::value},
    {"key_encoding", option_kind::value},
    {"size", option_kind::value},
}};

result<kind> read_type(const json_value* from)
{
    if (!from)
        return kind::string;
    const auto* const word = from->as<std::string>();
    const auto type = word ? kind_of(*word) : std::nullopt;
    if (!type)
        return error(errc::bad_request, "\"type\" is one of string, hash, list, set, zset and stream");
    return *type;
}

std::size_t count_arguments(const std::vector<std::vector<std::string>>& of) noexcept
{
    std::size_t count = 0;
    for (const auto& command : of)
        count += 1 + command.size();
    return count;
}

}   // namespace

result<envelope> envelope::read(std::string_view document)
{
    auto object = read_json_object(document);
    if (!object)
        return object.error();
    if (const auto fine = check_members(*object, known); !fine)
        return fine.error();

    envelope made;
    const auto type = read_type(find_member(*object, "type"));
    if (!type)
        return type.error();
    made.type = *type;
    const auto encoded = read_encoding(find_member(*object, "encoding"));
    if (!encoded)
        return encoded.error();
    if (const json_value* const ttl = find_member(*object, "ttl")) {
        const auto expiry = expiry::read("ttl", *ttl);
        if (!expiry)
            return expiry.error();
        made.expiry = *expiry;
    }

    json_value* const value = find_member(*object, "value");
    if (!value)
        return error(errc::bad_request, "an envelope needs a \"value\"");
    if (const auto fine = read_value(*value, *encoded, made); !fine)
        return fine.error();
    if (count_arguments(made.commands) > most_arguments)
        return error(errc::body_too_large, "the value has too many parts to be stored at once");
    return made;
}

}   // namespace rediserve::api::keys
