#include "api/reads.hpp"

#include "api/sync_token.hpp"
#include "api/text.hpp"

#include <string>

namespace rediserve::api {

namespace {

constexpr char behind_number = '.';   // of sync_token

std::string_view writes_in(std::string_view token) noexcept
{
    const auto dot = token.find(behind_number);
    return dot == std::string_view::npos ? std::string_view() : token.substr(dot + 1);
}

}   // namespace

result<std::optional<bool>> wants_replica(std::string_view query)
{
    while (!query.empty()) {
        std::string_view value = take_part(query, '&');
        if (take_part(value, '=') != reads_option)
            continue;
        if (value == "replica" || value == "primary")
            return std::optional(value == "replica");
        return error(errc::bad_request, "the option \"read\" must be replica or primary");
    }
    return std::optional<bool>();
}

client_writes::client_writes(std::string_view token) : seen(redis::written::parse(writes_in(token))) {}

bool client_writes::has_any(std::string_view token) noexcept
{
    return !writes_in(token).empty();
}

void client_writes::add_fields(http::response& to)
{
    std::string token(next_sync_token());
    if (!seen.nothing())
        token.append(1, behind_number).append(seen.text());
    to.field("upstash-sync-token", token);
}

}   // namespace rediserve::api
