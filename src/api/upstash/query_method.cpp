#include "api/upstash/query_method.hpp"

#include "api/accept.hpp"
#include "api/upstash/blocking.hpp"
#include "api/upstash/packed_commands.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace rediserve::api::upstash {

namespace {

query_refusal refuse(std::string_view name, std::string_view why)
{
    std::string shown(name);
    std::ranges::transform(shown, shown.begin(), to_upper);
    return {
        422,
        "ERR QUERY is for commands that only read, and \"" + shown + "\" " + std::string(why) + "; send it by POST"};
}

}   // namespace

bool takes_queries(const place& at) noexcept
{
    return at.is == place_kind::document || at.is == place_kind::pipeline;
}

std::optional<query_refusal> refuse_form(const http::request& of)
{
    const std::string_view type = of[http::header::content_type];
    if (type.empty())
        return query_refusal{400, "ERR a QUERY needs a Content-Type: application/json"};
    if (!iequals(media_type(type), "application/json") && !packed_notation(type))
        return query_refusal{
            415, "ERR the body of a QUERY is application/json, application/msgpack or application/cbor"};
    return {};
}

std::optional<query_refusal> refuse_effects(const command_list& list, const commands::command_table& known)
{
    for (std::size_t index = 0; index < list.size(); ++index) {
        if (!list.refused(index).empty())
            continue;
        const std::span<const std::string_view> words = list.words(index);
        const commands::command_info* const info = known.resolve(words);
        if (!info || !info->reads_only)
            return refuse(words.front(), "is not read-only by the server's table of commands");
        if (may_block(words, info))
            return refuse(words.front(), "would wait here");
    }
    return {};
}

}   // namespace rediserve::api::upstash
