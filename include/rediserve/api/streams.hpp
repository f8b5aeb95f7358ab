// The streams dialect: Redis streams as server-sent events that can be resumed (docs/dialects/streams.md).
#pragma once

#include "rediserve/api/dialect.hpp"

#include <memory>
#include <string_view>

namespace rediserve::api {

// `prefix` is where it will be mounted, `keys` where the keys dialect is: an entry that was added is found there.
std::shared_ptr<const dialect> make_streams_dialect(std::string_view prefix, std::string_view keys);

}   // namespace rediserve::api
