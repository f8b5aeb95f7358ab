#include "rediserve/access/address_rates.hpp"

#include <algorithm>
#include <bit>
#include <random>

namespace rediserve::access {

namespace {

constexpr std::size_t neighbours = 4;   // places that an address may have

std::uint64_t random_key()
{
    std::random_device source;
    return std::uint64_t{source()} << 32 | source();
}

// The finalizer of SplitMix64.
std::uint64_t mixed(std::uint64_t z) noexcept
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

}   // namespace

address_rates::address_rates(std::size_t places)
    : key_(random_key())
    , mask_(std::bit_ceil(std::max(places, neighbours)) - 1)
    , places_(std::make_unique<place[]>(mask_ + 1))
{}

taken address_rates::take(const ip_address& from, const rate& within, std::uint64_t amount, bucket::time now) noexcept
{
    return bucket_of(hash(from)).take(within, amount, now);
}

std::uint64_t address_rates::hash(const ip_address& of) const noexcept
{
    const auto bytes = of.to_bytes();
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        high = high << 8 | bytes[i];
        low = low << 8 | bytes[i + 8];
    }
    const std::uint64_t made = mixed(mixed(high ^ key_) ^ (of.is_v4_mapped() ? low : 0));
    return made == 0 ? 1 : made;
}

bucket& address_rates::bucket_of(std::uint64_t whose) noexcept
{
    place* best = nullptr;
    for (std::size_t i = 0; i < neighbours; ++i) {
        place& one = places_[(whose + i) & mask_];
        if (one.whose.load(std::memory_order_relaxed) == whose)
            return one.left;
        if (!best || one.left.full_at() < best->left.full_at())
            best = &one;
    }
    best->whose.store(whose, std::memory_order_relaxed);
    best->left.fill();
    return best->left;
}

}   // namespace rediserve::access
