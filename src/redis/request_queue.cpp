#include "redis/request_queue.hpp"

namespace rediserve::redis {

namespace {

bool may_have_run(const pending_batch& what, std::uint64_t left) noexcept
{
    return !what.refused && left > what.begins && left - what.begins >= what.harmless_bytes();
}

void wait_again(pending_batch& what) noexcept
{
    what.state = pending_state::queued;
    what.replies = 0;
    what.refused = false;
}

}   // namespace

bool request_queue::has_room(const batch& commands) const noexcept
{
    if (commands_ + commands.size() > most_commands_)
        return false;
    return bytes_ == 0 || bytes_ + commands.bytes() <= most_bytes_;
}

void request_queue::push(pending_batch& what) noexcept
{
    what.state = pending_state::queued;
    what.charged = what.commands.bytes();
    commands_ += what.count;
    bytes_ += what.charged;
    waiting_.push_back(what);
}

void request_queue::mark_sent(pending_batch& what, std::uint64_t begins) noexcept
{
    waiting_.pop_front();
    what.state = pending_state::sent;
    what.begins = begins;
    sent_.push_back(what);
}

void request_queue::put_back(pending_batch& what) noexcept
{
    what.place.unlink();
    wait_again(what);
    refused_.push_back(what);
}

void request_queue::remove(pending_batch& what) noexcept
{
    what.place.unlink();
    commands_ -= what.count;
    bytes_ -= what.charged;
}

request_queue::loss request_queue::lose(std::uint64_t left, retry reads) noexcept
{
    loss outcome;
    pending_list again;
    while (!sent_.empty()) {
        pending_batch& lost = sent_.front();
        sent_.pop_front();
        const bool harmless = !may_have_run(lost, left);
        const bool repeatable = reads == retry::yes && lost.read_only && !lost.retried;
        if (!lost.sink || (!harmless && !repeatable)) {
            outcome.failed.push_back(lost);
            continue;
        }
        if (!harmless) {
            lost.retried = true;
            ++outcome.retried;
        }
        wait_again(lost);
        again.push_back(lost);
    }
    waiting_.splice(waiting_.begin(), again);
    restore();
    return outcome;
}

}   // namespace rediserve::redis
