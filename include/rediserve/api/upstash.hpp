// The command API, in the words of Upstash's REST API (docs/dialects/upstash.md).
#pragma once

#include "rediserve/api/dialect.hpp"

#include <memory>

namespace rediserve::api {

// To be mounted at the root: every path that is not another dialect's is a command. One for all shards.
std::shared_ptr<const dialect> make_upstash_dialect();

}   // namespace rediserve::api
