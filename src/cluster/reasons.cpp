#include "cluster/reasons.hpp"

namespace rediserve::cluster {

error not_served()
{
    return error(errc::backend_unavailable, "no node of the cluster serves the slot of this key", executed::no);
}

error what_it_says(redirect::kind is)
{
    const bool moving = is != redirect::kind::down;
    return error(
        errc::backend_unavailable,
        moving ? "the keys are being moved, or their node is being replaced" : "the cluster says CLUSTERDOWN",
        executed::no
    );
}

error cross_slot()
{
    return error(
        errc::cross_slot,
        "the keys are in different slots of the cluster; keys with the same {hash tag}, such as {user:1}:name and "
        "{user:1}:age, are in the same one",
        executed::no
    );
}

}   // namespace rediserve::cluster
