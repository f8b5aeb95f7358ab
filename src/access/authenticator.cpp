#include "rediserve/access/authenticator.hpp"

#include "rediserve/base/bytes.hpp"

namespace rediserve::access {

namespace {

constexpr std::string_view scheme = "Bearer";

// The token of `Bearer TOKEN`; empty when the header has another form. Several spaces are taken for one.
std::string_view bearer_token(std::string_view authorization) noexcept
{
    const std::string_view header = trimmed(authorization);
    if (header.size() <= scheme.size() || header[scheme.size()] != ' ')
        return {};
    if (!iequals(header.substr(0, scheme.size()), scheme))
        return {};
    return trimmed(header.substr(scheme.size()));
}

}   // namespace

authenticator::authenticator(const params& settings)
{
    if (!settings.token.empty())
        token_ = sha256(settings.token);
}

result<std::string_view> authenticator::authenticate(std::string_view authorization) const
{
    if (open())
        return "anonymous";
    const std::string_view token = bearer_token(authorization);
    // Digests have one length, so the time tells neither the token's length nor how much of it was right.
    if (equal_constant_time(sha256(token), *token_))
        return "token";
    if (token.empty())
        return error(errc::unauthorized, "credentials are needed: send the header Authorization: Bearer TOKEN");
    return error(errc::unauthorized, "the token is wrong");
}

}   // namespace rediserve::access
