// The calls of the keys dialect, one function each (docs/dialects/keys.md). They are not coroutines: each reads the
// request, which is only a view, and returns the coroutine that does the rest, so that a call has one frame.
#pragma once

#include "api/errors.hpp"
#include "api/keys/key_name.hpp"
#include "rediserve/api/dialect.hpp"

#include <string_view>

namespace rediserve::api::keys {

struct keys_call : call
{
    std::string_view prefix;   // where the dialect is mounted; as long-lived as the dialect
};

// One key.
task get_key(const keys_call& of, key_name&& key);
task head_key(const keys_call& of, key_name&& key);
task put_key(const keys_call& of, key_name&& key);
task patch_key(const keys_call& of, key_name&& key);
task delete_key(const keys_call& of, key_name&& key);
task increment_key(const keys_call& of, key_name&& key);
task append_to_key(const keys_call& of, key_name&& key);

// Many keys.
task get_keys(const keys_call& of);
task put_keys(const keys_call& of);
task delete_keys(const keys_call& of);

// Answers with an error, and there is nothing left to do.
inline task refuse(const call& of, const error& why)
{
    api::fail(of, why);
    return {};
}

}   // namespace rediserve::api::keys
