#include "api/upstash/policy.hpp"

#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>

namespace rediserve::api::upstash {

namespace {

// A subcommand makes it a rule for that one only. The first rule that fits decides.
struct rule
{
    std::string_view name;
    std::string_view second;   // empty: any
    verdict is = verdict::refused;
};

constexpr std::array<rule, 43> rules = {{
    {"acl", "resttoken", verdict::token},
    {"asking", "", verdict::refused},
    {"auth", "", verdict::refused},
    {"client", "getname", verdict::pass},
    {"client", "getredir", verdict::pass},
    {"client", "help", verdict::pass},
    {"client", "id", verdict::pass},
    {"client", "info", verdict::pass},
    {"client", "kill", verdict::pass},
    {"client", "list", verdict::pass},
    {"client", "pause", verdict::pass},
    {"client", "trackinginfo", verdict::pass},
    {"client", "unblock", verdict::pass},
    {"client", "unpause", verdict::pass},
    {"client", "setinfo", verdict::ok},   // says something of the client's connection, and it has none
    {"client", "", verdict::refused},
    {"debug", "", verdict::refused},
    {"discard", "", verdict::refused},
    {"exec", "", verdict::refused},
    {"hello", "", verdict::refused},
    {"monitor", "", verdict::refused},
    {"multi", "", verdict::refused},
    {"pfdebug", "", verdict::refused},
    {"psubscribe", "", verdict::refused},
    {"psync", "", verdict::refused},
    {"punsubscribe", "", verdict::refused},
    {"quit", "", verdict::refused},
    {"readonly", "", verdict::refused},
    {"readwrite", "", verdict::refused},
    {"replconf", "", verdict::refused},
    {"reset", "", verdict::refused},
    {"restore-asking", "", verdict::refused},
    {"script", "debug", verdict::refused},
    {"select", "0", verdict::ok},
    {"select", "", verdict::refused},
    {"shutdown", "", verdict::refused},
    {"ssubscribe", "", verdict::refused},
    {"subscribe", "", verdict::refused},
    {"sunsubscribe", "", verdict::refused},
    {"sync", "", verdict::refused},
    {"unsubscribe", "", verdict::refused},
    {"unwatch", "", verdict::refused},
    {"watch", "", verdict::refused},
}};

constexpr std::size_t letters = 26;

// By first letter, the lengths of the names that have rules, as bits: nearly every command is passed by this alone.
constexpr std::array<std::uint32_t, letters> make_filter() noexcept
{
    std::array<std::uint32_t, letters> made{};
    for (const rule& one : rules)
        made[static_cast<std::size_t>(one.name.front() - 'a')] |= 1U << one.name.size();
    return made;
}

constexpr std::array<std::uint32_t, letters> filter = make_filter();

bool may_have_a_rule(std::string_view name) noexcept
{
    if (name.empty() || name.size() >= 32)
        return false;
    const auto letter = static_cast<std::size_t>((name.front() | 0x20) - 'a');
    return letter < letters && (filter[letter] >> name.size() & 1U) != 0;
}

}   // namespace

verdict judge(std::span<const std::string_view> words) noexcept
{
    if (!may_have_a_rule(words.front()))
        return verdict::pass;
    const std::string_view second = words.size() > 1 ? words[1] : std::string_view();
    const auto fits = [&](const rule& one) {
        return iequals(one.name, words.front()) && (one.second.empty() || iequals(one.second, second));
    };
    const auto found = std::ranges::find_if(rules, fits);
    return found == rules.end() ? verdict::pass : found->is;
}

std::string not_permitted(const access::decision& why)
{
    return "NOPERM " + access::words_of(why);
}

std::string not_over_rest(std::string_view name)
{
    std::string shown(name);
    std::ranges::transform(shown, shown.begin(), to_upper);
    return "ERR Command \"" + shown + "\" is not allowed in REST or it has a special context path";
}

}   // namespace rediserve::api::upstash
