// The JSON documents of tokens and their keys, read strictly: what two readers could take for different things is
// refused.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>

namespace rediserve::access {

// One object; nullopt: something else, a member that is there twice, more than 16 levels, or no JSON.
std::optional<nlohmann::json> read_object(std::string_view text);

// A member that is a string; empty when it is something else or not there.
std::string_view text_member(const nlohmann::json& object, const char* name);

}   // namespace rediserve::access
