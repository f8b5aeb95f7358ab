// Mixed traffic for a long time on one Redis, a Sentinel group and a cluster, with one fault after the other.
#pragma once

#include "faults/matrix.hpp"

#include <chrono>
#include <cstdint>
#include <ostream>
#include <vector>

namespace rediserve::test {

struct soak_options
{
    std::chrono::seconds length{3600};
    std::chrono::seconds every{20};   // a fault begins
    std::uint32_t seed = 1;           // of the choice of faults
    scene::options each{};            // of the three
};

// A line for each second goes to `figures`, as CSV with a heading line, all three together; what happens is told to `log`.
// Every fault comes before any comes again. What came of each of the three.
std::vector<outcome> soak(const soak_options& how, std::ostream& figures, std::ostream& log);

}   // namespace rediserve::test
