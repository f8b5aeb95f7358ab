// A rate for each address that requests come from, in bounded memory.
#pragma once

#include "rediserve/access/networks.hpp"
#include "rediserve/access/rate.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace rediserve::access {

// A fixed table of buckets, found by a keyed hash of the address; of IPv6 its first 64 bits, which is what one
// subscriber is given. Where all places of an address are taken, the bucket that is fullest gives way: it is the one whose
// address has asked least of late. So with more active addresses than places some are treated as if they were new, and
// nobody ever pays for somebody else. Any thread; never blocks.
class address_rates
{
public:
    // `places` is rounded up to a power of two. 16 bytes each.
    explicit address_rates(std::size_t places = std::size_t{1} << 16);

    taken take(const ip_address& from, const rate& within, std::uint64_t amount, bucket::time now) noexcept;

private:
    struct place
    {
        std::atomic<std::uint64_t> whose{0};   // the hash; 0: nobody's
        bucket left;
    };

    std::uint64_t hash(const ip_address& of) const noexcept;
    bucket& bucket_of(std::uint64_t whose) noexcept;

    std::uint64_t key_;   // so that nobody can choose addresses that meet
    std::size_t mask_;
    std::unique_ptr<place[]> places_;
};

}   // namespace rediserve::access
