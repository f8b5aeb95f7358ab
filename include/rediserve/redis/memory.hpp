// What the memory of replies leaves behind.
#pragma once

namespace rediserve::redis {

// Gives the system back what this thread keeps for its next replies, and all else that is free: for after a reply that is much
// larger than those that follow, such as COMMAND's. Takes a millisecond; other threads wait for it when they allocate.
void give_memory_back() noexcept;

}   // namespace rediserve::redis
