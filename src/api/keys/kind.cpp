#include "api/keys/kind.hpp"

#include <algorithm>
#include <array>

namespace rediserve::api::keys {

namespace {

struct row
{
    std::string_view name;
    std::string_view parts;
    std::string_view first_page;
};

// In the order of the enumeration.
constexpr std::array<row, 6> table = {{
    {"string", "bytes", ""},
    {"hash", "fields", "count=1000"},
    {"list", "items", "start=0&stop=999"},
    {"set", "members", "count=1000"},
    {"zset", "scores", "start=0&stop=999"},
    {"stream", "entries", "count=1000"},
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

std::string_view first_page(kind of) noexcept
{
    return table[static_cast<std::size_t>(of)].first_page;
}

}   // namespace rediserve::api::keys
