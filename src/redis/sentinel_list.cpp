#include "redis/sentinel_list.hpp"

#include <algorithm>

namespace rediserve::redis {

namespace {

bool contains(const std::vector<place>& all, const place& one)
{
    return std::ranges::find(all, one) != all.end();
}

}   // namespace

void sentinel_list::learn(const place& teller, const std::vector<place>& others)
{
    std::erase_if(known_, [&](const place& one) {
        return one != teller && !contains(seeds_, one) && !contains(others, one);
    });
    for (const place& one : others)
        if (known_.size() < most && !contains(known_, one))
            known_.push_back(one);
}

void sentinel_list::answered(const place& which)
{
    const auto at = std::ranges::find(known_, which);
    if (at != known_.end())
        std::rotate(known_.begin(), at, at + 1);
}

void sentinel_list::failed(const place& which)
{
    const auto at = std::ranges::find(known_, which);
    if (at != known_.end())
        std::rotate(at, at + 1, known_.end());
}

}   // namespace rediserve::redis
