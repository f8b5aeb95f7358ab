#include "cluster/migrations.hpp"

#include "cluster/slots.hpp"
#include "rediserve/base/bytes.hpp"

#include <cstddef>
#include <utility>

namespace rediserve::cluster {

namespace {

constexpr std::string_view leaves = "->-";
constexpr std::string_view comes = "-<-";
constexpr std::size_t fields_before_epoch = 6;
constexpr std::size_t fields_before_slots = 8;

// The next field of a line, which is taken off.
std::string_view take_field(std::string_view& line, char end) noexcept
{
    const auto at = line.find(end);
    const std::string_view field = line.substr(0, at);
    line.remove_prefix(at == std::string_view::npos ? line.size() : at + 1);
    return field;
}

bool is_own(std::string_view flags) noexcept
{
    while (!flags.empty())
        if (take_field(flags, ',') == "myself")
            return true;
    return false;
}

// "[93-<-id]" or "[77->-id]", of the node `own`.
std::optional<migration> read(std::string_view field, std::string_view own)
{
    field.remove_prefix(1);
    if (!field.ends_with(']'))
        return std::nullopt;
    field.remove_suffix(1);
    const auto arrow = field.find('-');
    if (arrow == std::string_view::npos || field.size() <= arrow + leaves.size())
        return std::nullopt;
    const auto slot = parse_integer(field.substr(0, arrow));
    if (!slot || *slot < 0 || static_cast<std::uint64_t>(*slot) >= slot_count)
        return std::nullopt;
    const std::string_view way = field.substr(arrow, leaves.size());
    const std::string other(field.substr(arrow + leaves.size()));
    const auto number = static_cast<std::uint16_t>(*slot);
    if (way == leaves)
        return migration{number, std::string(own), other};
    if (way == comes)
        return migration{number, other, std::string(own)};
    return std::nullopt;
}

// Of the line of the node that has answered: "id address flags primary ping pong epoch link slots…".
std::optional<std::vector<migration>> read_own(std::string_view line)
{
    const std::string_view id = take_field(line, ' ');
    for (std::size_t i = 1; i < fields_before_slots; ++i)
        take_field(line, ' ');
    std::vector<migration> found;
    while (!line.empty()) {
        const std::string_view slots = take_field(line, ' ');
        if (!slots.starts_with('['))
            continue;
        auto one = read(slots, id);
        if (!one)
            return std::nullopt;
        found.push_back(*std::move(one));
    }
    return found;
}

// Empty: there is none.
std::string_view own_line(std::string_view nodes) noexcept
{
    while (!nodes.empty()) {
        const std::string_view line = take_field(nodes, '\n');
        std::string_view rest = line;
        take_field(rest, ' ');
        take_field(rest, ' ');
        if (is_own(take_field(rest, ' ')))
            return line;
    }
    return {};
}

}   // namespace

std::optional<std::vector<migration>> read_migrations(std::string_view nodes)
{
    const std::string_view own = own_line(nodes);
    return own.empty() ? std::nullopt : read_own(own);
}

std::optional<std::uint64_t> read_epoch(std::string_view nodes)
{
    std::string_view own = own_line(nodes);
    for (std::size_t i = 0; i < fields_before_epoch; ++i)
        take_field(own, ' ');
    const auto epoch = parse_integer(take_field(own, ' '));
    return epoch && *epoch >= 0 ? std::optional(static_cast<std::uint64_t>(*epoch)) : std::nullopt;
}

}   // namespace rediserve::cluster
