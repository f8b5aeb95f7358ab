#include "redis/replica_trip.hpp"

#include "redis/replicas.hpp"
#include "redis/replication_state.hpp"

#include "rediserve/telemetry/metrics.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <utility>

namespace rediserve::redis {

namespace {

// What INFO replication may take besides what the replies may.
constexpr std::size_t room_for_info = 4096;

// The share of the time for a command that a replica has before the primary is asked.
constexpr int share_of_time = 4;

// Errors of a replica that say nothing of the command, which the primary may well answer: of those that will be the same for
// the next command, …
constexpr std::array<std::string_view, 5> lasting = {"LOADING", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "WRONGPASS"};
// … and of others.
constexpr std::array<std::string_view, 4> passing = {"MOVED", "ASK", "TRYAGAIN", "NOPERM"};

bool is_one_of(const reply_view& reply, std::span<const std::string_view> all) noexcept
{
    return reply.is_error() && std::ranges::any_of(all, [&](std::string_view word) { return reply.is_error(word); });
}

batch copy_of(const batch& from, std::size_t begin)
{
    batch made;
    for (std::size_t index = begin; index < from.size(); ++index)
        made.append(from, index);
    return made;
}

batch question()
{
    return batch::of("INFO", "replication");
}

}   // namespace

result<void> replica_trip::begin(batch&& commands, const submit_options& options, reply_sink& sink)
{
    options_ = options;
    options_.at_replica = false;
    options_.seen = nullptr;
    options_.stands_for = {};
    seen_ = options.seen;
    sink_ = &sink;
    count_ = commands.size();
    writes_ = !options.at_replica;
    if (writes_)
        return write(std::move(commands));
    commands_ = std::move(commands);
    const auto begun = ask_replica() ? result<void>() : ask_primary();
    if (!begun)
        commands = std::move(commands_);
    return begun;
}

// ---- reads ---------------------------------------------------------------------------------------------------------

bool replica_trip::ask_replica()
{
    auto& metrics = home_.metrics();
    const auto now = std::chrono::steady_clock::now();
    replica* const to = seen_->in_doubt() ? nullptr : home_.choose(now);
    if (!to) {
        (seen_->in_doubt() ? metrics.redis_replica_behind : metrics.redis_replica_missing).add(1);
        return false;
    }
    checks_ = !seen_->nothing();
    batch sent = checks_ ? question() : batch();
    for (std::size_t index = 0; index < count_; ++index)
        sent.append(commands_, index);
    asked_ = sent.size();
    const auto accepted = to->shared.submit(std::move(sent), options_at_replica(now), *this);
    by_ = to;
    since_ = now;
    ++to->users;
    to->load.begin(now);
    if (accepted) {
        under_way_ = *accepted;
        return true;
    }
    leave_replica(parting::failed);
    metrics.redis_replica_missing.add(1);
    return false;
}

// When it is lost, or is late, the primary is next.
submit_options replica_trip::options_at_replica(steady_time now) const noexcept
{
    submit_options made = options_;
    made.read_only = false;
    made.returned = nullptr;
    made.until = std::min(made.until, now + home_.settings().command_timeout / share_of_time);
    if (checks_ && made.most_reply > 0)
        made.most_reply += room_for_info;
    return made;
}

// What is not answered yet.
result<void> replica_trip::ask_primary()
{
    submit_options made = options_;
    if (told_ > 0)
        made.returned = nullptr;
    batch rest = told_ > 0 ? copy_of(commands_, told_) : std::move(commands_);
    asked_ = rest.size();
    const auto accepted = home_.primary().submit(std::move(rest), made, *this);
    if (accepted)
        under_way_ = *accepted;
    else if (told_ == 0)
        commands_ = std::move(rest);
    return accepted ? result<void>() : accepted.error();
}

void replica_trip::leave_replica(parting how) noexcept
{
    if (auto* const asked = std::exchange(under_way_, nullptr))
        by_->shared.cancel(static_cast<pending_batch&>(*asked));
    const auto now = std::chrono::steady_clock::now();
    replica& left = *std::exchange(by_, nullptr);
    --left.users;
    switch (how) {
    case parting::answered: return left.load.answered(now, now - since_);
    case parting::dropped: return left.load.dropped();
    case parting::failed: return left.load.failed(now);
    }
}

void replica_trip::go_to_primary(parting how, telemetry::cell& counted) noexcept
{
    counted.add(1);
    leave_replica(how);
    if (const auto asked = ask_primary(); !asked)
        fail(asked.error());
}

bool replica_trip::reaches(const reply_view& reply)
{
    const auto state = replication_state::told_by(reply);
    return state && home_.trusts(*state, *seen_);
}

void replica_trip::take_from_replica(const reply_view& reply, std::size_t index) noexcept
{
    auto& metrics = home_.metrics();
    if (is_one_of(reply, lasting))
        return go_to_primary(parting::failed, metrics.redis_replica_missing);
    if (checks_ && index == 0) {
        read_ = !reaches(reply);
        if (read_)   // and has answered in time all the same
            go_to_primary(parting::answered, metrics.redis_replica_behind);
        return;
    }
    if (is_one_of(reply, passing))
        return go_to_primary(parting::answered, metrics.redis_replica_missing);
    if (told_ + 1 == count_) {
        metrics.redis_replica_reads.add(1);
        leave_replica(parting::answered);
    }
    tell(reply);
}

// ---- writes --------------------------------------------------------------------------------------------------------

// The question goes the same way as what it is behind.
result<void> replica_trip::write(batch&& commands)
{
    asked_ = count_;
    const auto accepted = home_.primary().submit(std::move(commands), options_, *this);
    if (!accepted)
        return accepted.error();
    under_way_ = *accepted;
    submit_options made;
    made.affinity = options_.affinity;
    made.payer = options_.payer;
    made.until = options_.until;
    if (const auto asked = home_.primary().submit(question(), made, point_))
        point_under_way_ = *asked;
    else
        seen_->note_unknown();
    return {};
}

void replica_trip::on_point(const reply_view& reply) noexcept
{
    point_under_way_ = nullptr;
    const auto state = replication_state::told_by(reply);
    if (!state || held_.empty())
        seen_->note_unknown();
    else if (home_.settings().cluster_node)
        seen_->note(state->at);
    else
        seen_->note_only(state->at);
    if (held_.empty())   // an answer from before the write is of another connection
        return;
    const reply_tree last = std::move(held_);
    tell(last.view());
}

// ---- both ----------------------------------------------------------------------------------------------------------

void replica_trip::on_reply(const reply_view& reply, std::size_t index) noexcept
{
    if (index + 1 == asked_)
        under_way_ = nullptr;
    if (by_)
        take_from_replica(reply, index);
    else if (told_ + 1 == count_ && point_under_way_)
        held_ = reply_tree::copy_of(reply);
    else
        tell(reply);
}

void replica_trip::on_failure(error why) noexcept
{
    under_way_ = nullptr;
    if (!by_)
        return fail(std::move(why));
    read_ = read_ || why.executed != executed::no;
    go_to_primary(parting::failed, home_.metrics().redis_replica_missing);
}

void replica_trip::tell(const reply_view& reply) noexcept
{
    const std::size_t index = told_++;
    reply_sink& to = *sink_;
    if (told_ == count_)
        home_.give_back(*this);
    to.on_reply(reply, index);
}

void replica_trip::fail(error why) noexcept
{
    reply_sink& to = *sink_;
    if (read_)
        why.executed = executed::maybe;
    if (writes_ && why.executed != executed::no)
        seen_->note_unknown();
    if (options_.returned && why.code != errc::backend_timeout && commands_.size() > 0)
        *options_.returned = std::move(commands_);
    home_.give_back(*this);
    to.on_failure(std::move(why));
}

void replica_trip::drop() noexcept
{
    if (by_)
        leave_replica(parting::dropped);
    home_.give_back(*this);
}

void replica_trip::reset() noexcept
{
    for (submission* const left : {std::exchange(under_way_, nullptr), std::exchange(point_under_way_, nullptr)})
        if (left)
            home_.primary().cancel(static_cast<pending_batch&>(*left));
    commands_.clear();
    held_ = {};
    told_ = 0;
    checks_ = read_ = false;
}

}   // namespace rediserve::redis
