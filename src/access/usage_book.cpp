#include "access/usage_book.hpp"

#include <algorithm>

namespace rediserve::access {

std::shared_ptr<usage> usage_book::of(const std::string& name)
{
    const std::lock_guard lock(mutex_);
    if (all_.size() >= enough_)
        forget_unused();
    auto& found = all_[name];
    if (!found) {
        found = std::make_shared<usage>();
        found->name = name;
    }
    return found;
}

// Rarely: not before there are twice as many as were left.
void usage_book::forget_unused()
{
    std::erase_if(all_, [](const auto& one) { return one.second.use_count() == 1; });
    enough_ = std::max(enough_, 2 * all_.size());
}

}   // namespace rediserve::access
