#include "rediserve/access/principal.hpp"

#include <algorithm>
#include <list>
#include <mutex>
#include <utility>

namespace rediserve::access {

const principal& lasting(principal who)
{
    // As many as there ever were different ones: a reload with the same tokens adds none.
    static std::mutex guard;
    static std::list<principal> all;
    const std::scoped_lock lock(guard);
    const auto known = std::ranges::find(all, who);
    return known == all.end() ? all.emplace_back(std::move(who)) : *known;
}

const principal& anonymous()
{
    static const principal& the_one = lasting({.name = "anonymous"});
    return the_one;
}

const principal& nobody()
{
    static const principal& the_one = lasting({.name = "nobody", .read_only = true});
    return the_one;
}

}   // namespace rediserve::access
