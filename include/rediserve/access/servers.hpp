// The Redis servers that the requests of a shard are given, as a snapshot: a reload brings another one.
#pragma once

#include "rediserve/commands/command_table.hpp"
#include "rediserve/redis/backend.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace rediserve::access {

// Whoever uses it holds it: one that is taken out of the configuration goes when nobody does any more. Its shard's thread.
struct server
{
    std::size_t number = 0;              // principal::backend
    redis::backend* backend = nullptr;   // never nullptr
    bool reads_replicas = false;         // unless a principal or a request wants it otherwise
    // What it has said of its commands; until then, what is built in.
    std::shared_ptr<const commands::command_table> commands = commands::command_table::built_in();
};

using server_ptr = std::shared_ptr<const server>;

class servers
{
public:
    // At least one. The first is the one of redis.url, or whatever stands in its place.
    explicit servers(std::vector<server_ptr> all);

    // nullptr: it is none of these. 0 is the first one, whatever its number.
    const server_ptr& find(std::size_t number) const noexcept;
    const std::vector<server_ptr>& all() const noexcept { return all_; }

private:
    server_ptr first_;
    std::vector<server_ptr> all_;   // by number
};

}   // namespace rediserve::access
