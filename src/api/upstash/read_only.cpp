#include "api/upstash/read_only.hpp"

#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>

namespace rediserve::api::upstash {

namespace {

// Flagged as neither reading nor writing, and harmless.
constexpr std::array<std::string_view, 4> harmless = {"ECHO", "PING", "TIME", "COMMAND"};
constexpr std::array<std::string_view, 3> heavy = {"KEYS", "RANDOMKEY", "SCAN"};

bool holds(std::span<const std::string_view> list, std::string_view name) noexcept
{
    return std::ranges::any_of(list, [&](std::string_view one) { return iequals(one, name); });
}

}   // namespace

bool may_run_read_only(std::span<const std::string_view> words, const commands::command_info* known) noexcept
{
    if (holds(harmless, words.front()))
        return true;
    return known && known->reads_only && !known->dangerous && !holds(heavy, words.front());
}

std::string no_permission(std::span<const std::string_view> words)
{
    std::string name(words.front());
    std::ranges::transform(name, name.begin(), to_lower);
    return "NOPERM this user has no permissions to run the '" + name + "' command or its subcommand";
}

}   // namespace rediserve::api::upstash
