#include "access/glob.hpp"
#include "access/rule_set.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>

namespace rediserve::access {

namespace {

using commands::category_set;
using commands::command_info;
using commands::key_access;
using words_view = std::span<const std::string_view>;

// Whether a rule that names a command names this one.
bool names(const command_rule& rule, const command_info& command, words_view words) noexcept
{
    const std::string_view family = command.parent ? command.parent->name : command.name;
    if (!iequals(rule.name, family))
        return false;
    if (rule.part.empty())
        return true;
    if (command.parent)
        return iequals(rule.part, std::string_view(command.name).substr(family.size() + 1));
    return !command.has_subcommands && words.size() > 1 && commands::is_keyword(words[1], rule.part);
}

// Whether a rule about many commands may grant this one.
bool may_grant(const command_rule& rule, const command_info& command) noexcept
{
    static const category_set perilous = commands::category_of("dangerous") | commands::category_of("admin");
    return !command.dangerous || (rule.category & perilous) != 0;
}

bool applies(const command_rule& rule, const command_info& command, words_view words) noexcept
{
    if (rule.about == command_rule::subject::command)
        return names(rule, command, words);
    const bool about_it = rule.about == command_rule::subject::everything || (rule.category & command.categories) != 0;
    return about_it && (!rule.grants || may_grant(rule, command));
}

}   // namespace

const command_rule* deciding_rule(const selector& among, const command_info& command, words_view words) noexcept
{
    const auto& rules = among.commands;
    const auto found =
        std::find_if(rules.rbegin(), rules.rend(), [&](const auto& rule) { return applies(rule, command, words); });
    return found == rules.rend() ? nullptr : &*found;
}

bool grants_key(const selector& by, std::string_view key, key_access access) noexcept
{
    return by.all_keys || std::ranges::any_of(by.keys, [&](const key_rule& rule) {
               return covers(rule.access, access) && matches_glob(rule.pattern, key);
           });
}

bool reads_all_keys(const selector& by) noexcept
{
    return by.all_keys || std::ranges::any_of(by.keys, [](const key_rule& rule) {
               return covers(rule.access, key_access::read) && rule.pattern == "*";
           });
}

std::string_view rule_for_channel(const selector& among, std::string_view name, bool is_pattern) noexcept
{
    if (!among.all_channels.empty())
        return among.all_channels;
    for (const channel_rule& rule : among.channels)
        if (is_pattern ? rule.pattern == name : matches_glob(rule.pattern, name))
            return rule.text;
    return {};
}

}   // namespace rediserve::access
