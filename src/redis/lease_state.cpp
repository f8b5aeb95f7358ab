#include "redis/lease_state.hpp"

#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>

namespace rediserve::redis {

namespace {

// Commands that change the connection for good (Redis' command reference, group "connection", and what enters a mode).
constexpr std::array<std::string_view, 15> altering = {
    "ASKING",   "AUTH",      "CLIENT", "HELLO",  "MONITOR",    "PSUBSCRIBE", "PSYNC", "QUIT",
    "READONLY", "READWRITE", "RESET",  "SELECT", "SSUBSCRIBE", "SUBSCRIBE",  "SYNC",
};

}   // namespace

void lease_state::sent(std::string_view name) noexcept
{
    if (iequals(name, "WATCH"))
        watching_ = true;
    else if (iequals(name, "UNWATCH"))
        watching_ = false;
    else if (iequals(name, "MULTI"))
        in_transaction_ = true;
    else if (iequals(name, "EXEC") || iequals(name, "DISCARD"))
        watching_ = in_transaction_ = false;
    else if (std::ranges::any_of(altering, [name](std::string_view one) { return iequals(name, one); }))
        altered_ = true;
}

}   // namespace rediserve::redis
