// From where a request reads, and what its client has written so far (docs/topologies.md).
#pragma once

#include "rediserve/api/dialect.hpp"
#include "rediserve/http/message.hpp"
#include "rediserve/redis/written.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace rediserve::api {

// In a query, of any dialect: `?read=replica`, `?read=primary`.
inline constexpr std::string_view reads_option = "read";

// Whether the query wants a replica; nullopt: it says nothing of it. errc::bad_request.
result<std::optional<bool>> wants_replica(std::string_view query);

// Of one request whose client reads from replicas. Its answer says how far the client's writes are.
class client_writes final : public http::field_source
{
public:
    // `token` is upstash-sync-token as the client has it, or anything else.
    explicit client_writes(std::string_view token);

    // Whether a token says anything of writes.
    static bool has_any(std::string_view token) noexcept;

    redis::written seen;

private:
    void add_fields(http::response& to) override;
};

}   // namespace rediserve::api
