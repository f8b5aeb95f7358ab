// What the ways of reading one key have in common.
#pragma once

#include "api/etag.hpp"
#include "api/keys/handlers.hpp"
#include "api/keys/read_request.hpp"
#include "rediserve/commands/executor.hpp"

#include <optional>
#include <string_view>

namespace rediserve::api::keys {

// Weighs the conditions of a GET or HEAD against a string with this tag. False: they were not met, and 304 or 412 is
// the answer.
bool weigh(const call& of, const conditions& asked, const etag& tag);

// The same for a value that has no tag.
bool weigh_untagged(const call& of, const conditions& asked);

// Begins a 200 or 206 with what every form of a string carries.
http::response& begin_tagged(const call& of, unsigned status, const etag& tag);

// The tag of the JSON of a collection, as describe_whole() has found it: it may change with the order in which Redis tells the
// members. nullopt: it is none that is told whole.
std::optional<etag> tag_of_collection(std::string_view key, const commands::reply_or_error& got);

// Answers with the bare bytes of a string, whole or in part.
void render_raw(const call& of, std::string_view value, const read_request& wish);

// GET with the bare bytes as the answer, whole or in part.
task read_raw(keys_call of, key_name key, read_request wish);
task read_part(keys_call of, key_name key, read_request wish);

// GET, whatever it waits for.
task read_now(const keys_call& of, key_name&& key, read_request&& wish);

// GET with ?wait=.
task wait_for_value(const keys_call& of, key_name&& key, read_request&& wish);

}   // namespace rediserve::api::keys
