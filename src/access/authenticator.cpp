#include "rediserve/access/authenticator.hpp"

#include "rediserve/base/bytes.hpp"

#include <utility>

namespace rediserve::access {

namespace {

constexpr std::string_view scheme = "Bearer";

}   // namespace

std::string_view bearer_token(std::string_view authorization) noexcept
{
    const std::string_view header = trimmed(authorization);
    if (header.size() <= scheme.size() || header[scheme.size()] != ' ')
        return {};
    if (!iequals(header.substr(0, scheme.size()), scheme))
        return {};
    return trimmed(header.substr(scheme.size()));
}

authenticator::authenticator(const params& settings)
{
    add(settings.token, {.name = "token"});
    add(settings.read_only_token, {.name = "read_only_token", .read_only = true});
    for (const grant& one : settings.more)
        add(one.token, one.who);
}

void authenticator::add(std::string_view token, principal who)
{
    if (!token.empty())
        known_.push_back({sha256(token), &lasting(std::move(who))});
}

result<const principal*> authenticator::authenticate(std::string_view token) const
{
    if (open())
        return &anonymous();
    // Digests have one length, so the time tells neither the token's length nor how much of it was right; and all of
    // them are compared, so it does not tell whose it is either.
    const sha256_digest shown = sha256(token);
    const principal* who = nullptr;
    for (const entry& one : known_)
        if (equal_constant_time(shown, one.token))
            who = one.who;
    if (who)
        return who;
    if (token.empty())
        return error(errc::unauthorized, "credentials are needed: send the header Authorization: Bearer TOKEN");
    return error(errc::unauthorized, "the token is wrong");
}

}   // namespace rediserve::access
