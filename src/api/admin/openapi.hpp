// The OpenAPI document, docs/openapi.yaml as JSON. tools/openapi_to_cpp writes its source at build time.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace rediserve::api {

extern const std::span<const std::string_view>
    openapi_pieces;                          // one after the other; no compiler need take it all in one literal
extern const std::size_t openapi_size;       // bytes of all pieces together
extern const std::string_view openapi_tag;   // its entity tag, in quotes

}   // namespace rediserve::api
