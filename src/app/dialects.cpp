#include "app/dialects.hpp"

#include "rediserve/api/keys.hpp"

#include <utility>

namespace rediserve::app {

std::vector<api::mount> dialects(api::process_view process)
{
    const auto admin = api::make_admin_dialect(std::move(process));
    return {
        {"/keys", api::guard::token, api::make_keys_dialect("/keys")},
        {"/livez", api::guard::open, admin},
        {"/readyz", api::guard::open, admin},
        {"/version", api::guard::token, admin},
        {"/metrics", api::guard::token, admin},
    };
}

}   // namespace rediserve::app
