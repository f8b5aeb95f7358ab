// The rows of the fault matrix: what is done to a scene, and what clients must be told of it.
#pragma once

#include "faults/scene.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::test {

struct fault_row
{
    std::string_view name;    // "redis_killed"
    std::string_view title;   // in the table
    // A part of what some client must be told: "redis_timeout"; "": nothing in particular. `unnoticed`: nobody may be told of
    // any failure.
    std::string_view shows;
    std::unique_ptr<backend_group> (*servers)();
    // Lets it loose, holds it, and puts everything right again.
    void (*strike)(scene& on);
    std::string (*why_not)() = nullptr;   // why this machine cannot do it, or ""
};
inline constexpr std::string_view unnoticed = "-";

const std::vector<fault_row>& standalone_rows();
const std::vector<fault_row>& sentinel_rows();
const std::vector<fault_row>& cluster_rows();
// Servers on which every row of those can be let loose that needs nothing special of the machine (no `why_not`).
std::unique_ptr<backend_group> standalone_for_all();

// Rows of all topologies, as the matrix has them.
std::vector<fault_row> all_rows();

}   // namespace rediserve::test
