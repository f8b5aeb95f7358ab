#include "rediserve/redis/node_names.hpp"

#include "rediserve/base/bytes.hpp"

namespace rediserve::redis {

place node_names::reachable(place announced) const
{
    for (const auto& [said, meant] : map_)
        if (said.port == announced.port && iequals(said.host, announced.host))
            return meant;
    return announced;
}

}   // namespace rediserve::redis
