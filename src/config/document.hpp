// The configuration file: JSON with // and /* */ comments.
#pragma once

#include "config/assignments.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::config {

// Reads `text`; problems name `file` and the line of a syntax error or the path of a key. Hostile documents are refused,
// too: nesting is bounded, NUL and invalid UTF-8 are errors.
assignments read_document(std::string_view text, const std::string& file, problems& found);

// Any JSON with the same care; nullopt with a problem when it is none. `what` is what a key is called when it stands twice:
// keys can be secrets, then they are not repeated. Empty: they are no secrets.
std::optional<nlohmann::json> parse_json(
    std::string_view text, const std::string& file, std::string_view what, problems& found
);

// The whole file, at most so many mebibytes; nullopt with a problem when it cannot be had.
std::optional<std::string> read_file(
    const std::string& path, std::string_view what, problems& found, std::size_t mebibytes = 1
);

}   // namespace rediserve::config
