// What a client has written, as far as that matters for reading it from a replica: how far replication was afterwards.
// No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::redis {

// A place in what a primary sends to its replicas (Redis documentation, "Replication": replication ID and offset).
struct replication_point
{
    std::string history;        // the replication ID: 40 hexadecimal digits
    std::uint64_t offset = 0;   // bytes

    bool operator==(const replication_point&) const = default;
};

// One point for each primary that was written to.
class written
{
public:
    static constexpr std::size_t most = 64;

    // How far one of several primaries is. Of two points of one history the later counts. When there are more histories than
    // `most`, all is in doubt.
    void note(replication_point point);
    // How far the only primary is, and so behind whatever was noted before.
    void note_only(replication_point point);
    // Something was written, and nobody knows how far that is: no replica can be trusted to have it.
    void note_unknown() noexcept { in_doubt_ = true; }

    bool nothing() const noexcept { return points_.empty() && !in_doubt_; }
    bool in_doubt() const noexcept { return in_doubt_; }
    std::span<const replication_point> points() const noexcept { return points_; }

    // "HISTORY:OFFSET.HISTORY:OFFSET", the offsets to base 36, and "?" for what is in doubt. No bytes but letters, digits
    // and ".:?".
    std::string text() const;
    // Whatever is no such text is nothing that was written.
    static written parse(std::string_view text);

private:
    std::vector<replication_point> points_;
    bool in_doubt_ = false;
};

}   // namespace rediserve::redis
