#include "app/dialects.hpp"

#include "rediserve/api/keys.hpp"
#include "rediserve/api/streams.hpp"
#include "rediserve/api/tickets.hpp"
#include "rediserve/api/upstash.hpp"

#include <utility>

namespace rediserve::app {

std::vector<api::mount> dialects(
    const api::params& settings, api::process_view process, std::shared_ptr<access::tickets> tickets
)
{
    const auto admin = api::make_admin_dialect(std::move(process));
    std::vector<api::mount> all{
        {"/keys", api::guard::token, api::make_keys_dialect("/keys")},
        {"/streams", api::guard::token, api::make_streams_dialect("/streams", "/keys")},
        {"/livez", api::guard::open, admin},
        {"/readyz", api::guard::open, admin},
        {"/version", api::guard::token, admin},
        {"/metrics", api::guard::token, admin},
        {"/openapi.json", api::guard::token, admin},
        {"/tickets", api::guard::token, api::make_tickets_dialect(std::move(tickets))},
    };
    if (settings.upstash.enabled)
        all.push_back({"", api::guard::token, api::make_upstash_dialect()});
    return all;
}

}   // namespace rediserve::app
