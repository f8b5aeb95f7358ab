// Errors by which a node of a cluster says that a command was not run here and now (Redis Cluster specification, "Redirection
// and resharding").
#pragma once

#include "rediserve/redis/params.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace rediserve::cluster {

struct redirect
{
    enum class kind : std::uint8_t {
        moved,       // the slot is served by another node, from now on
        ask,         // this once, by another node, after ASKING
        try_again,   // the keys are on two nodes while their slot moves, or the node is no primary any more
        down,        // the slot, or the whole cluster, is served by nobody
    };

    kind is = kind::down;
    std::uint16_t slot = 0;   // moved and ask
    redis::place to;          // moved and ask; as announced. Its host is empty where the cluster does not know it
};

// What the text of an error means, given by the node at `asked`. nullopt: it is an error like others. Cheap for those.
std::optional<redirect> read_redirect(std::string_view error_text, const redis::place& asked);

}   // namespace rediserve::cluster
