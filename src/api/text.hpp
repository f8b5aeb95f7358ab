// Taking header values apart.
#pragma once

#include <string_view>

namespace rediserve::api {

// Without blanks at both ends.
constexpr std::string_view trimmed(std::string_view text) noexcept
{
    constexpr std::string_view blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Cuts off and returns what stands before the next `separator`; the last part leaves `rest` empty.
constexpr std::string_view take_part(std::string_view& rest, char separator) noexcept
{
    const auto end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return part;
}

}   // namespace rediserve::api
