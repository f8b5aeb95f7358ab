#include "api/conditions.hpp"

#include "api/text.hpp"

#include <algorithm>

namespace rediserve::api {

namespace {

error malformed()
{
    return error(errc::bad_request, "If-Match and If-None-Match take * or tags in quotes, separated by commas");
}

// etagc of RFC 9110, 8.8.3.
bool is_tag_text(std::string_view text) noexcept
{
    const auto allowed = [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return code == 0x21 || (code >= 0x23 && code != 0x7F);
    };
    return std::ranges::all_of(text, allowed);
}

// Takes one tag off the front of `rest`.
std::optional<entity_tag> take_tag(std::string_view& rest)
{
    const bool weak = rest.starts_with("W/");
    if (weak)
        rest.remove_prefix(2);
    if (!rest.starts_with('"'))
        return std::nullopt;
    const auto end = rest.find('"', 1);
    if (end == std::string_view::npos || !is_tag_text(rest.substr(1, end - 1)))
        return std::nullopt;
    entity_tag tag{std::string(rest.substr(1, end - 1)), weak};
    rest = trimmed(rest.substr(end + 1));
    return tag;
}

}   // namespace

result<tag_list> tag_list::read(std::string_view header)
{
    tag_list list;
    std::string_view rest = trimmed(header);
    if (rest == "*") {
        list.any = true;
        return list;
    }
    while (!rest.empty()) {
        if (rest.starts_with(',')) {   // empty elements are allowed (RFC 9110, 5.6.1.2)
            rest = trimmed(rest.substr(1));
            continue;
        }
        auto tag = take_tag(rest);
        if (!tag || (!rest.empty() && !rest.starts_with(',')))
            return malformed();
        list.tags.push_back(std::move(*tag));
    }
    if (list.tags.empty())
        return malformed();
    return list;
}

bool tag_list::matches_strongly(std::string_view opaque) const noexcept
{
    const auto same = [opaque](const entity_tag& tag) { return !tag.weak && tag.opaque == opaque; };
    return any || std::ranges::any_of(tags, same);
}

bool tag_list::matches_weakly(std::string_view opaque) const noexcept
{
    return any || std::ranges::find(tags, opaque, &entity_tag::opaque) != tags.end();
}

std::vector<std::string> tag_list::strong() const
{
    std::vector<std::string> texts;
    for (const entity_tag& tag : tags)
        if (!tag.weak)
            texts.push_back(tag.opaque);
    return texts;
}

result<conditions> conditions::of(const http::request& request)
{
    return read(request[http::header::if_match], request[http::header::if_none_match]);
}

result<conditions> conditions::read(std::string_view if_match, std::string_view if_none_match)
{
    conditions both;
    if (!if_match.empty()) {
        auto list = tag_list::read(if_match);
        if (!list)
            return list.error();
        both.if_match = std::move(*list);
    }
    if (!if_none_match.empty()) {
        auto list = tag_list::read(if_none_match);
        if (!list)
            return list.error();
        both.if_none_match = std::move(*list);
    }
    return both;
}

verdict judge(const conditions& of, std::string_view opaque) noexcept
{
    if (of.if_match && !of.if_match->matches_strongly(opaque))
        return verdict::failed;
    if (of.if_none_match && of.if_none_match->matches_weakly(opaque))
        return verdict::not_modified;
    return verdict::proceed;
}

}   // namespace rediserve::api
