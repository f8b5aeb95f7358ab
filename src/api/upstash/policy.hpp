// Which commands may be sent at all: those that change the connection they come on would change it for everybody else, as
// the connections to Redis are shared.
#pragma once

#include "rediserve/access/gate.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rediserve::api::upstash {

enum class verdict : std::uint8_t {
    pass,
    refused,
    ok,      // needs no Redis: answered OK
    token,   // ACL RESTTOKEN, which only Upstash's Redis knows
};

// `words` is a command, name first; not empty.
verdict judge(std::span<const std::string_view> words) noexcept;

// What Redis says of a command that a user may not run, or not with these keys.
std::string not_permitted(const access::decision& why);

// What a refused command is answered.
std::string not_over_rest(std::string_view name);

}   // namespace rediserve::api::upstash
