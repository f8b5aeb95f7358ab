// The table of calls: what is offered where, and the function that answers it.
#pragma once

#include "api/keys/handlers.hpp"
#include "api/keys/resource.hpp"
#include "rediserve/http/message.hpp"

#include <string>
#include <variant>

namespace rediserve::api::keys {

using on_keys = task (*)(const keys_call& of);
using on_key = task (*)(const keys_call& of, key_name&& key);
using on_part = task (*)(const keys_call& of, key_name&& key, std::string&& part);

struct offer
{
    keys::place place;
    http::method method;
    std::variant<on_keys, on_key, on_part> start;
};

// nullptr: this method is not offered there. Where nothing else is said, HEAD is answered by GET.
const offer* find_offer(place at, http::method method) noexcept;

// As an Allow header lists them.
std::string allowed_methods(place at);

}   // namespace rediserve::api::keys
