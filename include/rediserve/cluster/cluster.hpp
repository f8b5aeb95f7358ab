// A Redis or Valkey Cluster behind one backend (Redis documentation, "Redis cluster specification").
//
// Commands go to the node that serves the slot of their keys, those without keys to any node or to all, as the server's own
// tips say. MOVED and ASK are followed; CLUSTERDOWN, TRYAGAIN and a node that is gone are waited out for as long as a command
// may take. What may have run is never run again, unless it only reads.
#pragma once

#include "rediserve/commands/command_table.hpp"
#include "rediserve/redis/backend.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace rediserve::cluster {

// A backend of the cluster that settings.address.seeds belong to. Each node has as many connections as settings say. Commands
// are routed by what stands at `table`, whichever it is at the time; a table that is built in knows the most common ones.
//
// What a single Redis does not say: errc::cross_slot for keys in several slots of a command that cannot be split, of a
// transaction or on a lease; backend_unavailable also for a slot that nobody serves.
std::unique_ptr<redis::backend> make_cluster(
    boost::asio::io_context& context, const redis::params& settings, telemetry::shard_metrics& metrics,
    const std::shared_ptr<const commands::command_table>& table
);

}   // namespace rediserve::cluster
