// The sentinels of a group that are known: those of the address, and those that they know of. No I/O.
#pragma once

#include "rediserve/redis/params.hpp"

#include <vector>

namespace rediserve::redis {

class sentinel_list
{
public:
    static constexpr std::size_t most = 64;

    explicit sentinel_list(std::vector<place> seeds) : seeds_(seeds), known_(std::move(seeds)) {}

    // In the order in which to ask them.
    const std::vector<place>& all() const noexcept { return known_; }

    // `others` are those that one of them knows of now. Who is neither among them nor a seed is gone, but for `teller`.
    void learn(const place& teller, const std::vector<place>& others);
    // It has answered: it is asked first.
    void answered(const place& which);
    // It has not: it is asked last.
    void failed(const place& which);

private:
    std::vector<place> seeds_;
    std::vector<place> known_;
};

}   // namespace rediserve::redis
