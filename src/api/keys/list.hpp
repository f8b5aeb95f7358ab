// The ways of reading many keys.
#pragma once

#include "api/keys/handlers.hpp"
#include "api/keys/scan_request.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::keys {

// One page of keys.
task read_page(keys_call of, scan_request wish);

// All keys from the cursor on, a line a key.
task stream_keys(keys_call of, scan_request wish);

// The values of these keys.
task read_values(keys_call of, std::vector<std::string> names);

// The keys that the options `key` name. errc::bad_request for one that can be none, errc::uri_too_long.
result<std::vector<std::string>> named_keys(const query& from, std::size_t longest_key);

// GET with ?watch=: a key, or all that begin with what stands before a star.
struct watch_request
{
    std::string name;
    bool prefix = false;
    bool snapshot = true;   // first, and after a gap, all that there is

    // errc::bad_request, body_too_large.
    static result<watch_request> read(const query& from, std::size_t most_bytes);
};

task watch_keys(const keys_call& of, watch_request&& wish);

}   // namespace rediserve::api::keys
