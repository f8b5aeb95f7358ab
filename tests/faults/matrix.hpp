// Plays rows of the fault matrix, and says what came of it.
#pragma once

#include "faults/fault_row.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace rediserve::test {

struct outcome
{
    std::string name;
    std::string title;
    tally told;
    findings found;
    bool shown = true;       // clients were told what they must be told
    bool listening = true;   // streams of events go on
    scene::figures before;
    scene::figures after;
    std::optional<std::chrono::milliseconds> normal_after;   // from the end of the fault; nullopt: never

    // What must not be, one sentence each.
    std::vector<std::string> failures() const;
};

// Throws std::runtime_error when the servers, the gateway or the fault cannot be brought about.
outcome play(const fault_row& row, const scene::options& how);

// Lets one row loose on a scene; how long clients were disturbed beyond it, or nullopt when they still are after a minute.
std::optional<std::chrono::milliseconds> strike(const fault_row& row, scene& on);
// Ends a scene: everything is compared, and what it holds must go back to what it held `before`.
outcome conclude(scene& on, const scene::figures& before);

// The table, with a heading line when `row` is nullptr.
std::string table_head();
std::string table_row(const outcome& of);

}   // namespace rediserve::test
