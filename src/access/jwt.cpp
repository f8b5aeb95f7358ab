#include "rediserve/access/jwt.hpp"

#include "access/jwt_claims.hpp"
#include "access/jwt_json.hpp"
#include "access/jwt_keys.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace rediserve::access {

struct jwt_verifier::keys
{
    jwt_params settings;
    std::vector<jwt_key> all;
};

namespace {

constexpr std::size_t most_bytes = 8192;

error refused(std::string why)
{
    return error(errc::unauthorized, std::move(why));
}

// The compact form (RFC 7515, 7.1), still encoded.
struct parts
{
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_bytes;
};

std::optional<parts> split(std::string_view token) noexcept
{
    const std::size_t first = token.find('.');
    if (first == std::string_view::npos)
        return std::nullopt;
    const std::size_t second = token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return std::nullopt;
    return parts{
        token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
        token.substr(0, second)};
}

// What a header says that matters. Keys that a token brings along (jwk, jku, x5c, x5u) do not.
struct header
{
    jwt_algorithm algorithm;
    std::string id;   // of the key; empty: it does not say
};

// What kinds of token may be shown here: others are for another purpose (RFC 8725, 3.11).
bool is_type_for_us(std::string_view type) noexcept
{
    constexpr std::string_view application = "application/";
    if (iequals(type.substr(0, application.size()), application))
        type.remove_prefix(application.size());
    return iequals(type, "JWT") || iequals(type, "at+jwt");
}

result<header> read_header(std::string_view encoded)
{
    const auto bytes = base64url_decode(encoded);
    const auto read = bytes ? read_object(*bytes) : std::nullopt;
    if (!read)
        return refused("the token's header is no JSON object in base64url, or says a thing twice");
    if (read->contains("crit"))
        return refused("the token demands extensions (crit), and none are known");
    if (read->contains("typ") && !is_type_for_us(text_member(*read, "typ")))
        return refused("the token is of another type than JWT");
    const auto algorithm = algorithm_of(text_member(*read, "alg"));
    if (!algorithm)
        return refused("the token is not signed by an algorithm that is accepted");
    const auto id = read->find("kid");
    if (id != read->end() && !id->is_string())
        return refused("the token's kid is no text");
    return header{*algorithm, std::string(text_member(*read, "kid"))};
}

bool may_have_signed(const jwt_key& key, const header& by) noexcept
{
    return key.algorithm() == by.algorithm && (by.id.empty() || key.id().empty() || key.id() == by.id);
}

// All keys that may have signed are tried: as many as load_keys() lets in, at most.
result<void> check_signature(const std::vector<jwt_key>& keys, const header& by, const parts& token)
{
    const auto signature = base64url_decode(token.signature);
    if (!signature)
        return refused("the token's signature is not in base64url");
    bool any = false;
    for (const jwt_key& key : keys) {
        if (!may_have_signed(key, by))
            continue;
        any = true;
        if (key.verify(token.signed_bytes, *signature))
            return {};
    }
    return refused(any ? "the token's signature is wrong" : "no key is known by which the token could be signed");
}

}   // namespace

result<jwt_verifier> jwt_verifier::make(const jwt_params& settings)
{
    auto loaded = load_keys(settings);
    if (!loaded)
        return loaded.error();
    auto known = std::make_shared<keys>();
    known->settings = settings;
    known->all = std::move(*loaded);
    jwt_verifier made;
    made.keys_ = std::move(known);
    return made;
}

result<jwt_claims> jwt_verifier::verify(std::string_view token, std::chrono::system_clock::time_point now) const
{
    if (token.size() > most_bytes)
        return refused("the token has more than 8192 bytes");
    const auto split_token = split(token);
    if (!split_token)
        return refused("the token has not three parts");
    const auto by = read_header(split_token->header);
    if (!by)
        return by.error();
    const auto checked = check_signature(keys_->all, *by, *split_token);
    if (!checked)
        return checked.error();
    const auto payload = base64url_decode(split_token->payload);
    if (!payload)
        return refused("the token's claims are not in base64url");
    return read_claims(*payload, keys_->settings, now);
}

const jwt_params& jwt_verifier::settings() const noexcept
{
    return keys_->settings;
}

bool looks_like_jwt(std::string_view token) noexcept
{
    const auto split_token = split(token);
    const auto is_digit = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return split_token && !split_token->header.empty() && !split_token->payload.empty()
        && std::all_of(split_token->header.begin(), split_token->header.end(), is_digit)
        && std::all_of(split_token->payload.begin(), split_token->payload.end(), is_digit);
}

}   // namespace rediserve::access
