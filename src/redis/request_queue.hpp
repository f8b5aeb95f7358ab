// The batches of one connection: those that wait to be given to it and those that it owes replies to. No I/O, no clock.
#pragma once

#include "redis/pending_batch.hpp"

#include <cstddef>
#include <cstdint>

namespace rediserve::redis {

class request_queue
{
public:
    // Bounds on commands and bytes of all that is in it.
    request_queue(std::size_t most_commands, std::size_t most_bytes) noexcept
        : most_commands_(most_commands), most_bytes_(most_bytes)
    {}

    // A batch that alone is over the bound for bytes is let in when there is nothing else.
    bool has_room(const batch& commands) const noexcept;
    // Behind everything that waits. Counts its commands and bytes until remove().
    void push(pending_batch& what) noexcept;

    // The first that waits, or nullptr.
    pending_batch* first_waiting() noexcept { return waiting_.empty() ? nullptr : &waiting_.front(); }
    // The first that is owed replies, or nullptr.
    pending_batch* first_sent() noexcept { return sent_.empty() ? nullptr : &sent_.front(); }
    bool empty() const noexcept { return waiting_.empty() && sent_.empty() && refused_.empty(); }

    // `what`, the first that waits, is being given to the connection, as the bytes from `begins` on.
    void mark_sent(pending_batch& what, std::uint64_t begins) noexcept;
    // `what`, which was sent, was refused and has not run: it waits again, before all others, once restore() or lose() is
    // called. Until then neither first_waiting() nor first_sent() knows it.
    void put_back(pending_batch& what) noexcept;
    void restore() noexcept { waiting_.splice(waiting_.begin(), refused_); }
    // Takes `what` out, wherever it is.
    void remove(pending_batch& what) noexcept;

    // The connection ended after `left` bytes of what it was given had left. What certainly has not run waits again, in
    // front and in order; so does, once, what only reads, unless `reads` is no.
    enum class retry : bool { no, yes };
    struct loss
    {
        pending_list failed;       // the rest, in order, still counted
        std::size_t retried = 0;   // how many may have run and will be run again
    };
    loss lose(std::uint64_t left, retry reads) noexcept;

private:
    std::size_t most_commands_;
    std::size_t most_bytes_;
    std::size_t commands_ = 0;
    std::size_t bytes_ = 0;
    pending_list waiting_;
    pending_list sent_;
    pending_list refused_;
};

}   // namespace rediserve::redis
