// How far a server's data has come, as INFO replication says. No I/O.
#pragma once

#include "rediserve/redis/params.hpp"
#include "rediserve/redis/reply.hpp"
#include "rediserve/redis/written.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::redis {

struct replication_state
{
    replication_point at;
    // The history that this one goes on from, and the first offset that they do not share.
    std::string former;
    std::uint64_t parted = 0;

    std::vector<place> replicas;   // of a primary: those that are in step, as it knows them

    // nullopt: it says nothing of that (Redis before 4, an error).
    static std::optional<replication_state> parse(std::string_view info);
    // The same of the reply to INFO, which in RESP3 is a verbatim string.
    static std::optional<replication_state> told_by(const reply_view& info);

    // Whether the server has all of that: of nothing it has, of what it cannot tell it has not.
    bool has(const written& all) const noexcept;
};

}   // namespace rediserve::redis
