#include "access/trail.hpp"

#include "access/rule_set.hpp"
#include "rediserve/telemetry/audit.hpp"

#include <algorithm>
#include <vector>

namespace rediserve::access {

namespace {

using words_view = std::span<const std::string_view>;

// The keys and channels that a command names; one that follows itself, once.
std::vector<std::string_view> names_in(
    words_view words, const commands::command_info& of, const commands::touched_keys& keys
)
{
    std::vector<std::string_view> found;
    for (const commands::key_place& one : keys.places)
        found.push_back(words[one.at]);
    const words_view channels = channel_names(of, words);
    found.insert(found.end(), channels.begin(), channels.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::string address_of(const asker& asked)
{
    return asked.from ? text_of(*asked.from) : std::string();
}

}   // namespace

void leave_trail(
    const decision& made, words_view words, const commands::command_table& commands, const principal& by,
    const asker& asked
)
{
    const bool allowed = static_cast<bool>(made);
    if (!telemetry::audits(allowed))
        return;
    const std::string address = address_of(asked);
    telemetry::audit_record record{
        .request = asked.request,
        .principal = by.name,
        .address = address,
        .command = words.front(),
        .keys = {},
        .keys_known = false,
        .allowed = allowed,
        .rule = made.rule,
    };
    const commands::command_info* const command = commands.resolve(words);
    if (!command)
        return telemetry::audit(record);
    const commands::touched_keys keys = commands::find_keys(command->keys, words);
    const std::vector<std::string_view> names = names_in(words, *command, keys);
    record.command = command->name;
    record.keys = names;
    record.keys_known = !keys.hidden && !keys.reads_more;
    telemetry::audit(record);
}

void leave_trail(const error& why, const principal& by, const asker& asked)
{
    if (!telemetry::audits(false))
        return;
    const std::string address = address_of(asked);
    telemetry::audit({.request = asked.request, .principal = by.name, .address = address, .why = why});
}

}   // namespace rediserve::access
