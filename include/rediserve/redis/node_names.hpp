// What the nodes of a cluster are called where the gateway runs: behind a NAT they announce places that nobody outside can
// reach.
#pragma once

#include "rediserve/redis/params.hpp"

#include <string>
#include <utility>
#include <vector>

namespace rediserve::redis {

class node_names
{
public:
    node_names() = default;
    // Pairs of an announced place and the one where that node can be reached. Hosts are compared in any case.
    explicit node_names(std::vector<std::pair<place, place>> map) : map_(std::move(map)) {}

    // Where the node can be reached that announces itself as `announced`; a place that is not listed is right as it is.
    place reachable(place announced) const;

private:
    std::vector<std::pair<place, place>> map_;
};

}   // namespace rediserve::redis
