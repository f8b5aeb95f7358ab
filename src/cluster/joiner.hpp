// One reply from those of several nodes to the same command (Redis documentation, "Command tips").
#pragma once

#include "rediserve/commands/routing.hpp"
#include "rediserve/redis/reply_tree.hpp"

#include <string_view>
#include <vector>

namespace rediserve::cluster {

// Whether join() makes of several replies what one Redis would have said. Not so where it is left to the client (`special`) and
// has no answer that tells of all nodes: INFO, LATENCY …, MEMORY …. Such a command is for one node. Names are in lower case.
bool can_join(commands::response_policy how, std::string_view name) noexcept;

// Joins replies to the command `name` ("script|load"), of which there is at least one. An error of any of them is the outcome,
// the first one, unless one success is enough. Replies that do not go together become an error.
redis::reply_tree join(commands::response_policy how, std::string_view name, std::vector<redis::reply_tree>&& replies);

// Helpers of this and of split: the first error among the replies; nullptr: there is none.
redis::reply_tree* first_error(std::vector<redis::reply_tree>& replies) noexcept;
// The error for replies that do not go together.
redis::reply_tree mismatch(std::string_view name);
redis::reply_tree sum(std::string_view name, const std::vector<redis::reply_tree>& replies);

}   // namespace rediserve::cluster
