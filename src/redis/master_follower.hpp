// Who connects to the master of a group, wherever that is.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/redis/params.hpp"

namespace rediserve::redis {

class master_follower
{
public:
    // What came of sentinels::locate().
    virtual void on_located(const place& at) noexcept = 0;
    virtual void on_not_located(const error& why) noexcept = 0;
    // The master is elsewhere from now on.
    virtual void on_moved(const place& to) noexcept = 0;

protected:
    ~master_follower() = default;
};

}   // namespace rediserve::redis
