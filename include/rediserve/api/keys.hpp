// The keys dialect: Redis keys as HTTP resources (docs/dialects/keys.md).
#pragma once

#include "rediserve/api/dialect.hpp"

#include <memory>
#include <string_view>

namespace rediserve::api {

// `prefix` is where it will be mounted: paths are read, and links written, relative to it.
std::shared_ptr<const dialect> make_keys_dialect(std::string_view prefix);

}   // namespace rediserve::api
