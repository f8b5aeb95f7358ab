// What is published, as server-sent events (WHATWG HTML, 9.2): one streamed answer per listener.
#pragma once

#include "rediserve/api/dialect.hpp"
#include "rediserve/base/task.hpp"
#include "rediserve/redis/subscription.hpp"

#include <string>
#include <vector>

namespace rediserve::api::upstash {

// Streams until the client leaves, is too far behind, or the gateway shuts down. The head is not sent before Redis has
// confirmed the first name: what it refuses is answered 400.
task stream_events(call of, redis::subscription_kind kind, std::vector<std::string> names);

}   // namespace rediserve::api::upstash
