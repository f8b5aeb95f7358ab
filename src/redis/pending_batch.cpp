#include "redis/pending_batch.hpp"

#include "redis/admission.hpp"

#include <utility>

namespace rediserve::redis {

namespace {

constexpr std::size_t most_spares = 1024;   // after an overload the rest is freed

}   // namespace

std::size_t pending_batch::harmless_bytes() const noexcept
{
    if (commands.size() > 1 && !is_transaction(commands))
        return commands.end(0);
    return commands.bytes();
}

pending_batch& pending_pool::take(batch&& commands, const submit_options& options, reply_sink& sink, steady_time now)
{
    pending_batch& taken = spare();
    taken.count = commands.size();
    taken.commands = std::move(commands);
    taken.sink = &sink;
    taken.returned = options.returned;
    taken.most_reply = options.most_reply;
    taken.read_only = options.read_only;
    taken.payer = options.payer;
    taken.ended = options.ended;
    taken.affinity = options.affinity;
    taken.submitted = taken.given = now;
    return taken;
}

pending_batch& pending_pool::spare()
{
    if (spare_.empty())
        return *new pending_batch;
    auto* const taken = spare_.back().release();
    spare_.pop_back();
    return *taken;
}

void pending_pool::give_back(pending_batch& what) noexcept
{
    if (what.armed())
        what.disarm();
    if (what.has_deadline())
        what.drop_deadline();
    what.place.unlink();
    if (auto* const counter = std::exchange(what.under_way, nullptr))
        --*counter;
    if (auto* const counted = std::exchange(what.counted, nullptr))
        counted->leave();
    if (spare_.capacity() == 0)
        spare_.reserve(most_spares);
    if (spare_.size() >= most_spares) {
        delete &what;
        return;
    }
    what.commands.clear();
    what.sink = nullptr;
    what.home = nullptr;
    what.replies = 0;
    what.delivered = 0;
    what.retried = false;
    what.refused = false;
    spare_.emplace_back(&what);
}

}   // namespace rediserve::redis
