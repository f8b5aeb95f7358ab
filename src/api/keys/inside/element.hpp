// One string inside a key that has a place of its own: a field of a hash, an item of a list.
#pragma once

#include "api/keys/guard.hpp"
#include "api/keys/handlers.hpp"
#include "api/keys/kind.hpp"
#include "api/keys/read_request.hpp"
#include "rediserve/base/buffer.hpp"

#include <string>

namespace rediserve::api::keys {

struct element
{
    kind type = kind::hash;   // or list
    key_name key;
    std::string name;   // the field; the index in decimal
};

// As JSON, or the bare bytes.
task read_element(keys_call of, element at, read_request wish);

// Stores `value`, if the guard allows it.
task write_element(const keys_call& of, element&& at, const guard& by, payload&& value);

// Deletes a field, if the guard allows it.
task erase_field(const keys_call& of, element&& at, const guard& by);

// What the conditions of a write ask, and its options nx and xx, where it takes those. errc::bad_request.
enum class existence_options : bool { none, nx_xx };
result<guard> read_guard(const http::request& from, existence_options taken);

}   // namespace rediserve::api::keys
