// The option redis.node_map: "announced=reachable" pairs by commas.
#pragma once

#include "rediserve/config/config.hpp"

#include <string>
#include <string_view>

namespace rediserve::config {

std::string get_node_map(const settings& from);
// Returns what is wrong with `text`, or nothing.
std::string set_node_map(settings& to, std::string_view text);

}   // namespace rediserve::config
