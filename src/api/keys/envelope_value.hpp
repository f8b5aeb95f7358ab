// The value in an envelope: by its type, from JSON to what writes it.
#pragma once

#include "api/json_reader.hpp"
#include "api/json_writer.hpp"
#include "api/keys/envelope.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::keys {

// The member `encoding` of a document: base64, or nothing. errc::bad_request.
result<encoding> read_encoding(const json_value* from);

// A string, decoded; what it is moved out of is of no more use. errc::bad_request, with `what` for anything but a string.
result<std::string> take_string(json_value& from, encoding as, std::string_view what);
result<std::string> take_string(std::string& from, encoding as);

// Names and values in turn. errc::bad_request.
result<std::vector<std::string>> take_fields(json_object& from, encoding as);

// A score as Redis reads it: of a number, "inf" or "-inf"; nullopt for anything else.
std::optional<std::string> read_score(const json_value& from);

// Fills in `to.text` or `to.commands` as `to.type` says. Moves the strings out of `from`. errc::bad_request.
result<void> read_value(json_value& from, encoding as, envelope& to);

}   // namespace rediserve::api::keys
