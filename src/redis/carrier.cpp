#include "redis/carrier.hpp"

#include "redis/admission.hpp"
#include "redis/demotion.hpp"
#include "redis/sentinels.hpp"

#include "rediserve/telemetry/log.hpp"

#include <algorithm>

namespace rediserve::redis {

namespace {

// What hiredis holds unsent, at most, before more is given to it: what is queued here can still be withdrawn.
constexpr std::size_t high_water = 256 * 1024;
constexpr std::size_t largest_piece = 64 * 1024;

// From here on others are better off on another connection.
constexpr std::size_t worth_avoiding = 64 * 1024;

// A batch this large is freed as soon as it is written.
constexpr std::size_t worth_freeing = 1 << 20;

// How much longer than the deadline that passed a connection may say nothing.
constexpr std::chrono::milliseconds longest_silence{1000};

}   // namespace

bool carrier::surroundings::worth_waiting(const error& why) const noexcept
{
    return group && why.code == errc::backend_unavailable && group->worth_waiting();
}

carrier::carrier(const surroundings& around, request_queue::retry reads, events& to)
    : around_(around)
    , reads_(reads)
    , events_(to)
    , link_(around.context, around.settings, around.tls, *this, around.group)
    , queue_(around.settings.queue_commands, around.settings.queue_bytes)
    , silence_(around.context, [this] { on_silence_alarm(); })
{}

carrier::~carrier()
{
    link_.rest();
    queue_.restore();
    while (pending_batch* const left = queue_.first_sent())
        forget(*left);
    while (pending_batch* const left = queue_.first_waiting())
        forget(*left);
}

void carrier::rest() noexcept
{
    silence_.stop();
    link_.rest();
}

bool carrier::congested() const noexcept
{
    return demoted_ || giving_ || link_.unsent() >= worth_avoiding || link_.unread() >= worth_avoiding;
}

// ---- in ------------------------------------------------------------------------------------------------------------

result<pending_batch*> carrier::add(batch&& commands, const submit_options& options, reply_sink& sink, steady_time now)
{
    if (!queue_.has_room(commands))
        return error(errc::backend_queue_full, "too many commands are waiting for Redis", executed::no);
    if (!link_.no_transactions().empty() && is_transaction(commands))
        return no_transactions();
    pending_batch& added = around_.batches.take(std::move(commands), options, sink, now);
    added.home = this;
    queue_.push(added);
    around_.metrics.redis_pending.add(1);
    pump();
    return &added;
}

void carrier::adopt(pending_batch& what, steady_time now) noexcept
{
    what.home = this;
    what.given = now;
    queue_.push(what);
    around_.metrics.redis_pending.add(1);
    if (!link_.no_transactions().empty() && is_transaction(what.commands))
        return fail(what, no_transactions());
    pump();
}

void carrier::pump() noexcept
{
    while (link_.ready() && !broken_ && link_.unsent() < high_water) {
        if (giving_) {
            if (!give_on())
                return;
        } else if (pending_batch* const next = demoted_ ? nullptr : queue_.first_waiting()) {
            give(*next);
        } else {
            return;
        }
    }
}

void carrier::give(pending_batch& what) noexcept
{
    queue_.mark_sent(what, link_.given());
    giving_ = &what;
    given_to_ = 0;
    if (queue_.first_sent() == &what)
        limit_replies();
    give_on();
}

// Gives as much as the link can take of the batch under way; true when that was all of it.
bool carrier::give_on() noexcept
{
    const batch& commands = giving_->commands;
    while (given_to_ < commands.bytes()) {
        if (link_.unsent() >= high_water)
            return false;
        const auto piece = commands.from(given_to_).substr(0, largest_piece);
        const std::size_t end = given_to_ + piece.size();
        if (!link_.send(piece, commands.begun(end) - commands.begun(given_to_))) {
            broken_ = true;
            silence_.after(std::chrono::nanoseconds(0));   // never from inside add(): it tells sinks
            return false;
        }
        given_to_ = end;
    }
    if (commands.bytes() >= worth_freeing && !giving_->read_only && !giving_->returned)
        large_ = giving_;
    giving_ = nullptr;
    return true;
}

void carrier::on_written() noexcept
{
    if (large_)
        drop_large_batch();
    pump();
}

// Once it has left, nothing needs its bytes: it cannot be sent again.
void carrier::drop_large_batch() noexcept
{
    if (written() < large_->begins + large_->commands.bytes())
        return;
    large_->commands.clear();
    large_ = nullptr;
}

// ---- out -----------------------------------------------------------------------------------------------------------

void carrier::on_reply(const reply_view& reply) noexcept
{
    pending_batch& asked = *queue_.first_sent();
    if (around_.group && holds_back(asked, reply))
        return;
    const std::size_t index = asked.replies++;
    const bool last = asked.replies == asked.count;
    reply_sink* const sink = index >= asked.delivered ? asked.sink : nullptr;
    if (sink)
        ++asked.delivered;
    if (last) {
        if (!asked.sink)
            around_.metrics.redis_late_replies.add(1);
        const auto now = std::chrono::steady_clock::now();
        around_.metrics.redis_commands.observe(now - asked.submitted);
        if (asked.counted)
            asked.counted->learn(asked, now);
        retire(asked);
        limit_replies();
    }
    if (sink)
        sink->on_reply(reply, index);
    leave_demoted();
}

// Of a group. What its former master has refused, and can be given to its successor, is not told. A transaction is answered
// to its end first.
bool carrier::holds_back(pending_batch& asked, const reply_view& reply) noexcept
{
    const bool refused = tells_demotion(reply);
    demoted_ = demoted_ || refused;
    if (refused && reads_ == request_queue::retry::yes && is_undone_by_demotion(asked.commands))
        asked.refused = true;
    if (!asked.refused)
        return false;
    if (++asked.replies < asked.count)
        return true;
    if (large_ == &asked)
        large_ = nullptr;
    if (!reply.is_error())
        fail(asked, error(errc::backend_protocol, "Redis ran a transaction that it had refused", executed::maybe));
    else if (asked.sink)
        queue_.put_back(asked);
    else
        retire(asked);
    limit_replies();
    leave_demoted();
    return true;
}

// As soon as all that was sent is answered.
void carrier::leave_demoted() noexcept
{
    if (!demoted_ || queue_.first_sent() || !link_.ready())
        return;
    telemetry::report(telemetry::level::warn, "sentinel", "demoted", {{"group", around_.settings.address.master}});
    link_.break_off("it is not the master any more");
}

// To be called whenever another batch is owed the next reply.
void carrier::limit_replies() noexcept
{
    const pending_batch* const next = queue_.first_sent();
    const bool limits = next && (next->most_reply > 0 || !next->sink);
    if (limits)
        begin_limit(*next);
    else if (limited_)
        link_.limit_replies(0);
    limited_ = limits;
}

void carrier::begin_limit(const pending_batch& of) noexcept
{
    if (of.sink)
        link_.limit_replies(of.most_reply);
    else
        link_.drop_replies();
}

// Nobody waits for it any more, so nothing of its replies needs to be kept.
void carrier::abandon(pending_batch& what) noexcept
{
    what.sink = nullptr;
    what.returned = nullptr;
    if (queue_.first_sent() == &what)
        limit_replies();
}

// Whoever submitted it may be gone.
void carrier::forget(pending_batch& what) noexcept
{
    what.returned = nullptr;
    retire(what);
}

void carrier::retire(pending_batch& what) noexcept
{
    if (giving_ == &what)
        giving_ = nullptr;
    if (large_ == &what)
        large_ = nullptr;
    queue_.remove(what);
    if (what.returned)
        *what.returned = std::move(what.commands);
    around_.metrics.redis_pending.add(-1);
    around_.batches.give_back(what);
}

void carrier::cancel(pending_batch& what) noexcept
{
    abandon(what);
    if (what.state == pending_state::queued)
        retire(what);
}

void carrier::fail(pending_batch& what, error why) noexcept
{
    reply_sink* const sink = what.sink;
    retire(what);
    if (sink)
        sink->on_failure(std::move(why));
}

void carrier::expire(pending_batch& what) noexcept
{
    if (what.sink)
        around_.metrics.redis_timeouts.add(1);
    if (what.state == pending_state::sent)
        watch_for_silence();
    time_out(what, "no connection to Redis took the command in time", "Redis did not answer in time");
}

void carrier::give_up(pending_batch& what) noexcept
{
    time_out(
        what, "no connection to Redis took the command in the client's time",
        "Redis did not answer in the client's time"
    );
}

// For the reason that fits.
void carrier::time_out(pending_batch& what, std::string_view queued, std::string_view sent) noexcept
{
    if (what.state == pending_state::queued) {
        const auto ran = what.retried ? executed::maybe : executed::no;
        return fail(what, error(errc::backend_timeout, std::string(queued), ran));
    }
    reply_sink* const sink = what.sink;
    abandon(what);
    if (sink)
        sink->on_failure(error(errc::backend_timeout, std::string(sent), executed::maybe));
}

void carrier::fail_waiting(const error& why) noexcept
{
    pending_list all;
    while (pending_batch* const waiting = queue_.first_waiting()) {
        waiting->place.unlink();
        all.push_back(*waiting);
    }
    fail(all, why);
}

// What a sink does when it is told may change the queue, and cancel others of the list.
void carrier::fail(pending_list& these, const error& why) noexcept
{
    while (!these.empty()) {
        pending_batch& next = these.front();
        error told = why;
        told.executed = next.state == pending_state::sent || next.retried ? executed::maybe : executed::no;
        fail(next, std::move(told));
    }
}

void carrier::fail_all(const error& why) noexcept
{
    const std::uint64_t left = written();
    rest();
    giving_ = large_ = nullptr;
    limited_ = demoted_ = false;
    auto lost = queue_.lose(left, request_queue::retry::no);
    fail(lost.failed, why);
    fail_waiting(why);
}

void carrier::move_waiting(carrier& to) noexcept
{
    while (pending_batch* const moved = queue_.first_waiting()) {
        queue_.remove(*moved);
        moved->home = &to;
        to.queue_.push(*moved);
    }
    to.pump();
}

// ---- the connection ------------------------------------------------------------------------------------------------

void carrier::on_ready() noexcept
{
    if (std::exchange(was_ready_, true))
        around_.metrics.redis_reconnects.add(1);
    events_.on_ready(*this);
    if (!link_.no_transactions().empty())
        refuse_transactions();
    pump();
}

// Those that wait. Without MULTI their commands would run one by one.
void carrier::refuse_transactions() noexcept
{
    pending_list refused;
    pending_list kept;
    while (pending_batch* const next = queue_.first_waiting()) {
        const bool refuse = is_transaction(next->commands);
        if (refuse)
            next->place.unlink();
        else
            queue_.remove(*next);
        (refuse ? refused : kept).push_back(*next);
    }
    while (!kept.empty()) {
        pending_batch& next = kept.front();
        kept.pop_front();
        queue_.push(next);
    }
    fail(refused, no_transactions());
}

void carrier::on_attempt_failed(const error& why) noexcept
{
    events_.on_attempt_failed(*this, why);
}

void carrier::on_lost(const link_end& how, std::uint64_t left) noexcept
{
    silence_.stop();
    broken_ = false;
    giving_ = large_ = nullptr;
    limited_ = demoted_ = false;
    // After bytes that are no RESP, nothing tells which reply was whose; asking again would likely get the same.
    const bool nonsense = how.code == errc::backend_protocol;
    auto lost = queue_.lose(left, nonsense ? request_queue::retry::no : reads_);
    around_.metrics.redis_retries.add(static_cast<std::int64_t>(lost.retried));
    const error why = nonsense ? error(errc::backend_protocol, "Redis answered something that is not RESP: " + how.text)
                               : error(errc::backend_lost, "the connection to Redis ended: " + how.text);
    fail(lost.failed, why);
    events_.on_lost(*this);
}

// A connection that owes replies may be dead without anybody saying so (a frozen server, a cable pulled). From a deadline
// that passed on, it has so long to say anything, or to take more of what is being written.
void carrier::watch_for_silence()
{
    if (silence_.armed())
        return;
    heard_then_ = link_.heard();
    written_then_ = written();
    silence_.after(std::min(longest_silence, around_.settings.command_timeout));
}

void carrier::on_silence_alarm()
{
    if (broken_)
        return link_.break_off("out of memory");
    pending_batch* const first = queue_.first_sent();
    if (!first || !link_.ready() || link_.heard() != heard_then_)
        return;
    const bool wholly_written = written_then_ >= first->begins + first->commands.bytes();
    if (!wholly_written && written() != written_then_)
        return watch_for_silence();
    link_.break_off("Redis has said nothing for too long");
}

}   // namespace rediserve::redis
