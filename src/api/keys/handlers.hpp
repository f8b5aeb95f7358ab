// The calls of the keys dialect, one function each (docs/dialects/keys.md). They are not coroutines: each reads the
// request, which is only a view, and returns the coroutine that does the rest, so that a call has one frame.
#pragma once

#include "api/errors.hpp"
#include "api/keys/key_name.hpp"
#include "rediserve/api/dialect.hpp"

#include <string>
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

// Inside a hash. `field` may hold any bytes, or none.
task get_fields(const keys_call& of, key_name&& key);
task patch_fields(const keys_call& of, key_name&& key);
task get_field(const keys_call& of, key_name&& key, std::string&& field);
task put_field(const keys_call& of, key_name&& key, std::string&& field);
task delete_field(const keys_call& of, key_name&& key, std::string&& field);
task increment_field(const keys_call& of, key_name&& key, std::string&& field);

// Inside a list. `index` is what the path says.
task get_items(const keys_call& of, key_name&& key);
task push_items(const keys_call& of, key_name&& key);
task pop_items(const keys_call& of, key_name&& key);
task get_item(const keys_call& of, key_name&& key, std::string&& index);
task put_item(const keys_call& of, key_name&& key, std::string&& index);

// Inside a set.
task get_members(const keys_call& of, key_name&& key);
task add_members(const keys_call& of, key_name&& key);
task remove_members(const keys_call& of, key_name&& key);
task get_member(const keys_call& of, key_name&& key, std::string&& member);
task put_member(const keys_call& of, key_name&& key, std::string&& member);
task delete_member(const keys_call& of, key_name&& key, std::string&& member);

// Inside a sorted set.
task get_scores(const keys_call& of, key_name&& key);
task add_scores(const keys_call& of, key_name&& key);
task get_score(const keys_call& of, key_name&& key, std::string&& member);
task put_score(const keys_call& of, key_name&& key, std::string&& member);
task delete_score(const keys_call& of, key_name&& key, std::string&& member);
task increment_score(const keys_call& of, key_name&& key, std::string&& member);

// Inside a stream. `id` is what the path says.
task get_entries(const keys_call& of, key_name&& key);
task add_entry(const keys_call& of, key_name&& key);
task get_entry(const keys_call& of, key_name&& key, std::string&& id);
task delete_entry(const keys_call& of, key_name&& key, std::string&& id);

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
