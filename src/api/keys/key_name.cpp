#include "api/keys/key_name.hpp"

#include "rediserve/base/bytes.hpp"

namespace rediserve::api::keys {

result<key_name> key_name::decode(std::string_view segment, std::size_t longest)
{
    if (segment.find('%') == std::string_view::npos)
        return check(segment, longest);
    const auto decoded = percent_decode(segment);
    if (!decoded)
        return error(errc::bad_request, "the key has a percent sign without two hexadecimal digits");
    return check(*decoded, longest);
}

result<key_name> key_name::check(std::string_view bytes, std::size_t longest)
{
    if (bytes.empty())
        return error(errc::bad_request, "the key is empty");
    if (bytes.size() > longest)
        return error(errc::uri_too_long, "the key is longer than " + std::to_string(longest) + " bytes");
    return key_name(bytes);
}

}   // namespace rediserve::api::keys
