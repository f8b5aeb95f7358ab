// Rules as they are kept: parsed, as views into their own text.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/commands/command_table.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::access {

struct command_rule
{
    enum class subject : std::uint8_t { everything, category, command };

    subject about = subject::everything;
    bool grants = false;
    commands::category_set category = 0;
    std::string_view name;   // of the command, as written
    std::string_view part;   // of `name|part`: a subcommand, or where there is none, the first argument
    std::string_view text;
};

struct key_rule
{
    commands::key_access access;
    std::string_view pattern;
};

struct channel_rule
{
    std::string_view pattern;
    std::string_view text;
};

// Rules that grant something only together.
struct selector
{
    std::vector<command_rule> commands;   // the last one that applies decides
    std::vector<key_rule> keys;
    std::vector<channel_rule> channels;
    bool all_keys = false;
    std::string_view all_channels;   // the rule that grants them; empty: none does
};

struct rule_set
{
    std::string text;
    std::vector<selector> selectors;   // first what stands outside parentheses
};

// Fills `to` from its text. errc::bad_configuration.
result<void> parse_rules(rule_set& to);

// The rule that decides about a command; nullptr: none does.
const command_rule* deciding_rule(
    const selector& among, const commands::command_info& command, std::span<const std::string_view> words
) noexcept;

bool grants_key(const selector& by, std::string_view key, commands::key_access access) noexcept;
// Whether keys may be read whatever their names are.
bool reads_all_keys(const selector& by) noexcept;
// The rule that grants a channel, or a pattern of channels; empty: none does.
std::string_view rule_for_channel(const selector& among, std::string_view name, bool is_pattern) noexcept;

// The words of a command that are channels, or patterns of them.
std::span<const std::string_view> channel_names(
    const commands::command_info& of, std::span<const std::string_view> words
) noexcept;

}   // namespace rediserve::access
