#include "redis/fair_queue.hpp"

#include <algorithm>

namespace rediserve::redis {

fair_queue::~fair_queue()
{
    for (auto& [payer, each] : lines_)
        each.waiting.clear();
}

bool fair_queue::has_room(const batch& commands, std::uint32_t payer) const noexcept
{
    const auto found = lines_.find(payer);
    const std::size_t own_commands = found == lines_.end() ? 0 : found->second.commands;
    const std::size_t own_bytes = found == lines_.end() ? 0 : found->second.bytes;
    const bool few = commands_ + commands.size() <= most_commands_ && own_commands < (most_commands_ + 1) / 2;
    const bool small = bytes_ + commands.bytes() <= most_bytes_ && own_bytes < most_bytes_ / 2;
    return few && (small || found == lines_.end());
}

void fair_queue::push(pending_batch& what)
{
    line& of = lines_[what.payer];
    if (of.waiting.empty()) {
        of.turn = order_.insert(order_.end(), what.payer);
        of.credit = quantum;
    }
    what.charged = what.commands.bytes();
    of.waiting.push_back(what);
    of.commands += what.count;
    of.bytes += what.charged;
    commands_ += what.count;
    bytes_ += what.charged;
    ++size_;
}

// Ends, as each round gives each of them more.
pending_batch& fair_queue::next() noexcept
{
    for (;;) {
        line& of = lines_.find(order_.front())->second;
        pending_batch& first = of.waiting.front();
        if (of.credit >= first.count) {
            of.credit -= first.count;
            return first;
        }
        of.credit += quantum;
        order_.splice(order_.end(), order_, order_.begin());
    }
}

void fair_queue::remove(pending_batch& what) noexcept
{
    const auto at = lines_.find(what.payer);
    line& of = at->second;
    of.waiting.erase(pending_list::s_iterator_to(what));
    of.commands -= what.count;
    of.bytes -= what.charged;
    commands_ -= what.count;
    bytes_ -= what.charged;
    --size_;
    if (!of.waiting.empty())
        return;
    order_.erase(of.turn);
    lines_.erase(at);
}

}   // namespace rediserve::redis
