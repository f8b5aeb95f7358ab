// Taking header values apart.
#pragma once

#include "rediserve/base/bytes.hpp"   // trimmed()

#include <string_view>

namespace rediserve::api {

// Cuts off and returns what stands before the next `separator`; the last part leaves `rest` empty.
constexpr std::string_view take_part(std::string_view& rest, char separator) noexcept
{
    const auto end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return part;
}

}   // namespace rediserve::api
