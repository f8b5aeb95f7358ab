#include "rediserve/access/credentials.hpp"

#include "rediserve/base/bytes.hpp"

#include <utility>

namespace rediserve::access {

namespace {

// What follows `scheme` in the header; empty when it is another scheme.
std::string_view behind(std::string_view scheme, std::string_view authorization) noexcept
{
    const std::string_view header = trimmed(authorization);
    if (header.size() <= scheme.size() || header[scheme.size()] != ' ')
        return {};
    if (!iequals(header.substr(0, scheme.size()), scheme))
        return {};
    return trimmed(header.substr(scheme.size()));
}

}   // namespace

std::string_view bearer_token(std::string_view authorization) noexcept
{
    return behind("Bearer", authorization);
}

credentials read_credentials(std::string_view authorization, std::string& scratch)
{
    credentials shown;
    shown.bearer = bearer_token(authorization);
    if (!shown.bearer.empty())
        return shown;
    auto decoded = base64_decode(behind("Basic", authorization));
    if (!decoded || decoded->empty())
        return shown;
    scratch = std::move(*decoded);
    const std::string_view both = scratch;
    const auto colon = both.find(':');   // a user name has none
    if (colon == std::string_view::npos)
        return shown;
    shown.basic = true;
    shown.basic_user = both.substr(0, colon);
    shown.basic_password = both.substr(colon + 1);
    return shown;
}

}   // namespace rediserve::access
