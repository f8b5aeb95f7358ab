#include "api/keys/kind.hpp"

#include <algorithm>
#include <array>

namespace rediserve::api::keys {

namespace {

struct row
{
    std::string_view name;
    std::string_view parts;
};

// In the order of the enumeration.
constexpr std::array<row, 6> table = {{
    {"string", "bytes"},
    {"hash", "fields"},
    {"list", "items"},
    {"set", "members"},
    {"zset", "scores"},
    {"stream", "entries"},
}};

}   // namespace

std::string_view name(kind of) noexcept
{
    return table[static_cast<std::size_t>(of)].name;
}

std::optional<kind> kind_of(std::string_view type) noexcept
{
    const auto found = std::ranges::find(table, type, &row::name);
    if (found == table.end())
        return std::nullopt;
    return static_cast<kind>(found - table.begin());
}

std::string_view parts(kind of) noexcept
{
    return table[static_cast<std::size_t>(of)].parts;
}

}   // namespace rediserve::api::keys
