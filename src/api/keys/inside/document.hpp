// The documents with which parts of a key are written: `{"members":["a","b"],"encoding":"base64"}`.
#pragma once

#include "api/json_reader.hpp"
#include "api/json_writer.hpp"
#include "api/keys/key_name.hpp"
#include "api/keys/query.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/redis/command.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::keys {

struct document
{
    json_object members;
    encoding as = encoding::text;

    // errc::bad_request: no object, or members that are not `known`. `encoding` is, and must be among them.
    static result<document> read(std::string_view text, std::span<const known_option> known);

    // The strings in the array that is the member `name`, decoded: at least one. errc::bad_request, errc::body_too_large.
    result<std::vector<std::string>> take_strings(std::string_view name);
};

// errc::bad_request when a name stands in `of` twice: of two members of one name there is no telling which is meant.
result<void> check_names(const json_object& of);

// Adds the command `name key strings…`.
void add_command(redis::batch& to, std::string_view name, const key_name& key, std::span<const std::string> strings);

// A command that can be sent at once. errc::body_too_large.
result<void> check_arguments(std::size_t count);

}   // namespace rediserve::api::keys
