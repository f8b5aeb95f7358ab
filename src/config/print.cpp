#include "config/print.hpp"

#include "config/values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace rediserve::config {

namespace {

constexpr std::size_t page = 100;    // columns of --help
constexpr std::size_t column = 28;   // where its explanations begin
constexpr std::size_t value_column = 34;
constexpr std::size_t origin_column = 66;

constexpr std::string_view usage = R"(: an HTTP API for Redis and Valkey.

Usage:
  rediserve [flags]
  rediserve token new [flags]                        make a token; token --help
  rediserve check [flags] COMMAND [ARGUMENT ...]     may they run it, and why; check --help
  rediserve healthcheck [flags]                      does the daemon here answer; healthcheck --help

Examples:
  rediserve --embedded                               try it: with a private Redis, on 127.0.0.1:3000
  rediserve --redis redis://user:password@host:6379/0
  REDIS_URL=redis://host TOKEN=secret rediserve --listen :3000
  rediserve --config rediserve.json --check-config

)";

constexpr std::string_view exit_codes =
    R"(Flags win over the environment, the environment over the file, the file over the defaults.
Variables for secrets have a twin with _FILE that names a file to read: REDISERVE_TOKEN_FILE.
Signals: SIGTERM and SIGINT finish what is under way and stop; SIGHUP reads the configuration again.

Exit codes:
  0   clean stop
  1   failure while running
  2   bad flags
  69  cannot listen, or the embedded Redis cannot be started
  78  bad configuration: file, environment, or options that do not go together
)";

std::string padded(std::string text, std::size_t to)
{
    if (text.size() + 1 > to)
        return text + " ";
    text.resize(to, ' ');
    return text;
}

// `head`, then `text` in the explanations' column, broken between words.
std::string paragraph(const std::string& head, std::string_view text)
{
    std::string made = head.size() + 2 > column ? head + "\n" + std::string(column, ' ') : padded(head, column);
    std::size_t at = column;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (at != column && at + 1 + word.size() > page) {
            made += "\n" + std::string(column, ' ');
            at = column;
        }
        if (at != column) {
            made += ' ';
            ++at;
        }
        made += word;
        at += word.size();
    }
    return made + "\n";
}

std::string joined(const std::vector<std::string>& words)
{
    std::string all;
    for (const auto& word : words)
        all += (all.empty() ? "" : ", ") + word;
    return all;
}

std::string default_of(const option& of)
{
    const auto value = value_of(of, settings{});
    if (value.is_array())
        return value.front().get<std::string>();
    const auto text = value.is_string() ? value.get<std::string>() : value.dump();
    return text.empty() ? "none" : text;
}

std::string flag_help(const option& of)
{
    auto names = environment_names(of);
    names.resize(1);
    for (auto& name : relative_names(of))
        names.push_back(std::move(name));
    const auto head = "  " + std::string(of.flag) + (of.operand.empty() ? "" : " ") + std::string(of.operand);
    const auto default_text = std::holds_alternative<kind::boolean>(of.is) ? "" : "; default " + default_of(of);
    return paragraph(head, of.help) + paragraph({}, "[" + joined(names) + default_text + "]");
}

std::string option_help(const option& of)
{
    const auto relatives = joined(relative_names(of));
    const auto notes = default_of(of) + (relatives.empty() ? "" : "; also " + relatives);
    return paragraph("  " + environment_names(of).front(), std::string(of.help) + " [" + notes + "]");
}

// The options that `wanted` picks, under the headings of their sections.
std::string by_section(bool (*wanted)(const option&), std::string (*print)(const option&))
{
    std::string made;
    for (auto in = section::listening; in <= section::process; in = static_cast<section>(static_cast<int>(in) + 1)) {
        std::string part;
        for (const auto& one : options())
            if (one.in == in && wanted(one))
                part += print(one);
        if (!part.empty())
            made += std::string(title(in)) + ":\n" + part + "\n";
    }
    return made;
}

}   // namespace

std::string version_text()
{
    return "rediserve " REDISERVE_VERSION "\n";
}

std::string help_text()
{
    std::string made = "RediServe " REDISERVE_VERSION;
    made += usage;
    made += by_section([](const option& one) { return !one.flag.empty(); }, flag_help);
    made += "Configuration and information:\n";
    for (const auto& one : meta_flags())
        made += paragraph(
            "  " + std::string(one.name) + (one.operand.empty() ? "" : " ") + std::string(one.operand), one.help
        );
    made += "\nEverything else is set by environment, or in the file as in {\"log\":{\"level\":\"debug\"}}.\n\n";
    made += by_section([](const option& one) { return one.flag.empty(); }, option_help);
    made += exit_codes;
    return made;
}

std::string merged_text(const assignments& given)
{
    std::string made;
    for (const auto& one : options()) {
        const auto at = given.find(&one);
        settings alone;   // what was given for this one: user and password are shown where they were said
        if (at != given.end())
            set_values({*at}, alone);
        auto line = padded(std::string(one.path), value_column) + "= " + shown_value(one, alone);
        made +=
            padded(std::move(line), origin_column) + "(" + (at == given.end() ? "default" : at->second.source) + ")\n";
    }
    return made;
}

}   // namespace rediserve::config
