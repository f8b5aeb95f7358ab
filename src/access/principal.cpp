#include "rediserve/access/principal.hpp"

#include <utility>

namespace rediserve::access {

namespace {

principal_ptr named(std::string name, std::shared_ptr<const rules> may)
{
    auto made = std::make_shared<principal>();
    made->name = std::move(name);
    made->may = std::move(may);
    made->used = std::make_shared<usage>();
    return made;
}

}   // namespace

usage::usage() noexcept
    : payer([] {
        static std::atomic<std::uint32_t> latest{0};
        return latest.fetch_add(1, std::memory_order_relaxed) + 1;   // 0 is the gateway itself
    }())
{}

const principal_ptr& anonymous()
{
    static const principal_ptr the_one = named("anonymous", nullptr);
    return the_one;
}

const principal_ptr& nobody()
{
    static const principal_ptr the_one = named("nobody", nothing());
    return the_one;
}

const std::shared_ptr<const rules>& nothing()
{
    static const auto the_one = std::make_shared<const rules>(rules::parse({}).value());
    return the_one;
}

}   // namespace rediserve::access
