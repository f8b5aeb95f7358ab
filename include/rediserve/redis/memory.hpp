// What the memory of replies leaves behind.
#pragma once

namespace rediserve::redis {

// Gives up what this thread keeps for its next replies: for after a reply that is much larger than those that follow, such as
// COMMAND's.
void forget_kept_memory() noexcept;

// Gives the system back what is free, of all threads. Takes a millisecond soon after the start, and much longer with a large
// heap, while other threads wait when they allocate: for when something begins.
void give_memory_back() noexcept;

}   // namespace rediserve::redis
