// The configuration file: JSON with // and /* */ comments.
#pragma once

#include "config/assignments.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rediserve::config {

// Reads `text`; problems name `file` and the line of a syntax error or the path of a key. Hostile documents are refused,
// too: nesting is bounded, NUL and invalid UTF-8 are errors.
assignments read_document(std::string_view text, const std::string& file, problems& found);

// The whole file, at most a mebibyte; nullopt with a problem when it cannot be had.
std::optional<std::string> read_file(const std::string& path, std::string_view what, problems& found);

}   // namespace rediserve::config
