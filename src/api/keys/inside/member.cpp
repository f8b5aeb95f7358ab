#include "api/keys/inside/member.hpp"

#include "api/conditions.hpp"
#include "api/json_writer.hpp"

namespace rediserve::api::keys {

void append_member(buffer& to, const key_name& key, std::string_view member)
{
    const encoding as = encoding_of(member);
    to.append('{');
    append_key_member(to, key.view());
    to.append(",\"member\":");
    append_string(to, member, as);
    if (as == encoding::base64)
        to.append(base64_marker);
}

result<bool> asks_for_new(const http::request& from)
{
    const auto asked = api::conditions::of(from);
    if (!asked)
        return asked.error();
    const bool only_new = asked->if_none_match && asked->if_none_match->any;
    if (asked->if_match || (asked->if_none_match && !only_new))
        return error(errc::bad_request, "there are no tags here; the one condition is If-None-Match: *");
    return only_new;
}

result<void> refuse_conditions(const http::request& from)
{
    if (from[http::header::if_match].empty() && from[http::header::if_none_match].empty())
        return {};
    return error(errc::bad_request, "there are no tags here that If-Match or If-None-Match could be about");
}

}   // namespace rediserve::api::keys
