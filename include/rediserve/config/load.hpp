// Command line, environment and file into one configuration: flag > environment > file > default.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/config/config.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::config {

using environment = std::function<std::optional<std::string>(std::string_view name)>;

enum class action { run, check, print, version, help };

struct command_line
{
    action todo = action::run;
    config::settings values;
    std::string print;   // for action::print and help: the text to write
    std::string file;    // the configuration file that was read, or empty
};

// A refusal, with the exit code it deserves: 2 for flags, 78 for environment and file (sysexits.h EX_CONFIG).
struct refusal
{
    int exit_code;
    std::string text;   // names file and path of the key, and the nearest known name
};

// `arguments` without the program's name. Reads the configuration file and …_FILE secrets; touches nothing else.
boost::system::result<command_line, refusal> load(const std::vector<std::string>& arguments, const environment& from);

// For SIGHUP: whether going from `before` to `after` needs a restart; names the options that do.
std::vector<std::string> needs_restart(const settings& before, const settings& after);

// For SIGHUP: why `after` must not be applied to a process that listens where `before` says; empty: nothing is against it.
std::string objection(const settings& before, const settings& after);

// Generated from the one table of options.
std::string schema_json();          // config/rediserve.schema.json
std::string example_file();         // config/rediserve.json
std::string reference_markdown();   // the table in docs/configuration.md
std::string manual_options();       // the part of packaging/rediserve.8 that lists them
std::string bash_completion();      // packaging/completions/
std::string zsh_completion();
std::string fish_completion();

// Reads a configuration document (JSON with comments) by itself: for the fuzz target and tests.
boost::system::result<settings, refusal> parse_document(std::string_view text, std::string_view file_name);

}   // namespace rediserve::config
