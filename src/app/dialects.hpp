// Which dialects there are, and where.
#pragma once

#include "rediserve/access/tickets.hpp"
#include "rediserve/api/admin.hpp"
#include "rediserve/api/params.hpp"
#include "rediserve/api/serve.hpp"

#include <memory>
#include <vector>

namespace rediserve::app {

std::vector<api::mount> dialects(
    const api::params& settings, api::process_view process, std::shared_ptr<access::tickets> tickets
);

}   // namespace rediserve::app
