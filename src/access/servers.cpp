#include "rediserve/access/servers.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::access {

namespace {

std::size_t number_of(const server_ptr& one) noexcept
{
    return one->number;
}

}   // namespace

servers::servers(std::vector<server_ptr> all) : first_(all.front()), all_(std::move(all))
{
    std::ranges::sort(all_, {}, number_of);
}

const server_ptr& servers::find(std::size_t number) const noexcept
{
    static const server_ptr none;
    if (number == 0)
        return first_;
    const auto at = std::ranges::lower_bound(all_, number, {}, number_of);
    return at != all_.end() && (*at)->number == number ? *at : none;
}

}   // namespace rediserve::access
