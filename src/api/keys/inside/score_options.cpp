#include "api/keys/inside/score_options.hpp"

#include "api/json_writer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rediserve::api::keys {

namespace {

constexpr std::array<known_option, 4> known = {{
    {"nx", option_kind::flag},
    {"xx", option_kind::flag},
    {"gt", option_kind::flag},
    {"lt", option_kind::flag},
}};

bool is_infinite(std::string_view text) noexcept
{
    constexpr std::array<std::string_view, 3> names = {"inf", "+inf", "-inf"};
    return std::ranges::find(names, text) != names.end();
}

}   // namespace

result<score_options> score_options::read(std::string_view query_text)
{
    const auto options = query::read(query_text, known);
    if (!options)
        return options.error();
    const score_options when{options->has("nx"), options->has("xx"), options->has("gt"), options->has("lt")};
    if ((when.nx && options->size() > 1) || (when.gt && when.lt))
        return error(errc::bad_request, "nx goes with no other, and gt and lt exclude each other");
    return when;
}

std::vector<std::string_view> score_options::words() const
{
    std::vector<std::string_view> all;
    for (const auto& [set, word] : {std::pair(nx, "NX"), std::pair(xx, "XX"), std::pair(gt, "GT"), std::pair(lt, "LT")})
        if (set)
            all.emplace_back(word);
    return all;
}

result<std::string> read_bound(const query& options, std::string_view name, std::string_view otherwise)
{
    const std::string_view text = options.find(name).value_or(otherwise);
    const std::string_view number = text.substr(text.starts_with('(') ? 1 : 0);
    if (!is_json_number(number) && !is_infinite(number))
        return error(
            errc::bad_request,
            "the option \"" + std::string(name)
                + "\" takes a score such as 1.5, inf or -inf, with a ( before it where it is to be left out itself"
        );
    return std::string(text);
}

error not_a_score()
{
    return error(errc::bad_request, "a score is a number, \"inf\" or \"-inf\"");
}

}   // namespace rediserve::api::keys
