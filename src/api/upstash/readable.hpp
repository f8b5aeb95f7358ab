// Bytes of any kind in a place where only UTF-8 may stand. Each byte that is no part of a well-formed sequence becomes
// U+FFFD, as Go's encoder does it, which the hosted service uses.
#pragma once

#include "rediserve/base/buffer.hpp"

#include <string_view>

namespace rediserve::api::upstash {

void append_readable(buffer& to, std::string_view bytes);

// As a JSON string with its quotes.
void append_readable_json(buffer& to, std::string_view bytes);

}   // namespace rediserve::api::upstash
