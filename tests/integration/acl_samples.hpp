// Rules and commands, at random but plausible, made from what a server says about its own commands.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace rediserve::test {

using words = std::vector<std::string>;

// Rules as we take them and as Redis does.
struct rule_sample
{
    words root;
    std::vector<words> selectors;

    std::string text() const;
};

// A command as the server describes it.
struct described_command
{
    std::string name;   // "config|get"
    int arity = 0;
    bool is_container = false;   // has subcommands, and is no command by itself
    bool dangerous = false;
    bool may_have_no_keys = false;      // EVAL … 0
    std::set<std::string> categories;   // "@read"; its parent's as well
    std::vector<nlohmann::json> key_specs;
    std::vector<std::string> parts;   // full names of its subcommands
};

class acl_samples
{
public:
    // `commands`: the reply of COMMAND.
    acl_samples(const nlohmann::json& commands, std::uint32_t seed);

    const std::vector<described_command>& commands() const noexcept { return commands_; }

    // Half of what names a command names one of `about`.
    rule_sample rules(const std::vector<const described_command*>& about);
    // A call of `of` that Redis would not refuse for its form.
    words call(const described_command& of);
    // One of the commands whose keys depend on their options, or that have channels.
    const described_command& intricate_command();

    // The same rules for ACL SETUSER: dangerous commands are in no category but those of danger.
    words for_redis(const rule_sample& rules) const;

    std::size_t below(std::size_t bound) { return random_() % bound; }

private:
    void add(const nlohmann::json& command, const described_command* parent);
    words selector(const std::vector<const described_command*>& about);
    void add_patterns(const words& from, std::size_t count, words& to);
    std::string command_rule(const described_command& about);
    void expand(const std::string& rule, words& to) const;
    void expand_command(const described_command& command, const std::string& category, words& to) const;
    const described_command& named(const std::string& name) const;
    words call_by_template(const described_command& of);
    words call_by_specs(const described_command& of);
    void place_keys(const nlohmann::json& spec, const described_command& of, words& in);
    std::string key();

    std::vector<described_command> commands_;
    std::vector<std::string> categories_;
    std::mt19937 random_;
};

}   // namespace rediserve::test
