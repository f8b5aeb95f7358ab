#include "api/keys/guard.hpp"

namespace rediserve::api::keys {

namespace {

// A tag that no value has begins the list, so that one without any tag is still a list and matches nothing.
constexpr std::string_view tag_of_nothing = "\"\"";

void append_tag(std::string& to, std::string_view opaque)
{
    to.append(",\"").append(opaque).append("\"");
}

std::string strong_list(const tag_list& of)
{
    if (of.any)
        return "*";
    std::string list(tag_of_nothing);
    for (const std::string& opaque : of.strong())
        append_tag(list, opaque);
    return list;
}

std::string weak_list(const tag_list& of)
{
    if (of.any)
        return "*";
    std::string list(tag_of_nothing);
    for (const entity_tag& tag : of.tags)
        append_tag(list, tag.opaque);
    return list;
}

}   // namespace

guard guard::of(const conditions& asked, bool nx, bool xx)
{
    guard made;
    if (asked.if_match)
        made.must_match = strong_list(*asked.if_match);
    else if (xx)
        made.must_match = "*";
    if (nx)
        made.must_not_match = "*";   // where nothing is, no tag matches either
    else if (asked.if_none_match)
        made.must_not_match = weak_list(*asked.if_none_match);
    return made;
}

}   // namespace rediserve::api::keys
