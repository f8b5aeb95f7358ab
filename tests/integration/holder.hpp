// Who waits for a lease, and keeps it.
#pragma once

#include "rediserve/redis/lease.hpp"

#include <optional>
#include <utility>

namespace rediserve::redis {

class holder final : public lease_waiter
{
public:
    lease held;
    std::optional<error> failure;

    bool over() const noexcept { return failure.has_value() || static_cast<bool>(held); }

private:
    void on_lease(lease got) noexcept override { held = std::move(got); }
    void on_failure(error why) noexcept override { failure = std::move(why); }
};

}   // namespace rediserve::redis
