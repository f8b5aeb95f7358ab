#include "access/rule_set.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>

namespace rediserve::access {

namespace {

using commands::key_access;

constexpr std::string_view blanks = " \t\n\v\f\r";

error bad_rule(std::string_view word, std::string_view why)
{
    return {errc::bad_configuration, "rule '" + std::string(word) + "': " + std::string(why)};
}

// Takes the next word off `text`; empty: there is none.
std::string_view next_word(std::string_view& text) noexcept
{
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(word.size());
    return word;
}

bool is_one_of(std::string_view word, std::string_view a, std::string_view b) noexcept
{
    return iequals(word, a) || iequals(word, b);
}

// Whether something could be the name of a command, or of a subcommand.
bool is_name(std::string_view text) noexcept
{
    constexpr std::string_view special = "@|()";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return c > ' ' && c < '\x7F' && special.find(c) == std::string_view::npos;
    });
}

constexpr std::array<std::string_view, 7> about_users = {
    "on", "off", "nopass", "resetpass", "reset", "sanitize-payload", "skip-sanitize-payload",
};

// What Redis' users have and principals do not. Passwords are not repeated.
result<void> check_place(std::string_view word)
{
    constexpr std::string_view passwords = "><#!";
    if (passwords.find(word.front()) != std::string_view::npos)
        return error(
            errc::bad_configuration, "rules hold no passwords: one begins with '" + std::string(1, word.front()) + "'"
        );
    if (std::ranges::any_of(about_users, [&](std::string_view one) { return iequals(one, word); }))
        return bad_rule(word, "is about users of Redis, and has no place here");
    return {};
}

// ---- rules of a selector -------------------------------------------------------------------------------------------

// Those without an argument; false: it is another one.
bool add_plain(selector& to, std::string_view word)
{
    if (is_one_of(word, "allkeys", "~*") || iequals(word, "resetkeys")) {
        to.all_keys = !iequals(word, "resetkeys");
        to.keys.clear();
    } else if (is_one_of(word, "allchannels", "&*") || iequals(word, "resetchannels")) {
        to.all_channels = iequals(word, "resetchannels") ? std::string_view() : word;
        to.channels.clear();
    } else if (is_one_of(word, "allcommands", "+@all") || is_one_of(word, "nocommands", "-@all")) {
        command_rule rule;
        rule.grants = is_one_of(word, "allcommands", "+@all");
        rule.text = word;
        to.commands.push_back(rule);
    } else {
        return false;
    }
    return true;
}

// Of `%R~`, `%W~`, `%RW~`, without its ends; `none` when it is nothing of that.
key_access letters(std::string_view text) noexcept
{
    if (iequals(text, "R"))
        return key_access::read;
    if (iequals(text, "W"))
        return key_access::write;
    return is_one_of(text, "RW", "WR") ? key_access::both : key_access::none;
}

// The same pattern again adds to what it grants.
void grant_key(selector& to, std::string_view pattern, key_access access)
{
    const auto same = std::ranges::find(to.keys, pattern, &key_rule::pattern);
    if (same == to.keys.end())
        to.keys.push_back({access, pattern});
    else
        same->access = same->access | access;
}

result<void> add_key(selector& to, std::string_view word)
{
    if (to.all_keys)
        return bad_rule(word, "comes after all keys were granted, and has no effect; 'resetkeys' starts anew");
    const std::size_t tilde = word.find('~');
    if (tilde == std::string_view::npos)
        return bad_rule(word, "a pattern of keys is ~PATTERN, %R~PATTERN, %W~PATTERN or %RW~PATTERN");
    const key_access access = tilde == 0 ? key_access::both : letters(word.substr(1, tilde - 1));
    if (access == key_access::none)
        return bad_rule(word, "between % and ~ stands R, W or RW");
    grant_key(to, word.substr(tilde + 1), access);
    return {};
}

result<void> add_channel(selector& to, std::string_view word)
{
    if (!to.all_channels.empty())
        return bad_rule(word, "comes after all channels were granted, and has no effect; 'resetchannels' starts anew");
    to.channels.push_back({word.substr(1), word});
    return {};
}

result<void> add_category(selector& to, std::string_view word, command_rule rule)
{
    rule.about = command_rule::subject::category;
    rule.category = commands::category_of(word.substr(2));
    if (rule.category == 0)
        return bad_rule(word, "there is no such category");
    to.commands.push_back(rule);
    return {};
}

result<void> add_command(selector& to, std::string_view word)
{
    command_rule rule;
    rule.grants = word.front() == '+';
    rule.text = word;
    if (word.substr(1).starts_with('@'))
        return add_category(to, word, rule);
    rule.about = command_rule::subject::command;
    const std::size_t bar = word.find('|');
    rule.name = word.substr(1, bar == std::string_view::npos ? bar : bar - 1);
    if (!is_name(rule.name))
        return bad_rule(word, "there is no such command");
    if (bar != std::string_view::npos) {
        rule.part = word.substr(bar + 1);
        if (rule.part.empty() || rule.part.find('|') != std::string_view::npos)
            return bad_rule(word, "behind | stands one subcommand or first argument");
    }
    to.commands.push_back(rule);
    return {};
}

result<void> add_rule(selector& to, std::string_view word)
{
    if (const auto checked = check_place(word); !checked)
        return checked;
    if (add_plain(to, word))
        return {};
    switch (word.front()) {
    case '~':
    case '%': return add_key(to, word);
    case '&': return add_channel(to, word);
    case '+':
    case '-': return add_command(to, word);
    default: return bad_rule(word, "is not understood");
    }
}

// ---- rules of a user -----------------------------------------------------------------------------------------------

// The rest of a selector that has begun: up to the first word that ends with a parenthesis. Empty: there is none.
std::string_view cut_selector(std::string_view first, std::string_view& rest) noexcept
{
    std::string_view word = first;
    while (!word.empty() && word.back() != ')')
        word = next_word(rest);
    return word.empty()
        ? word
        : std::string_view(first.data(), static_cast<std::size_t>(word.data() + word.size() - first.data()));
}

result<void> add_selector(rule_set& to, std::string_view first, std::string_view& rest)
{
    const std::string_view whole = cut_selector(first, rest);
    if (whole.empty())
        return bad_rule(first, "its parenthesis is not closed");
    selector made;
    std::string_view inside = whole.substr(1, whole.size() - 2);
    for (std::string_view word = next_word(inside); !word.empty(); word = next_word(inside))
        if (const auto added = add_rule(made, word); !added)
            return added;
    to.selectors.push_back(std::move(made));
    return {};
}

result<void> add_word(rule_set& to, std::string_view word, std::string_view& rest)
{
    if (word.front() == '(')
        return add_selector(to, word, rest);
    if (!iequals(word, "clearselectors"))
        return add_rule(to.selectors.front(), word);
    to.selectors.resize(1);
    return {};
}

}   // namespace

result<void> parse_rules(rule_set& to)
{
    if (to.text.find('\0') != std::string::npos)
        return error(errc::bad_configuration, "rules hold no NUL");
    to.selectors.resize(1);
    std::string_view rest = to.text;
    for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest))
        if (const auto added = add_word(to, word, rest); !added)
            return added;
    return {};
}

}   // namespace rediserve::access
