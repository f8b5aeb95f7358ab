#include "rediserve/access/rules.hpp"

#include "access/rule_set.hpp"

#include <algorithm>

namespace rediserve::access {

namespace {

using commands::channel_words;
using commands::command_info;
using commands::touched_keys;
using words_view = std::span<const std::string_view>;

// One command.
class question
{
public:
    question(const command_info& command, words_view words) noexcept : command_(command), words_(words) {}

    decision ask(const selector& of) const;

private:
    decision about_command(const selector& of) const noexcept;
    decision about_keys(const selector& of) const;
    decision about_channels(const selector& of) const noexcept;

    const command_info& command_;
    words_view words_;
};

decision question::ask(const selector& of) const
{
    const decision command = about_command(of);
    if (!command)
        return command;
    if (const decision keys = about_keys(of); !keys)
        return keys;
    if (const decision channels = about_channels(of); !channels)
        return channels;
    return command;
}

decision question::about_command(const selector& of) const noexcept
{
    const command_rule* const rule = deciding_rule(of, command_, words_);
    if (rule && rule->grants)
        return {refusal::none, words_.front(), rule->text};
    if (command_.for_everybody)
        return {refusal::none, words_.front(), {}};
    return {refusal::command, words_.front(), rule ? rule->text : std::string_view()};
}

decision question::about_keys(const selector& of) const
{
    if (of.all_keys)
        return {};
    const touched_keys keys = commands::find_keys(command_.keys, words_);
    for (const auto& [at, access] : keys.places)
        if (!grants_key(of, words_[at], access))
            return {refusal::key, words_[at], {}};
    if (keys.hidden || (keys.reads_more && !reads_all_keys(of)))
        return {refusal::keys_hidden, words_.front(), {}};
    return {};
}

decision question::about_channels(const selector& of) const noexcept
{
    const bool patterns = command_.channels == channel_words::all_patterns;
    for (const std::string_view name : channel_names(command_, words_))
        if (rule_for_channel(of, name, patterns).empty())
            return {refusal::channel, name, {}};
    return {};
}

// Of several refusals the one that was nearest to a grant is told, as Redis does.
bool is_nearer(refusal a, refusal b) noexcept
{
    const auto rank = [](refusal why) { return why == refusal::command ? 0 : why == refusal::channel ? 2 : 1; };
    return rank(a) > rank(b);
}

}   // namespace

words_view channel_names(const command_info& of, words_view words) noexcept
{
    const words_view arguments = words.subspan(1);
    switch (of.channels) {
    case channel_words::none: return {};
    case channel_words::first: return arguments.first(std::min<std::size_t>(arguments.size(), 1));
    default: return arguments;
    }
}

result<rules> rules::parse(std::string_view text)
{
    auto set = std::make_shared<rule_set>();
    set->text = text;
    if (const auto parsed = parse_rules(*set); !parsed)
        return parsed.error();
    return rules(std::move(set));
}

decision rules::decide(const commands::command_table& commands, words_view words) const
{
    const command_info* const command = commands.resolve(words);
    if (!command)
        return {refusal::command, words.front(), {}};
    const question about(*command, words);
    decision best = about.ask(set_->selectors.front());
    for (std::size_t i = 1; i < set_->selectors.size() && !best; ++i)
        if (const decision next = about.ask(set_->selectors[i]); next || is_nearer(next.refusal, best.refusal))
            best = next;
    return best;
}

decision rules::decide_channel(std::string_view name, bool is_pattern) const
{
    for (const selector& one : set_->selectors)
        if (const std::string_view rule = rule_for_channel(one, name, is_pattern); !rule.empty())
            return {refusal::none, name, rule};
    return {refusal::channel, name, {}};
}

bool rules::sees(std::string_view key) const noexcept
{
    return std::ranges::any_of(set_->selectors, [&](const selector& one) {
        return grants_key(one, key, commands::key_access::read);
    });
}

bool rules::all_keys() const noexcept
{
    return std::ranges::any_of(set_->selectors, &selector::all_keys);
}

std::string_view rules::text() const noexcept
{
    return set_->text;
}

}   // namespace rediserve::access
