#include "cluster/dispatch.hpp"

#include "cluster/joiner.hpp"
#include "cluster/reasons.hpp"
#include "cluster/router.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::cluster {

namespace {

constexpr unsigned most_hops = 100;   // of one batch, at once: from then on, one in a while

std::vector<target> targets_of(const load& what, std::size_t from, std::size_t to)
{
    std::vector<target> all;
    for (std::size_t index = from; index < to; ++index)
        if (const target one = what.of(index); one.command != target::nobody)
            all.push_back(one);
    return all;
}

// The commands in [from, to), without any ASKING.
load part_of(load& what, std::size_t from, std::size_t to)
{
    load part;
    for (std::size_t index = from; index < to; ++index)
        if (what.of(index).command != target::nobody)
            part.add(what, index);
    return part;
}

}   // namespace

result<void> dispatch::begin(redis::batch&& commands, const redis::submit_options& options, redis::reply_sink& to)
{
    options_ = options;
    options_.stands_for = {};
    options_.returned = nullptr;
    if (options.at_replica && home_.moving())
        stay_with_primaries();
    sink_ = &to;
    count_ = commands.size();
    until_ = std::min(options.until, std::chrono::steady_clock::now() + home_.settings().command_timeout);
    if (home_.map())
        return plan(commands);
    planned_ = false;
    if (const error* const why = home_.hopeless())
        return *why;
    if (!home_.may_wait())
        return error(errc::backend_queue_full, "too many commands are waiting for the cluster", executed::no);
    home_.wait(*this, true);
    unplanned_ = std::move(commands);
    return {};
}

// A read that no replica may answer needs no word on what its client has written, either.
void dispatch::stay_with_primaries() noexcept
{
    options_.at_replica = false;
    if (options_.read_only)
        options_.seen = nullptr;
}

void dispatch::reset() noexcept
{
    ++life_;
    for (const auto& each : legs_)
        each->cancel();
    states_.clear();
    parked_.clear();
    unplanned_.clear();
    sink_ = nullptr;
    next_ = 0;
    hops_ = 0;
    whole_ = began_ = lost_ = again_ = false;
    planned_ = true;
}

// ---- sending -------------------------------------------------------------------------------------------------------

result<void> dispatch::send_first(node_link& to, redis::batch& commands)
{
    load what{std::move(commands), {}};
    const auto sent = spare_leg().send(to, what);
    if (sent)
        return {};
    if (worth_waiting(sent.error(), to)) {
        park(std::move(what), sent.error(), true);
        return {};
    }
    commands = std::move(what.commands);
    return sent.error();
}

// Each part of it to the node that it is for at present.
void dispatch::spread(load&& what)
{
    if (what.commands.size() == 0)
        return;   // a scan looks first
    std::vector<std::pair<node_link*, load>> apart;
    const std::size_t count = whole_ ? 1 : what.commands.size();
    std::vector<node_link*> to;
    for (std::size_t index = 0; index < count; ++index)
        to.push_back(node_for(what, index));
    if (std::ranges::adjacent_find(to, std::not_equal_to()) == to.end()) {
        apart.emplace_back(to.front(), std::move(what));
    } else {
        for (std::size_t index = 0; index < count; ++index) {
            auto place = std::ranges::find(apart, to[index], &std::pair<node_link*, load>::first);
            if (place == apart.end())
                place = apart.insert(apart.end(), std::pair(to[index], load()));
            place->second.add(what, index);
        }
    }
    for (auto& [place, part] : apart) {
        if (place)
            send_or_park(*place, std::move(part));
        else
            park(std::move(part), not_served(), true);
    }
}

void dispatch::send_or_park(node_link& to, load&& what)
{
    const auto sent = spare_leg().send(to, what);
    if (!sent)
        park(std::move(what), sent.error(), worth_waiting(sent.error(), to));
}

void dispatch::park(load&& what, error why, bool waits)
{
    again_ = true;
    stay_with_primaries();
    why.executed = executed::no;
    const bool of_replica = std::ranges::any_of(what.targets, [](const target& one) { return one.only != nullptr; });
    waits =
        waits && !of_replica && home_.may_wait();   // no other can stand in for a replica, which may be gone by then
    parked_.push_back({std::move(what), std::move(why), waits});
    home_.wait(*this, waits);
}

// Whether the cluster may yet do something about it, in time. A node that has been gone for longer than a command may take
// is not waited for any more.
bool dispatch::worth_waiting(const error& why, node_link& of) const noexcept
{
    const bool gone = why.code == errc::backend_unavailable || why.code == errc::backend_lost;
    const bool harmless = why.executed == executed::no || options_.read_only;
    if (!gone || !harmless)
        return false;
    const auto now = std::chrono::steady_clock::now();
    of.trouble_since = std::min(of.trouble_since, now);
    home_.topology().doubt();
    return now < until_ && now - of.trouble_since < home_.settings().command_timeout;
}

void dispatch::try_again() noexcept
{
    if (!planned_) {
        if (!home_.map() && !home_.hopeless() && !too_late())
            return (void)home_.wait(*this, true);
        planned_ = true;
        const auto done = home_.map() ? plan(unplanned_) : result<void>(home_.topology().why());
        return done ? void() : fail_all(done.error());
    }
    const auto life = life_;
    for (parked& each : std::exchange(parked_, {})) {
        if (life != life_)
            return;
        if (each.waits && !too_late())
            spread(std::move(each.what));
        else
            fail(targets_of(each.what, 0, each.what.commands.size()), each.why);
    }
}

leg& dispatch::spare_leg()
{
    for (const auto& each : legs_)
        if (!each->under_way())
            return *each;
    return *legs_.emplace_back(std::make_unique<leg>(*this));
}

// ---- what was not run ----------------------------------------------------------------------------------------------

void dispatch::on_turned_away(leg& by) noexcept
{
    std::vector<detour> detours = take_detours(by);
    by.done();
    for (detour& each : detours)
        send_on(std::move(each));
}

std::vector<dispatch::detour> dispatch::take_detours(leg& from)
{
    std::vector<detour> all;
    if (whole_ || (from.size() == 1 && !from.away.empty())) {
        all.push_back({from.away.front().where, std::move(from.what)});
        return all;
    }
    for (const auto& each : from.away) {
        const auto same = [&](const detour& one) {
            return one.where.is == each.where.is && one.where.to == each.where.to;
        };
        auto found = std::ranges::find_if(all, same);
        if (found == all.end())
            found = all.insert(all.end(), {each.where, {}});
        found->what.add(from.what, each.index);
    }
    return all;
}

void dispatch::send_on(detour&& what)
{
    using kind = redirect::kind;
    again_ = true;
    stay_with_primaries();
    home_.topology().doubt();
    home_.note_moves();
    const kind is = what.where.is;
    if (is == kind::down || is == kind::try_again || (is == kind::ask && whole_))
        return park(std::move(what.what), what_it_says(is), true);
    if (what.where.to.host.empty() || ++hops_ > most_hops)
        return park(std::move(what.what), what_it_says(is), true);
    node_link& to = home_.at_announced(what.where.to);
    if (is == kind::moved)
        return send_or_park(to, std::move(what.what));
    load asking;
    for (std::size_t index = 0; index < what.what.commands.size(); ++index)
        if (what.what.of(index).command != target::nobody)
            asking.add_asking(what.what, index);
    send_or_park(to, std::move(asking));
}

void dispatch::on_leg_failed(leg& which, const error& why) noexcept
{
    const std::size_t from = whole_ ? 0 : which.answered;
    const bool waits = worth_waiting(why, which.to());
    lost_ = lost_ || (waits && why.executed != executed::no);
    std::vector<detour> detours = which.away.empty() || whole_ ? std::vector<detour>() : take_detours(which);
    const auto missing = targets_of(which.what, from, which.size());
    load rest;
    if (waits)
        rest = whole_ ? std::move(which.what) : part_of(which.what, from, which.size());
    which.done();
    for (detour& each : detours)
        send_on(std::move(each));
    if (waits)
        park(std::move(rest), why, true);
    else
        fail(missing, why);
}

// ---- answers -------------------------------------------------------------------------------------------------------

void dispatch::on_reply(const target& what_for, const redis::reply_view& reply) noexcept
{
    began_ = true;
    if (what_for.command < next_)
        return;   // of a transaction that was sent again: told before
    if (!in_turn(what_for))
        take(what_for, reply);
    else if (!tell(reply))
        return;
    tell_what_is_there();
}

bool dispatch::in_turn(const target& what_for) const noexcept
{
    return what_for.command == next_ && (states_.empty() || states_[next_].one_part());
}

void dispatch::take(const target& what_for, const redis::reply_view& reply)
{
    command_state& state = state_of(what_for.command);
    if (state.answered())
        return;
    if (state.one_part()) {
        state.reply = redis::reply_tree::copy_of(reply);
        return;
    }
    if (state.scan)
        return take_page(what_for, reply);
    if (options_.any_answer && !reply.is_error()) {
        state.reply = redis::reply_tree::copy_of(reply);
        return;
    }
    state.parts[what_for.part] = redis::reply_tree::copy_of(reply);
    if (--state.missing > 0)
        return;
    state.reply = state.split ? state.split->join(std::move(state.parts))
                              : join(state.joins, state.joined, std::move(state.parts));
}

dispatch::command_state& dispatch::state_of(std::size_t index)
{
    if (states_.empty())
        states_.resize(count_);
    return states_[index];
}

// Whether there is more to tell. With the last reply this is over, and may be in use again by the time that its sink returns.
bool dispatch::tell(const redis::reply_view& reply) noexcept
{
    const std::size_t index = next_++;
    const auto life = life_;
    redis::reply_sink& to = *sink_;
    if (next_ == count_)
        home_.give_back(*this);
    to.on_reply(reply, index);
    return life == life_;
}

bool dispatch::tell_missing(const error& why) noexcept
{
    const std::size_t index = next_++;
    const auto life = life_;
    redis::reply_sink& to = *sink_;
    if (next_ == count_)
        home_.give_back(*this);
    to.on_missing(why, index);
    return life == life_;
}

void dispatch::tell_what_is_there() noexcept
{
    bool more = true;
    while (more && next_ < states_.size() && states_[next_].answered()) {
        const command_state now = std::move(states_[next_]);
        more = now.reply ? tell(now.reply->view()) : tell_missing(*now.failure);
    }
}

void dispatch::fail(std::span<const target> what, const error& why) noexcept
{
    if (another_may_answer(what))
        return;
    if (count_ == 1 || whole_ || !options_.one_by_one)
        return fail_all(why);
    for (const target& each : what)
        note_failure(each, why);
    tell_what_is_there();
}

// Where one good answer is enough, it may be that of another node.
bool dispatch::another_may_answer(std::span<const target> what) noexcept
{
    if (!options_.any_answer || states_.empty())
        return false;
    command_state& state = states_[what.front().command];
    return !state.one_part() && !state.answered() && --state.missing > 0;
}

void dispatch::fail_one(std::size_t index, const error& why) noexcept
{
    const target only{static_cast<std::uint32_t>(index), 0, target::anywhere, nullptr};
    fail(std::span(&only, 1), why);
}

// Of a command that is run in parts, others may have been.
void dispatch::note_failure(const target& what_for, const error& why)
{
    command_state& state = state_of(what_for.command);
    if (state.answered())
        return;
    state.failure = why;
    if (!state.one_part() || lost_)
        state.failure->executed = executed::maybe;
}

void dispatch::fail_all(error why) noexcept
{
    const bool elsewhere = began_ || std::ranges::any_of(legs_, [](const auto& each) { return each->under_way(); });
    if ((elsewhere && !whole_) || lost_)
        why.executed = executed::maybe;
    redis::reply_sink& to = *sink_;
    home_.give_back(*this);
    to.on_failure(std::move(why));
}

}   // namespace rediserve::cluster
