// Values of options by kind: from text, from JSON, to JSON, and what they may be in words and as JSON Schema.
#pragma once

#include "config/option.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::config {

// Sets the option. Returns what is wrong with `texts` ("must be …"), or nothing. Never repeats a secret.
// All kinds but endpoints take exactly one text.
std::string assign(const option& of, settings& to, const std::vector<std::string>& texts);

// The texts that a member of a document stands for, or nullopt when its JSON type is not the option's.
std::optional<std::vector<std::string>> texts_of(const option& of, const nlohmann::json& member);

// What the option must be: "must be a time such as 500ms, 10s or 2m, from 10ms to 1h".
std::string requirement(const option& of);

// The value as it would stand in the file. Secrets are not masked, but for the password within a URL.
nlohmann::ordered_json value_of(const option& of, const settings& from);

// The value for people: as in the file, with *** for a secret.
std::string shown_value(const option& of, const settings& from);

// JSON Schema (draft 7) of the option, with its description and default.
nlohmann::ordered_json schema_of(const option& of);

// `text` in quotes, short and printable, for messages.
std::string quote(std::string_view text);

}   // namespace rediserve::config
