#include "redis/sentinels.hpp"

#include "rediserve/redis/address.hpp"
#include "rediserve/telemetry/log.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace rediserve::redis {

using telemetry::level;
using telemetry::report;

namespace {

constexpr std::size_t asked_at_once = 3;

// Each time that passes without an answer, one more is asked.
constexpr std::chrono::milliseconds longest_silence{150};

// How long a better answer than a doubted one is waited for.
constexpr std::chrono::milliseconds longest_hold{300};

// Between two searches: many connections look for the master at the same time.
constexpr std::chrono::milliseconds between_searches{50};

// A sentinel that has not heard of a fail-over yet will have, by then.
constexpr std::chrono::milliseconds second_look{1000};

constexpr std::chrono::milliseconds longest_watch_pause{5000};

std::vector<place> mapped(const node_names& names, std::vector<place> announced)
{
    for (place& one : announced)
        one = names.reachable(one);
    return announced;
}

}   // namespace

sentinels::sentinels(boost::asio::io_context& context, const params& settings, telemetry::shard_metrics& metrics)
    : context_(context)
    , settings_(settings)
    , names_(settings.node_map)
    , metrics_(metrics)
    , tls_(settings.tls)
    , known_(settings.address.seeds)
    , watch_pauses_(settings.backoff_first, longest_watch_pause, std::random_device()())
    , service_(context, [this] { serve(); })
    , search_(context, [this] { search(); })
    , another_(context, [this] { ask_another(); })
    , sweep_(context, [this] { sweep(); })
{}

void sentinels::stop() noexcept
{
    stopped_ = true;
    end_search();
    askers_.clear();
    service_.stop();
    search_.stop();
    for (const auto& each : peers_)
        each->end();
    watched_ = nullptr;
}

// ---- those who want to know ----------------------------------------------------------------------------------------

void sentinels::leave(master_follower& who) noexcept
{
    forget(who);
    std::erase(followers_, &who);
}

void sentinels::forget(master_follower& who) noexcept
{
    std::erase(askers_, &who);
}

void sentinels::locate(master_follower& who)
{
    if (stopped_)
        return;
    askers_.push_back(&who);
    if (!service_.armed())
        service_.after(std::chrono::nanoseconds(0));
}

void sentinels::serve()
{
    if (master_ && !doubted_)
        return settle(place(*master_));
    if (!searching_)
        search_later(between_searches);
}

void sentinels::confirm(const place& at)
{
    if (at != master_)
        return;
    doubted_ = false;
    trouble_since_ = never;
    unlike_.reset();
    if (wrong_ == at)
        wrong_.reset();
    if (!askers_.empty())
        service_.after(std::chrono::nanoseconds(0));
    const auto before = std::exchange(confirmed_, at);
    if (!before || before == at)
        return;
    metrics_.redis_failovers.add(1);
    report(
        level::info, "sentinel", "master_changed",
        {{"group", settings_.address.master}, {"from", to_text(*before)}, {"to", to_text(at)}}
    );
    move(at);
}

void sentinels::doubt(const place& at) noexcept
{
    if (at != master_)
        return;
    doubted_ = true;
    trouble_since_ = std::min(trouble_since_, std::chrono::steady_clock::now());
}

void sentinels::deny(const place& at) noexcept
{
    if (at == master_)
        wrong_ = at;
    doubt(at);
}

bool sentinels::worth_waiting() const noexcept
{
    return confirmed_ && (trouble_since_ == never || std::chrono::steady_clock::now() - trouble_since_ < patience);
}

// Who is told may join, leave and ask.
void sentinels::move(const place& to)
{
    const auto all = followers_;
    for (master_follower* const one : all)
        if (std::ranges::find(followers_, one) != followers_.end())
            one->on_moved(to);
}

// ---- searching -----------------------------------------------------------------------------------------------------

void sentinels::search_later(std::chrono::milliseconds pause)
{
    const auto earliest = searched_ == steady_time() ? searched_ : searched_ + pause;
    if (stopped_ || searching_ || (search_.armed() && search_due_ <= earliest))
        return;
    search_due_ = earliest;
    search_.at(earliest);
}

void sentinels::search()
{
    searching_ = true;
    searched_ = std::chrono::steady_clock::now();
    failures_.clear();
    held_.reset();
    for (const place& one : known_.all())
        if (!asks(one))
            to_ask_.insert(to_ask_.begin(), one);
    for (std::size_t asked = 0; asked < asked_at_once && searching_; ++asked)
        ask_next();
    if (searching_)
        another_.after(longest_silence);
}

void sentinels::ask_next()
{
    if (to_ask_.empty())
        return;
    sentinel_peer::events& told = *this;
    peers_.push_back(std::make_unique<sentinel_peer>(context_, settings_, tls_, std::move(to_ask_.back()), told));
    to_ask_.pop_back();
    peers_.back()->ask();
}

void sentinels::ask_another()
{
    if (held_ && std::chrono::steady_clock::now() - searched_ >= longest_hold)
        return take_held();
    ask_next();
    if (searching_)
        another_.after(longest_silence);
}

// One that was asked in an earlier search may still answer.
bool sentinels::asks(const place& which) const noexcept
{
    return std::ranges::any_of(peers_, [&](const auto& each) {
        return each.get() != watched_ && !each->over() && each->at() == which;
    });
}

bool sentinels::asks_somebody() const noexcept
{
    const auto is_asked = [this](const auto& each) { return each.get() != watched_ && !each->over(); };
    return !to_ask_.empty() || std::ranges::any_of(peers_, is_asked);
}

void sentinels::end_search() noexcept
{
    searching_ = false;
    another_.stop();
    to_ask_.clear();
    held_.reset();
}

// Those who ask are told, and who has not answered by now need not.
void sentinels::settle(const place& at)
{
    end_search();
    master_ = at;
    doubted_ = false;
    for (master_follower* const one : std::exchange(askers_, {}))
        if (std::ranges::find(followers_, one) != followers_.end())
            one->on_located(at);
}

void sentinels::give_up()
{
    const error why = why_nowhere();
    end_search();
    if (!watched_)
        search_later(watch_pauses_.next());
    for (master_follower* const one : std::exchange(askers_, {}))
        if (std::ranges::find(followers_, one) != followers_.end())
            one->on_not_located(why);
}

// A sentinel that answers, and does not know the master or the password, will say so again.
error sentinels::why_nowhere() const
{
    errc code = errc::backend_unavailable;
    std::string text = "no sentinel tells where the master of " + settings_.address.master + " is";
    for (const error& one : failures_) {
        if (one.code == errc::backend_refused)
            code = errc::backend_refused;
        text += (&one == &failures_.front() ? ": " : "; ") + one.detail;
    }
    return error(code, std::move(text), executed::no);
}

// ---- what sentinels say --------------------------------------------------------------------------------------------

void sentinels::on_master(sentinel_peer& which, const place& announced) noexcept
{
    const place master = names_.reachable(announced);
    known_.answered(which.at());
    if (master_ && !doubted_)
        return compare(master);
    if (!searching_)
        return;
    if (master != wrong_)
        settle(master);
    else
        held_ = master;
}

// The master that is known serves. The sentinel may be behind the others, or a message was missed: it is believed if all who
// are asked a while later say the same.
void sentinels::compare(const place& told)
{
    if (told == master_) {
        unlike_.reset();
        if (searching_)
            settle(place(told));
    } else if (searching_ && unlike_) {
        held_ = told;
    } else {
        unlike_ = told;
        end_search();
        search_later(second_look);
    }
}

void sentinels::take_held()
{
    const place held = *held_;
    if (master_ && !doubted_ && held != master_)
        follow(held);
    else
        settle(held);
}

void sentinels::on_others(sentinel_peer& which, const std::vector<place>& others) noexcept
{
    known_.learn(which.at(), mapped(names_, others));
    if (watched_)
        which.end();
    else
        watch(which);
    sweep_soon();
    if (searching_ && held_ && !asks_somebody())
        take_held();
}

void sentinels::watch(sentinel_peer& which)
{
    watched_ = &which;
    watch_pauses_.reset();
    report(
        level::info, "sentinel", "watching", {{"group", settings_.address.master}, {"sentinel", to_text(which.at())}}
    );
    which.watch();
}

void sentinels::on_switch(const master_switch& how) noexcept
{
    const place to = names_.reachable(how.to);
    if (to == master_ && !doubted_)
        return;
    wrong_ = names_.reachable(how.from);
    follow(to);
}

void sentinels::follow(const place& to)
{
    unlike_.reset();
    settle(to);
    move(to);
}

void sentinels::on_failed(sentinel_peer& which, const error& why) noexcept
{
    known_.failed(which.at());
    sweep_soon();
    if (&which == watched_) {
        watched_ = nullptr;
        report(level::warn, "sentinel", "watch_lost", {{"group", settings_.address.master}, {"why", why.detail}});
        return search_later(watch_pauses_.next());
    }
    if (!searching_)
        return;
    failures_.push_back(why);
    ask_next();
    if (asks_somebody())
        return;
    if (held_)
        take_held();
    else
        give_up();
}

// ---- peers that are over -------------------------------------------------------------------------------------------

void sentinels::sweep_soon()
{
    if (!sweep_.armed())
        sweep_.after(std::chrono::nanoseconds(0));
}

void sentinels::sweep()
{
    std::erase_if(peers_, [](const auto& each) { return each->over(); });
}

}   // namespace rediserve::redis
