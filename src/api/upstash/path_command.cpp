#include "api/upstash/path_command.hpp"

#include "api/reads.hpp"
#include "api/text.hpp"
#include "api/url_text.hpp"

#include <algorithm>

namespace rediserve::api::upstash {

namespace {

std::string_view decoded(std::string_view text, plus meaning, command_list& keeper)
{
    if (!has_escapes(text, meaning))
        return text;
    char* const room = keeper.prepare(text.size());
    return keeper.keep_prepared(static_cast<std::size_t>(decode(text, meaning, room) - room));
}

// Calls `each` with the segments of `path` as they are written. An empty one counts, but not behind a trailing slash.
template <class Each>
void for_segments(std::string_view path, Each each)
{
    if (path.starts_with('/'))
        path.remove_prefix(1);
    if (path.ends_with('/'))
        path.remove_suffix(1);
    else if (path.empty())
        return;
    for (;;) {
        const auto slash = path.find('/');
        each(path.substr(0, slash));
        if (slash == std::string_view::npos)
            return;
        path.remove_prefix(slash + 1);
    }
}

void add_parameter(std::string_view parameter, command_list& to)
{
    const auto equals = parameter.find('=');
    const std::string_view name = decoded(parameter.substr(0, equals), plus::is_blank, to);
    if (name == "_token" || name == reads_option)   // said to the gateway
        return;
    to.word(name);
    if (equals != std::string_view::npos)
        to.word(decoded(parameter.substr(equals + 1), plus::is_blank, to));
}

}   // namespace

void read_path_command(std::string_view path, std::string_view query, std::string_view body, command_list& to)
{
    to.begin_command();
    bool named = false;
    for_segments(path, [&](std::string_view segment) {
        named = true;
        to.word(decoded(segment, plus::is_itself, to));
    });
    if (!body.empty())
        to.word(body);
    while (!query.empty())
        if (const std::string_view parameter = take_part(query, '&'); !parameter.empty())
            add_parameter(parameter, to);
    to.end_command();
    if (!named)
        to.refuse(to.size() - 1, "ERR empty command");
}

std::vector<std::string> channels(std::string_view path)
{
    std::vector<std::string> all;
    for_segments(path, [&](std::string_view segment) {
        std::string scratch;
        all.emplace_back(decoded(segment, plus::is_itself, scratch));
    });
    return all;
}

}   // namespace rediserve::api::upstash
