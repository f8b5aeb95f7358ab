// Batches that wait for their turn: a queue for each payer, which take turns, however much one of them has. No I/O, no clock.
#pragma once

#include "redis/pending_batch.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

namespace rediserve::redis {

// A turn is `quantum` commands: who sends large batches has to save up for them.
class fair_queue
{
public:
    static constexpr std::size_t quantum = 4;

    // Bounds of all that waits, of which one payer may take half.
    fair_queue(std::size_t most_commands, std::size_t most_bytes) noexcept
        : most_commands_(most_commands), most_bytes_(most_bytes)
    {}
    ~fair_queue();

    bool empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }

    // A batch that alone is over the bound for bytes is let in when its payer has no other.
    bool has_room(const batch& commands, std::uint32_t payer) const noexcept;
    void push(pending_batch& what);
    // Whose turn it is; not when it is empty.
    pending_batch& next() noexcept;
    // Takes it out, wherever it is.
    void remove(pending_batch& what) noexcept;

private:
    using turns = std::list<std::uint32_t>;

    struct line
    {
        pending_list waiting;
        turns::iterator turn;
        std::size_t commands = 0;
        std::size_t bytes = 0;
        std::size_t credit = 0;   // commands it may still send in this turn
    };
    std::size_t most_commands_;
    std::size_t most_bytes_;
    std::size_t commands_ = 0;
    std::size_t bytes_ = 0;
    std::size_t size_ = 0;
    std::unordered_map<std::uint32_t, line> lines_;   // of who waits
    turns order_;                                     // of the same
};

}   // namespace rediserve::redis
