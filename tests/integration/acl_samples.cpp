#include "integration/acl_samples.hpp"

#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

namespace rediserve::test {

namespace {

using nlohmann::json;

// Positions in a command's description.
constexpr std::size_t flags_at = 2;
constexpr std::size_t categories_at = 6;
constexpr std::size_t specs_at = 8;
constexpr std::size_t subcommands_at = 9;

const words keys = {"user:1", "user:42", "user:",  "cache:1", "cache:user:1",
                    "shared", "other",   "USER:1", "",        std::string("user:\0\xFF\r\n", 9)};
const words channels = {"news:1", "news:sport", "news:*", "talk", "other", "*"};
// What stands where there is neither: some of it looks like an option.
const words fillers = {"1", "0", "GET", "STORE", "STREAMS", "KEYS", "user:1", "other", "*", "", "v"};

const words key_rules = {"~user:*",    "%R~user:*", "%W~user:*", "%RW~shared", "~*",          "%R~*",
                         "%W~cache:*", "~*:1",      "~us?r:*",   "~[a-s]*",    "~other",      "%R~cache:*",
                         "%W~*:1",     "allkeys",   "resetkeys", "~user:42",   "~*:*:[^2-9]", "%W~other"};
const words channel_rules = {"&news:*", "&*", "&talk", "allchannels", "resetchannels", "&*o*", "&news:1"};

// Commands whose keys depend on their options. k: a key; e: nothing; all else as it is.
const std::map<std::string, words> templates = {
    {"bitfield",
     {"k", "k GET u8 0", "k SET u8 0 1", "k OVERFLOW SAT GET u8 0", "k GET u8 0 INCRBY u8 0 1", "k OVERFLOW get"}},
    {"georadius",
     {"k 1 2 3 m", "k 1 2 3 m WITHDIST COUNT 1 STORE k", "k 1 2 3 m storedist k", "k 1 2 3 m ASC",
      "k 1 2 3 m COUNT 1 ANY"}},
    {"georadiusbymember", {"k v 3 m", "k v 3 m STORE k", "k v 3 m COUNT 2 STOREDIST k", "k STORE 3 m ASC"}},
    {"migrate",
     {"h 1 k 0 9", "h 1 k 0 9 COPY REPLACE", "h 1 k 0 9 AUTH KEYS", "h 1 e 0 9 KEYS k",
      "h 1 e 0 9 AUTH2 u KEYS keys k k"}},
    {"set", {"k v", "k v GET", "k v EX 10", "k get XX", "k v gEt XX", "k v KEEPTTL NX get"}},
    {"sort",
     {"k", "k STORE k", "k BY nosort STORE k", "k LIMIT 0 1 ASC", "k BY w* GET g*", "k GET #", "k ALPHA DESC store k",
      "k LIMIT STORE by STORE k"}},
    {"sort_ro", {"k", "k LIMIT 0 1", "k BY w*", "k GET g*", "k by nosort DESC"}},
    {"xread", {"STREAMS k 0", "COUNT 2 BLOCK 1 STREAMS k k 0 0", "streams k $", "COUNT 1 streams k k k 0 0 0"}},
    {"xreadgroup",
     {"GROUP g c STREAMS k >", "GROUP g c COUNT 1 NOACK STREAMS k k > >", "GROUP g STREAMS streams k >",
      "GROUP STREAMS c BLOCK 1 STREAMS k >"}},
};

words split(const std::string& text, char by)
{
    words parts;
    std::istringstream from(text);
    for (std::string part; std::getline(from, part, by);)
        parts.push_back(part);
    return parts;
}

std::string joined(const words& parts)
{
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : " ") + part;
    return text;
}

bool holds(const json& list, const std::string& word)
{
    return std::find(list.begin(), list.end(), word) != list.end();
}

// A map as RESP2 has it.
json member(const json& map, const std::string& name)
{
    for (std::size_t i = 0; i + 1 < map.size(); i += 2)
        if (map[i] == name)
            return map[i + 1];
    return nullptr;
}

bool is_about_channels(const std::string& name)
{
    const std::array<std::string, 7> all = {"publish",    "spublish",    "subscribe",   "ssubscribe",
                                            "psubscribe", "unsubscribe", "punsubscribe"};
    return std::ranges::find(all, name) != all.end();
}

}   // namespace

std::string rule_sample::text() const
{
    std::string all = joined(root);
    for (const words& one : selectors)
        all += " (" + joined(one) + ")";
    return all;
}

// ---- what the server says ------------------------------------------------------------------------------------------

acl_samples::acl_samples(const json& commands, std::uint32_t seed) : random_(seed)
{
    for (const json& command : commands)
        add(command, nullptr);
    std::ranges::sort(commands_, {}, &described_command::name);   // the server's order is another one every time
    std::set<std::string> categories;
    for (const described_command& command : commands_)
        categories.insert(command.categories.begin(), command.categories.end());
    categories_.assign(categories.begin(), categories.end());
}

void acl_samples::add(const json& command, const described_command* parent)
{
    described_command made;
    made.name = command[0].get<std::string>();
    made.arity = command[1].get<int>();
    made.may_have_no_keys = holds(command[flags_at], "no_mandatory_keys");
    made.dangerous = holds(command[categories_at], "@dangerous");
    made.categories = command[categories_at].get<std::set<std::string>>();
    if (parent)
        made.categories.insert(parent->categories.begin(), parent->categories.end());
    made.key_specs = command[specs_at].get<std::vector<json>>();
    for (const json& part : command[subcommands_at]) {
        made.parts.push_back(part[0].get<std::string>());
        add(part, &made);
    }
    made.is_container = !made.parts.empty() && made.arity != -1;
    commands_.push_back(made);
}

const described_command& acl_samples::named(const std::string& name) const
{
    return *std::ranges::find(commands_, name, &described_command::name);
}

const described_command& acl_samples::intricate_command()
{
    const auto* found = &commands_[below(commands_.size())];
    while (!templates.contains(found->name) && !is_about_channels(found->name))
        found = &commands_[below(commands_.size())];
    return *found;
}

// ---- rules ---------------------------------------------------------------------------------------------------------

rule_sample acl_samples::rules(const std::vector<const described_command*>& about)
{
    rule_sample made;
    made.root = selector(about);
    for (std::size_t i = below(6); i > 3; --i)
        made.selectors.push_back(selector(about));
    return made;
}

words acl_samples::selector(const std::vector<const described_command*>& about)
{
    words made;
    if (below(2) == 0)
        made.push_back(below(4) == 0 ? "allcommands" : "+@all");
    for (std::size_t i = below(5); i > 0; --i)
        made.push_back(command_rule(below(2) == 0 ? *about[below(about.size())] : commands_[below(commands_.size())]));
    add_patterns(key_rules, below(4), made);
    add_patterns(channel_rules, below(3), made);
    return made;
}

void acl_samples::add_patterns(const words& from, std::size_t count, words& to)
{
    bool all = false;
    for (; count > 0; --count) {
        const std::string& rule = from[below(from.size())];
        const bool grants_all = rule == "~*" || rule == "&*" || rule.starts_with("all");
        if (all && !grants_all && !rule.starts_with("reset"))
            continue;   // refused
        all = grants_all;
        to.push_back(rule);
    }
}

std::string acl_samples::command_rule(const described_command& about)
{
    const std::string sign = below(3) == 0 ? "-" : "+";
    if (below(2) == 0)
        return sign + (below(12) == 0 ? "@all" : categories_[below(categories_.size())]);
    const bool takes_argument = about.parts.empty() && about.name.find('|') == std::string::npos;
    if (takes_argument && below(3) == 0)
        return "+" + about.name + "|" + (below(2) == 0 ? "user:1" : "GET");
    return sign + about.name;
}

words acl_samples::for_redis(const rule_sample& rules) const
{
    words all;
    for (const std::string& rule : rules.root)
        expand(rule, all);
    for (const words& one : rules.selectors) {
        words inside;
        for (const std::string& rule : one)
            expand(rule, inside);
        all.push_back("(" + joined(inside) + ")");
    }
    return all;
}

void acl_samples::expand(const std::string& rule, words& to) const
{
    const std::string category = rule == "allcommands" ? "@all" : rule.starts_with("+@") ? rule.substr(1) : "";
    if (category.empty() || category == "@dangerous" || category == "@admin") {
        to.push_back(rule);
        return;
    }
    for (const described_command& command : commands_)
        expand_command(command, category, to);
}

// By their own names, but for the dangerous ones. A container's name stands for all of its subcommands.
void acl_samples::expand_command(const described_command& command, const std::string& category, words& to) const
{
    const bool is_in = category == "@all" || command.categories.contains(category);
    const auto is_dangerous = [this](const std::string& part) { return named(part).dangerous; };
    if (is_in && !command.dangerous && std::ranges::none_of(command.parts, is_dangerous))
        to.push_back("+" + command.name);
}

// ---- calls ---------------------------------------------------------------------------------------------------------

words acl_samples::call(const described_command& of)
{
    return templates.contains(of.name) ? call_by_template(of) : call_by_specs(of);
}

words acl_samples::call_by_template(const described_command& of)
{
    const words& forms = templates.at(of.name);
    words made = {of.name};
    for (const std::string& word : split(forms[below(forms.size())], ' '))
        made.push_back(word == "k" ? key() : word == "e" ? "" : word);
    return made;
}

words acl_samples::call_by_specs(const described_command& of)
{
    words made = split(of.name, '|');
    if (made.size() == 1 && !of.parts.empty())
        return made;   // COMMAND
    const auto least = static_cast<std::size_t>(std::abs(of.arity));
    const std::size_t size = of.arity < 0 ? least + below(4) : least;
    while (made.size() < size) {
        const words& from = is_about_channels(of.name) ? channels : fillers;
        made.push_back(from[below(from.size())]);
    }
    for (const json& spec : of.key_specs)
        place_keys(spec, of, made);
    if (below(4) == 0)
        std::ranges::transform(made[0], made[0].begin(), to_upper);
    return made;
}

void acl_samples::place_keys(const json& spec, const described_command& of, words& in)
{
    const json begin = member(spec, "begin_search");
    const json find = member(spec, "find_keys");
    if (holds(member(spec, "flags"), "not_key") || member(begin, "type") != "index")
        return;
    const json form = member(find, "spec");
    auto first = member(member(begin, "spec"), "index").get<std::size_t>();
    std::size_t last = first;
    std::size_t step = member(form, "keystep").get<std::size_t>();
    if (member(find, "type") == "keynum") {
        const std::size_t count = of.may_have_no_keys ? below(4) : 1 + below(3);
        in.resize(std::max(in.size(), first + 1));
        in[first + member(form, "keynumidx").get<std::size_t>()] = std::to_string(count);
        first += member(form, "firstkey").get<std::size_t>();
        last = first + count - 1;
    } else if (const int from_first = member(form, "lastkey").get<int>(); from_first >= 0) {
        last = first + static_cast<std::size_t>(from_first);
    } else {
        in.resize(std::max(in.size(), first + static_cast<std::size_t>(-from_first)));
        last = in.size() - static_cast<std::size_t>(-from_first);
    }
    in.resize(std::max(in.size(), last + 1));
    for (std::size_t at = first; at <= last; at += step)
        in[at] = key();
}

std::string acl_samples::key()
{
    return keys[below(keys.size())];
}

}   // namespace rediserve::test
