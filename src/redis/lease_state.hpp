// What a leased connection was left in by the commands that were sent on it: whether the next user may have it. No I/O.
#pragma once

#include <string_view>

namespace rediserve::redis {

class lease_state
{
public:
    // A command was sent. `name` is as the client wrote it.
    void sent(std::string_view name) noexcept;

    // No transaction is open, no key is watched, nothing about the connection itself was changed.
    bool clean() const noexcept { return !watching_ && !in_transaction_ && !altered_; }

private:
    bool watching_ = false;
    bool in_transaction_ = false;
    bool altered_ = false;
};

}   // namespace rediserve::redis
