#include "rediserve/config/load.hpp"

#include "config/access_file.hpp"
#include "config/checks.hpp"
#include "config/document.hpp"
#include "config/environment.hpp"
#include "config/flags.hpp"
#include "config/print.hpp"
#include "config/servers.hpp"
#include "config/values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace rediserve::config {

namespace {

// All problems at once, each on a line of its own. Bad flags are the first thing to put right.
refusal refuse(const problems& found)
{
    refusal made{bad_configuration, {}};
    for (const auto& one : found) {
        made.text += (made.text.empty() ? "" : "\n") + one.text;
        if (one.exit_code == bad_flags)
            made.exit_code = bad_flags;
    }
    return made;
}

assignments read_configuration_file(const std::string& path, problems& found)
{
    const auto text = path.empty() ? std::nullopt : read_file(path, "the configuration file", found);
    return text ? read_document(*text, path, found) : assignments{};
}

// The layers in one: what a higher one gives is not replaced.
assignments merge(assignments flags, assignments variables, assignments file)
{
    flags.merge(variables);
    flags.merge(file);
    return flags;
}

std::string text_for(action todo, const assignments& given)
{
    switch (todo) {
    case action::help: return help_text();
    case action::version: return version_text();
    case action::print: return merged_text(given);
    case action::check: return "configuration is fine\n";
    case action::run: break;
    }
    return {};
}

}   // namespace

boost::system::result<command_line, refusal> load(const std::vector<std::string>& arguments, const environment& from)
{
    problems found;
    command_line made;
    auto flags = read_flags(arguments, found);
    made.todo = flags.todo;
    if (made.todo == action::help || made.todo == action::version) {
        made.print = text_for(made.todo, {});
        return made;
    }
    made.file = flags.file.empty() ? variable(from, "REDISERVE_CONFIG").value_or("") : flags.file;
    auto variables = read_environment(from, flags.given, found);
    auto given = merge(std::move(flags.given), std::move(variables), read_configuration_file(made.file, found));
    apply_srh_mode(from, given, found);
    apply_default_listen(from, given, found);
    apply_port(from, given, found);
    settle_backend(given, found);
    set_values(given, made.values);
    read_srh_tokens(given, made.values, found);
    read_access_file(given, made.values, found);
    check(made.values, given, found);
    if (!found.empty())
        return refuse(found);
    made.print = text_for(made.todo, given);
    return made;
}

std::vector<std::string> needs_restart(const settings& before, const settings& after)
{
    std::vector<std::string> changed;
    for (const auto& one : options())
        if (!one.reloadable && value_of(one, before) != value_of(one, after))
            changed.emplace_back(one.path);
    return changed;
}

std::string objection(const settings& before, const settings& after)
{
    settings merged = after;
    merged.http.listen = before.http.listen;
    return unguarded_listening(merged);
}

boost::system::result<settings, refusal> parse_document(std::string_view text, std::string_view file_name)
{
    problems found;
    const auto given = read_document(text, std::string(file_name), found);
    if (!found.empty())
        return refuse(found);
    settings made;
    set_values(given, made);
    return made;
}

}   // namespace rediserve::config
