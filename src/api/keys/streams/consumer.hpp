// What a consumer of a group is to read next. No I/O.
#pragma once

#include "api/keys/streams/follow_request.hpp"
#include "rediserve/base/deadline_set.hpp"
#include "rediserve/redis/command.hpp"
#include "rediserve/redis/reply.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rediserve::api::streams {

// First what it was given before and has not acknowledged, page by page; then what others have left lying for long, where it
// claims that; then what is new.
class consumer
{
public:
    explicit consumer(const follow_request& wish) : wish_(wish) {}

    // There may be more to read.
    void look(steady_time now) noexcept;
    bool has_more() const noexcept { return next_ != source::none; }

    // Reads a page.
    redis::batch command(std::string_view key) const;
    // All that it may come to send, to be admitted.
    redis::batch all_commands(std::string_view key) const;
    // The entries of its reply, which is no error.
    redis::reply_view take(const redis::reply_view& reply, steady_time now);
    // The reply was lost. What it gave is this consumer's, and is read as that; entries that it claimed come when they may be
    // claimed again.
    void lose() noexcept { next_ = source::own; }

    // When it is to look for what others have left lying; never, unless it claims.
    steady_time claims_at() const noexcept { return wish_.claim ? claims_at_ : never; }

private:
    enum class source : std::uint8_t { none, own, claimed, fresh };

    bool claims(steady_time now) const noexcept { return wish_.claim && claims_at_ <= now; }
    void add_read(redis::batch& to, std::string_view key, std::string_view from) const;
    void add_claim(redis::batch& to, std::string_view key) const;
    redis::reply_view take_given(const redis::reply_view& reply, steady_time now);
    redis::reply_view take_claimed(const redis::reply_view& reply, steady_time now);

    follow_request wish_;
    source next_ = source::own;
    std::string seen_ = "0-0";     // the last entry that was read and not claimed
    std::string cursor_ = "0-0";   // of XAUTOCLAIM
    steady_time claims_at_{};
};

}   // namespace rediserve::api::streams
