#include "api/keys/patch_request.hpp"

#include "api/keys/key_name.hpp"
#include "api/keys/members.hpp"

#include <array>
#include <utility>

namespace rediserve::api::keys {

namespace {

constexpr std::array<known_option, 6> known = {{
    {"ttl", option_kind::value},
    {"ttl_ms", option_kind::value},
    {"expire_at", option_kind::value},
    {"expire_at_ms", option_kind::value},
    {"rename", option_kind::value},
    {"nx", option_kind::value},
}};

result<void> read_expiry(std::string_view name, const json_value& value, patch_request& to)
{
    if (to.expiry.kind != expiry::kind::unsaid)
        return error(errc::bad_request, "only one of ttl, ttl_ms, expire_at and expire_at_ms can be given");
    const auto expiry = expiry::read(name, value);
    if (!expiry)
        return expiry.error();
    to.expiry = *expiry;
    return {};
}

result<void> read_rename(const json_value& value, std::size_t longest_key, patch_request& to)
{
    auto key = read_key(value);
    if (!key)
        return key.error();
    if (const auto fine = key_name::check(*key, longest_key); !fine)
        return fine.error();
    to.rename = std::move(*key);
    return {};
}

result<void> read_nx(const json_value& value, patch_request& to)
{
    const bool* const set = value.as<bool>();
    if (!set)
        return error(errc::bad_request, "\"nx\" is true or false");
    to.to_free_name = *set;
    return {};
}

result<void> read_member(const json_member& from, std::size_t longest_key, patch_request& to)
{
    const auto& [name, value] = from;
    if (expiry::is_name(name))
        return read_expiry(name, value, to);
    if (name == "rename")
        return read_rename(value, longest_key, to);
    return read_nx(value, to);
}

}   // namespace

result<patch_request> patch_request::read(std::string_view document, std::size_t longest_key)
{
    auto object = read_json_object(document);
    if (!object)
        return object.error();
    if (const auto fine = check_members(*object, known); !fine)
        return fine.error();
    patch_request wish;
    for (const json_member& member : *object)
        if (const auto fine = read_member(member, longest_key, wish); !fine)
            return fine.error();
    if (find_member(*object, "nx") && !wish.rename)
        return error(errc::bad_request, "\"nx\" goes with \"rename\"");
    if (!wish.rename && wish.expiry.kind == expiry::kind::unsaid)
        return error(
            errc::bad_request, "the document asks for nothing; it takes ttl, ttl_ms, expire_at, expire_at_ms and rename"
        );
    return wish;
}

}   // namespace rediserve::api::keys
