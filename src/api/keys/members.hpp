// The members of an object that a client sent, checked like the options of a query.
#pragma once

#include "api/json_reader.hpp"
#include "api/keys/query.hpp"
#include "rediserve/base/error.hpp"

#include <span>
#include <string>
#include <string_view>

namespace rediserve::api::keys {

// errc::bad_request: a member that is not `known` (the text names the nearest, or all that are), or one given twice.
result<void> check_members(const json_object& of, std::span<const known_option> known);

// nullptr: there is none.
json_value* find_member(json_object& of, std::string_view name) noexcept;

// A key in a document: text, or {"base64":"…"} as the list of keys writes one that is not UTF-8. errc::bad_request.
result<std::string> read_key(const json_value& from);

}   // namespace rediserve::api::keys
