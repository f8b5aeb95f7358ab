// What sentinels say, read (Redis documentation, "High availability with Redis Sentinel"). No I/O.
#pragma once

#include "rediserve/redis/params.hpp"
#include "rediserve/redis/reply.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace rediserve::redis {

// The answer to SENTINEL GET-MASTER-ADDR-BY-NAME; nullopt when it names no place.
std::optional<place> master_in(const reply_view& reply);

// The answer to SENTINEL SENTINELS: the others of the group. What it does not understand, it leaves out.
std::vector<place> sentinels_in(const reply_view& reply);

struct master_switch
{
    place from;
    place to;

    bool operator==(const master_switch&) const = default;
};

// What a message of the channel +switch-master says about the group `name`; nullopt: nothing.
std::optional<master_switch> switch_in(const reply_view& message, std::string_view name);

}   // namespace rediserve::redis
