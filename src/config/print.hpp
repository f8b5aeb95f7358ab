// What --help, --version and --print-config print.
#pragma once

#include "config/assignments.hpp"

#include <string>

namespace rediserve::config {

std::string help_text();
std::string version_text();

// Every option with its value, secrets masked, and where it comes from.
std::string merged_text(const assignments& given);

}   // namespace rediserve::config
