// What a stream holds, what of it somebody has seen, and whether anything is gone between the two. Pure.
#pragma once

#include "api/keys/stream_id.hpp"
#include "rediserve/redis/reply.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace rediserve::api::streams {

using keys::stream_id;

std::string text_of(stream_id id);
// The least id that is above.
stream_id after(stream_id id) noexcept;
// The greatest id that is below; 0-0 of 0-0.
stream_id before(stream_id id) noexcept;

// As XINFO STREAM tells it.
struct history
{
    stream_id first = {};   // of what is there
    stream_id last = {};    // that was ever added
    std::int64_t length = 0;
    std::optional<std::int64_t> added = 0;   // entries, ever; nullopt: before Redis 7
    bool exists = false;

    // An error is taken for a key that is not there. nullopt: no reply of XINFO STREAM.
    static std::optional<history> read(const redis::reply_view& reply);
};

// How far somebody has come.
struct position
{
    stream_id seen = {};
    std::optional<std::int64_t> added = {};   // entries up to there, ever; nullopt: not known

    bool operator==(const position&) const = default;

    // What is added from now on. To be replaced by end_of().
    static constexpr position end() noexcept { return {stream_id::highest(), {}}; }
    bool is_end() const noexcept { return seen == stream_id::highest(); }
    // All that is there, whatever was before.
    static constexpr position start() noexcept { return {}; }
};

position end_of(const history& now) noexcept;

// Whether entries behind `from` may have been there that are not there any more. In doubt: they may.
bool has_gap(const position& from, const history& now) noexcept;

// Where to go on after a gap: at the first entry that is there.
position beyond_gap(const history& now) noexcept;

}   // namespace rediserve::api::streams
