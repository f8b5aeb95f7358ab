// What shells complete after "rediserve", from the table of options.
#include "config/option.hpp"
#include "rediserve/config/load.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace rediserve::config {

namespace {

constexpr std::string_view origin = "Generated from src/config/options.cpp by generate_config; do not edit.\n";

struct flag
{
    std::string_view name;
    std::string_view operand;   // empty: none
    std::string_view help;
};

// What `rediserve` does other than serve (commands.hpp), with the flags that are theirs alone.
struct subcommand
{
    std::string_view name;
    std::string_view help;
    std::string_view word;   // what has to follow it; empty: anything
    bool takes_server_flags;
    std::array<flag, 3> own;
};

constexpr std::array subcommands = {
    subcommand{
        "token",
        "make a token",
        "new",
        false,
        {{{"--principal", "NAME", "whose token it is, as the access file names it"},
          {"--name", "TEXT", "a remark for people"},
          {"--expires", "TIME", "until when it is good"}}}},
    subcommand{
        "check",
        "say whether somebody may run a command, and why",
        "",
        true,
        {{{"--token", "TOKEN", "whose token this is"},
          {"--principal", "NAME", "whom the access file names so"},
          {"--jwt", "TOKEN", "whom this JSON Web Token names"}}}},
    subcommand{
        "healthcheck",
        "say whether the daemon here answers",
        "",
        true,
        {{{"--ready", "", "whether it can use Redis, too"},
          {"--timeout", "TIME", "how long to wait for the answer"},
          {"--token", "TOKEN", "as the daemon is given it"}}}},
};

std::vector<flag> server_flags()
{
    std::vector<flag> all;
    for (const option& one : options())
        if (!one.flag.empty())
            all.push_back({one.flag, one.operand, one.help});
    for (const meta_flag& one : meta_flags())
        all.push_back({one.name, one.operand, one.help});
    return all;
}

std::vector<flag> flags_of(const subcommand& of)
{
    std::vector<flag> all(of.own.begin(), of.own.end());
    for (const flag& one : server_flags()) {
        const bool own = one.name == "--token";
        const bool ends_at_once =
            one.name == "--check-config" || one.name == "--print-config" || one.name == "--version";
        if (one.name == "--help" || (of.takes_server_flags && !own && !ends_at_once))
            all.push_back(one);
    }
    return all;
}

bool wants_file(const flag& of)
{
    return of.operand == "FILE";
}

bool wants_folder(const flag& of)
{
    return of.operand == "FOLDER";
}

// The names of those flags that `wanted` picks, with `between` between them.
template <class Wanted>
std::string names(const std::vector<flag>& of, std::string_view between, Wanted wanted)
{
    std::string made;
    for (const flag& one : of)
        if (wanted(one))
            made.append(made.empty() ? "" : between).append(one.name);
    return made;
}

std::string names(const std::vector<flag>& of)
{
    return names(of, " ", [](const flag&) { return true; });
}

std::string subcommand_names()
{
    std::string made;
    for (const subcommand& one : subcommands)
        made.append(made.empty() ? "" : " ").append(one.name);
    return made;
}

// `text` with `escape` before each of `special`.
std::string escaped(std::string_view text, std::string_view special, std::string_view escape)
{
    std::string made;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos)
            made += escape;
        made += c;
    }
    return made;
}

// Within single quotes of zsh, in brackets.
std::string zsh_text(std::string_view text)
{
    std::string made;
    for (const char c : escaped(text, "[]:\\", "\\"))
        made += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return made;
}

std::string zsh_flag(const flag& of)
{
    std::string action = wants_file(of) ? "_files" : wants_folder(of) ? "_files -/" : " ";
    if (!of.operand.empty())
        action = ":" + zsh_text(of.operand) + ":" + action;
    else
        action.clear();
    return "'" + std::string(of.name) + "[" + zsh_text(of.help) + "]" + action + "'";
}

std::string zsh_arguments(const std::vector<flag>& of, std::string_view indent)
{
    std::string made = "_arguments -s";
    for (const flag& one : of)
        made.append(" \\\n").append(indent).append("    ").append(zsh_flag(one));
    return made;
}

std::string fish_line(std::string_view condition, const flag& of)
{
    const auto* const value = of.operand.empty() ? " -f" : wants_file(of) ? " -r -F" : " -x";
    std::string made =
        "complete -c rediserve -n '" + std::string(condition) + "' -l " + std::string(of.name.substr(2)) + value;
    if (wants_folder(of))
        made += " -a '(__fish_complete_directories)'";
    return made + " -d '" + escaped(of.help, "'\\", "\\") + "'\n";
}

}   // namespace

std::string bash_completion()
{
    const auto all = [] {
        auto made = server_flags();
        for (const subcommand& one : subcommands)
            for (const flag& own : one.own)
                if (std::ranges::find(made, own.name, &flag::name) == made.end())
                    made.push_back(own);
        return made;
    }();
    std::string made = "# bash completion for rediserve(8). " + std::string(origin);
    made += R"(
_rediserve()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
    case $previous in
    )";
    made += names(all, " | ", wants_file) + R"()
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames
        return
        ;;
    )";
    made += names(all, " | ", wants_folder) + R"()
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        compopt -o filenames
        return
        ;;
    )";
    const auto is_other = [](const flag& one) {
        return !one.operand.empty() && !wants_file(one) && !wants_folder(one);
    };
    made += names(all, " | ", is_other) + R"()
        return
        ;;
    esac
    case ${COMP_WORDS[1]} in
)";
    for (const subcommand& one : subcommands) {
        const std::string word(one.word.empty() ? "" : std::string(one.word) + " ");
        made += "    " + std::string(one.name) + ") words='" + word + names(flags_of(one)) + "' ;;\n";
    }
    made += "    *) words='" + names(server_flags()) + "' ;;\n    esac\n";
    made += "    ((COMP_CWORD > 1)) || words+=' " + subcommand_names() + R"('
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _rediserve rediserve
)";
    return made;
}

std::string zsh_completion()
{
    std::string made = "#compdef rediserve\n# " + std::string(origin) + R"(
local -a commands
commands=(
)";
    for (const subcommand& one : subcommands)
        made += "    '" + std::string(one.name) + ":" + zsh_text(one.help) + "'\n";
    made += ")\n\nif ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n    _describe command commands\nfi\n\n";
    made += "case $words[2] in\n";
    for (const subcommand& one : subcommands) {
        made += std::string(one.name) + ")\n";
        if (!one.word.empty())
            made += "    ((CURRENT == 3)) && compadd " + std::string(one.word) + "\n";
        made += "    " + zsh_arguments(flags_of(one), "    ") + "\n    ;;\n";
    }
    return made + "*)\n    " + zsh_arguments(server_flags(), "    ") + "\n    ;;\nesac\n";
}

std::string fish_completion()
{
    std::string made = "# fish completion for rediserve(8). " + std::string(origin) + "\n";
    made += "complete -c rediserve -f\n";
    for (const subcommand& one : subcommands)
        made += "complete -c rediserve -n __fish_use_subcommand -a " + std::string(one.name) + " -d '"
            + escaped(one.help, "'\\", "\\") + "'\n";
    for (const flag& one : server_flags())
        made += fish_line("not __fish_seen_subcommand_from " + subcommand_names(), one);
    for (const subcommand& one : subcommands) {
        const auto condition = "__fish_seen_subcommand_from " + std::string(one.name);
        if (!one.word.empty())
            made += "complete -c rediserve -n '" + condition + "' -a " + std::string(one.word) + "\n";
        for (const flag& flag_of_it : flags_of(one))
            made += fish_line(condition, flag_of_it);
    }
    return made;
}

}   // namespace rediserve::config
