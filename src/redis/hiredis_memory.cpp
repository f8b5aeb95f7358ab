#include "redis/hiredis_memory.hpp"

#include "rediserve/redis/memory.hpp"

#include <hiredis/alloc.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace rediserve::redis {

namespace {

// Whether a sanitizer watches the memory.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool watched = true;
#elif defined(__has_feature)
constexpr bool watched = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool watched = false;
#endif

constexpr std::size_t step = 16;       // between the sizes of blocks that are kept
constexpr std::size_t sizes = 16;      // so up to 256 bytes
constexpr std::uint32_t most = 4096;   // of each size and thread

// Stands in front of every block, and keeps what follows aligned.
struct alignas(std::max_align_t) header
{
    header* next;           // of those that are kept
    std::uint32_t number;   // of its size; 0: of another, not kept
};

struct shelf
{
    header* first;
    std::uint32_t count;
};

// Never freed as a whole: threads live as long as the process.
thread_local std::array<shelf, sizes + 1> shelves;

header* header_of(void* block) noexcept
{
    return static_cast<header*>(block) - 1;
}

bool is_large(std::size_t size) noexcept
{
    return size > step * sizes;
}

void* take(std::size_t size) noexcept
{
    const std::size_t number = is_large(size) ? 0 : std::max<std::size_t>((size + step - 1) / step, 1);
    shelf& from = shelves[number];
    header* taken = from.first;   // of number 0 there never is one
    if (taken) {
        from.first = taken->next;
        --from.count;
    } else {
        taken = static_cast<header*>(std::malloc(sizeof(header) + (number ? number * step : size)));
        if (!taken)
            return nullptr;
        taken->number = static_cast<std::uint32_t>(number);
    }
    return taken + 1;
}

void give(void* block) noexcept
{
    if (!block)
        return;
    header* const given = header_of(block);
    shelf& to = shelves[given->number];
    if (given->number == 0 || to.count == most)
        return std::free(given);
    given->next = to.first;
    to.first = given;
    ++to.count;
}

void* take_zeroed(std::size_t count, std::size_t size) noexcept
{
    if (size != 0 && count > (SIZE_MAX - sizeof(header)) / size)
        return nullptr;
    if (is_large(count * size)) {   // that an array is announced touches no memory
        auto* const made = static_cast<header*>(std::calloc(1, sizeof(header) + count * size));
        return made ? made + 1 : nullptr;
    }
    void* const taken = take(count * size);
    return taken ? std::memset(taken, 0, count * size) : nullptr;
}

void* take_again(void* block, std::size_t size) noexcept
{
    if (!block)
        return take(size);
    header* const had = header_of(block);
    const std::size_t room = had->number * step;
    if (had->number == 0 && is_large(size)) {   // large ones grow by moving pages
        auto* const grown = static_cast<header*>(std::realloc(had, sizeof(header) + size));
        return grown ? grown + 1 : nullptr;
    }
    void* const taken = take(size);
    if (!taken)
        return nullptr;
    std::memcpy(taken, block, had->number == 0 ? size : std::min(room, size));
    give(block);
    return taken;
}

char* take_copy(const char* text) noexcept
{
    const std::size_t size = std::strlen(text) + 1;
    void* const taken = take(size);
    return taken ? static_cast<char*>(std::memcpy(taken, text, size)) : nullptr;
}

bool install() noexcept
{
    hiredisAllocFuncs functions{take, take_zeroed, take_again, take_copy, give};
    if (!watched)
        hiredisSetAllocators(&functions);
    return !watched;
}

const bool installed = install();

}   // namespace

bool hiredis_memory_is_kept() noexcept
{
    return installed;
}

void forget_kept_memory() noexcept
{
    for (shelf& one : shelves) {
        while (header* const kept = one.first) {
            one.first = kept->next;
            std::free(kept);
        }
        one.count = 0;
    }
}

void give_memory_back() noexcept
{
    // A sanitizer brings its own malloc(): glibc's arena is then never set up, and trimming it from two threads at once reads
    // through its null pointers.
    if (!watched)
        ::malloc_trim(0);
}

}   // namespace rediserve::redis
