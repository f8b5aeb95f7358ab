// The document with which a value of any type is stored: `application/vnd.rediserve+json`.
#pragma once

#include "api/keys/expiry.hpp"
#include "api/keys/kind.hpp"
#include "rediserve/base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::keys {

inline constexpr std::string_view envelope_type = "application/vnd.rediserve+json";

// Redis takes no command of more than 1024 * 1024 arguments; scripts bring a few of their own.
inline constexpr std::size_t most_arguments = 1'000'000;

// What a document asks to be stored. It has the form that GET answers: `value`, and also `type`, `encoding` and `ttl`. What
// else GET writes (`key`, `key_encoding`, `size`) says nothing about the new key and is not looked at.
struct envelope
{
    keys::kind type = kind::string;
    std::string text;                                 // the value of a string
    std::vector<std::vector<std::string>> commands;   // that write any other value, without the key: {"HSET", "f", "v"}
    keys::expiry expiry;

    // errc::bad_request; errc::body_too_large for more than most_arguments.
    static result<envelope> read(std::string_view document);
};

}   // namespace rediserve::api::keys
