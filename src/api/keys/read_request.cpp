#include "api/keys/read_request.hpp"

#include "api/accept.hpp"
#include "api/keys/query.hpp"
#include "api/text.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace rediserve::api::keys {

namespace {

constexpr std::string_view bytes_type = "application/octet-stream";
constexpr std::array<std::string_view, 2> offered = {"application/json", bytes_type};   // in the order of form

constexpr std::size_t of_elements = 2;

constexpr std::array<known_option, 4> known = {{
    {"raw", option_kind::flag},
    {"type", option_kind::value},
    {"include", option_kind::value},   // from here on: only of a key itself
    {"wait", option_kind::value},
}};

// A media type with or without parameters, in which nothing can end the header line it will stand in.
bool is_content_type(std::string_view text) noexcept
{
    constexpr std::size_t longest = 200;
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    const std::string_view type = media_type(text);
    const auto slash = type.find('/');
    return text.size() <= longest && std::ranges::all_of(text, printable) && slash != std::string_view::npos
        && slash > 0 && slash + 1 < type.size() && type.find(' ') == std::string_view::npos;
}

result<inclusion> read_inclusion(std::string_view list)
{
    inclusion include;
    while (!list.empty()) {
        const std::string_view word = trimmed(take_part(list, ','));
        if (word == "type")
            include.type = true;
        else if (word == "ttl")
            include.ttl = true;
        else if (word == "size")
            include.size = true;
        else
            return error(errc::bad_request, "the option \"include\" takes type, ttl and size, separated by commas");
    }
    return include;
}

result<void> read_options(std::string_view text, std::span<const known_option> of, read_request& to)
{
    const auto options = query::read(text, of);
    if (!options)
        return options.error();
    if (options->has("raw"))
        to.form = form::raw;
    if (const auto wait = options->find("wait")) {
        to.wait = read_time(*wait);
        if (!to.wait)
            return error(errc::bad_request, "the option \"wait\" takes a time such as 30s, 500ms or 1m");
    }
    if (const auto list = options->find("include")) {
        const auto include = read_inclusion(*list);
        if (!include)
            return include.error();
        to.include = *include;
    }
    if (to.form == form::raw && to.include.any())
        return error(errc::bad_request, "the option \"include\" adds to JSON; it cannot go with the bare bytes");
    if (const auto type = options->find("type")) {
        if (to.form != form::raw)
            return error(errc::bad_request, "the option \"type\" is the content type of the bare bytes; add \"raw\"");
        if (!is_content_type(*type))
            return error(errc::bad_request, "the option \"type\" takes a content type such as image/png");
        to.content_type = *type;
    }
    return {};
}

result<read_request> read(const http::request& from, std::span<const known_option> of)
{
    read_request wish;
    wish.form = static_cast<form>(negotiate(from[http::header::accept], offered));
    if (!from.query.empty())
        if (const auto fine = read_options(from.query, of, wish); !fine)
            return fine.error();
    auto conditions = api::conditions::of(from);
    if (!conditions)
        return conditions.error();
    wish.conditions = std::move(*conditions);
    if (wish.form == form::raw) {
        wish.range = read_range(from[http::header::range]);
        wish.if_range = trimmed(from[http::header::if_range]);
    }
    return wish;
}

}   // namespace

result<read_request> read_request::read(const http::request& from)
{
    return keys::read(from, known);
}

result<read_request> read_request::read_element(const http::request& from)
{
    return keys::read(from, std::span(known).first(of_elements));
}

std::string_view read_request::raw_type() const noexcept
{
    return content_type.empty() ? bytes_type : std::string_view(content_type);
}

}   // namespace rediserve::api::keys
