// Memory for hiredis. It takes three small blocks for every command and its reply; a pipeline of a hundred holds so many at
// once that malloc's own caches overflow. Here every thread keeps small blocks for the next time.
#pragma once

#include <cstddef>

namespace rediserve::redis {

// Done before main(), so that hiredis never frees a block of one kind as the other. Refer to it from what uses hiredis, or
// the linker leaves it out. False where a sanitizer watches: that is to see each block.
bool hiredis_memory_is_kept() noexcept;

}   // namespace rediserve::redis
