// The admin dialect, for operators: /livez /readyz /version /metrics /openapi.json (docs/operations.md).
#pragma once

#include "rediserve/api/dialect.hpp"

#include <functional>
#include <memory>
#include <string>

namespace rediserve::api {

// What the process tells about itself. Called from any shard's thread.
struct process_view
{
    std::function<std::string()> not_ready;      // why it should be sent no requests now; empty: it may
    std::function<std::string()> metrics_text;   // Prometheus text exposition format 0.0.4
};

// Mount it at each of its five paths; it answers exactly those.
std::shared_ptr<const dialect> make_admin_dialect(process_view of);

}   // namespace rediserve::api
