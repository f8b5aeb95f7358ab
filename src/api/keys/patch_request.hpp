// What a PATCH of one key asks for.
#pragma once

#include "api/keys/expiry.hpp"
#include "rediserve/base/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::api::keys {

// A new name, a new expiry, or both.
struct patch_request
{
    keys::expiry expiry;
    std::optional<std::string> rename;
    bool to_free_name = false;   // `"nx":true`

    // errc::bad_request; errc::uri_too_long for a new name of more than `longest_key` bytes.
    static result<patch_request> read(std::string_view document, std::size_t longest_key);
};

}   // namespace rediserve::api::keys
