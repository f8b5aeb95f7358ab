// What was given for the options, where, and what was wrong with it: what the readers of file, environment and flags
// hand to load().
#pragma once

#include "config/option.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rediserve::config {

enum class layer : std::uint8_t { in_file, in_environment, on_command_line };

struct assignment
{
    std::vector<std::string> texts;   // empty: they were refused
    config::layer layer = layer::in_file;
    std::string source;   // "configuration.json", "environment TOKEN", "flag --token": for messages and --print-config
};

// In the order of the table, for pointers into it compare like its rows.
using assignments = std::map<const option*, assignment>;

struct problem
{
    int exit_code;
    std::string text;   // one line
};

using problems = std::vector<problem>;

constexpr int bad_flags = 2;
constexpr int bad_configuration = 78;   // EX_CONFIG

constexpr int exit_code(layer of) noexcept
{
    return of == layer::on_command_line ? bad_flags : bad_configuration;
}

// Notes `given` for `of`, if it is a value the option can take; otherwise notes the problem, and the option as given
// and refused, so that nobody complains that it is missing.
void note(const option& of, assignment given, assignments& to, problems& found);

// Sets the values that were not refused.
void set_values(const assignments& given, settings& to);

}   // namespace rediserve::config
