// Backends of a test as the servers of a shard.
#pragma once

#include "rediserve/access/servers.hpp"

#include <initializer_list>
#include <memory>
#include <vector>

namespace rediserve::test {

// Numbered from 0, in their order.
inline access::servers servers_of(
    std::initializer_list<redis::backend*> all,
    const std::shared_ptr<const commands::command_table>& commands = commands::command_table::built_in()
)
{
    std::vector<access::server_ptr> made;
    for (redis::backend* const one : all)
        made.push_back(std::make_shared<access::server>(access::server{
            .number = made.size(), .backend = one, .commands = commands}));
    return access::servers(std::move(made));
}

}   // namespace rediserve::test
