#include "redis/tracking.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::redis {

tracking::tracking(telemetry::shard_metrics& metrics, std::function<void()> stirred)
    : metrics_(metrics), on_stirred_(std::move(stirred))
{}

tracking::~tracking()
{
    metrics_.watchers.add(-static_cast<std::int64_t>(listeners_));
    for (names* const all : {&keys_, &prefixes_})
        for (auto& [name, each] : *all)
            each.let_go();
}

// ---- who watches ---------------------------------------------------------------------------------------------------

subscription tracking::add(subscription_kind kind, std::string_view name, subscription_sink& sink)
{
    names& all = of(kind);
    auto found = all.find(name);
    if (found == all.end()) {
        found = all.try_emplace(std::string(name), *this, kind).first;
        found->second.name = found->first;
        if (kind == subscription_kind::key_prefix)
            ++lengths_[name.size()];
    }
    subscription made = found->second.add(sink);
    ++listeners_;
    metrics_.watchers.add(1);
    stir(found->second);
    return made;
}

void tracking::watched::left() noexcept
{
    --listening;
    --home.listeners_;
    home.metrics_.watchers.add(-1);
    if (listening == 0)
        home.stir(*this);
}

void tracking::remove(watched& which)
{
    const std::string_view name = which.name;
    const auto length = lengths_.find(name.size());
    if (which.kind == subscription_kind::key_prefix && --length->second == 0)
        lengths_.erase(length);
    names& all = of(which.kind);
    all.erase(all.find(name));
}

void tracking::stir(watched& which)
{
    if (std::exchange(which.stirred, true))
        return;
    stirred_.push_back(&which);
    on_stirred_();
}

void tracking::stir_all()
{
    for (names* const all : {&keys_, &prefixes_})
        for (auto& [name, each] : *all)
            stir(each);
}

// Those with listeners; the others are removed.
std::vector<tracking::watched*> tracking::take_stirred()
{
    std::vector<watched*> taken;
    for (watched* const each : std::exchange(stirred_, {})) {
        each->stirred = false;
        if (each->listening > 0)
            taken.push_back(each);
        else
            remove(*each);
    }
    return taken;
}

// ---- what must be sent ---------------------------------------------------------------------------------------------

void tracking::connected() noexcept
{
    connected_ = true;
    stir_all();
}

void tracking::lost() noexcept
{
    connected_ = false;
    anew_ = false;
    asked_.clear();
    unanswered_.clear();
    for (names* const all : {&keys_, &prefixes_})
        for (auto& [name, each] : *all)
            each.fall_behind();
}

bool tracking::covered(std::string_view name) const noexcept
{
    const auto next = asked_.upper_bound(name);
    return next != asked_.begin() && name.starts_with(*std::prev(next));
}

bool tracking::covers_others(std::string_view name) const noexcept
{
    const auto next = asked_.lower_bound(name);
    return next != asked_.end() && next->size() > name.size() && next->starts_with(name);
}

bool tracking::must_ask_anew(const std::vector<watched*>& with) const noexcept
{
    const bool too_many = asked_.size() > spare_prefixes + 2 * (keys_.size() + prefixes_.size());
    return too_many || std::ranges::any_of(with, [this](const watched* one) { return covers_others(one->name); });
}

// Between OFF and ON nothing is told, so from now on nobody can be sure of anything.
void tracking::ask_anew()
{
    anew_ = true;
    asked_.clear();
    for (names* const all : {&keys_, &prefixes_})
        for (auto& [name, each] : *all)
            each.fall_behind();
    stir_all();
}

void tracking::settle(batch& commands)
{
    std::vector<watched*> about = take_stirred();
    if (!connected_)
        return;
    if (must_ask_anew(about)) {
        ask_anew();
        std::ranges::copy(take_stirred(), std::back_inserter(about));
    }
    if (about.empty())
        return;
    ask(commands, about);
    if (std::ranges::any_of(unanswered_, &command::tracks))
        return await_answer(about);   // what covers them has been asked for, and is answered last
    for (watched* const each : about)
        each->catch_up();
}

// Gives Redis the shortest of those that it does not know. In order, what is covered comes behind what covers it.
void tracking::ask(batch& commands, std::vector<watched*>& about)
{
    std::ranges::sort(about, {}, &watched::name);
    std::vector<std::string_view> shortest;
    for (const watched* const each : about)
        if (!covered(each->name) && (shortest.empty() || !each->name.starts_with(shortest.back())))
            shortest.push_back(each->name);
    if (std::exchange(anew_, false)) {
        commands.add("CLIENT", "TRACKING", "OFF");
        unanswered_.push_back({});
    }
    if (shortest.empty())
        return;
    commands.begin(4 + 2 * shortest.size());
    for (const std::string_view word : {"CLIENT", "TRACKING", "ON", "BCAST"})
        commands.argument(word);
    for (const std::string_view prefix : shortest) {
        commands.argument(std::string_view("PREFIX")).argument(prefix);
        asked_.emplace(prefix);
    }
    unanswered_.push_back({.tracks = true});
}

void tracking::await_answer(const std::vector<watched*>& about)
{
    const auto last = std::ranges::find_if(unanswered_.rbegin(), unanswered_.rend(), &command::tracks);
    for (const watched* const each : about)
        last->about.emplace_back(each->kind, each->name);
}

void tracking::ping(batch& commands)
{
    commands.add("PING");
    unanswered_.push_back({});
}

// ---- what comes ----------------------------------------------------------------------------------------------------

bool tracking::on_reply(const reply_view& reply) noexcept
{
    if (unanswered_.empty())
        return false;
    const command answered = std::move(unanswered_.front());
    unanswered_.pop_front();
    if (!answered.tracks)
        return true;
    if (reply.is_error()) {
        fail_all(error(errc::redis_error, std::string(reply.text())));
        return false;   // what it tracks now is not known
    }
    for (const auto& [kind, name] : answered.about)
        if (const auto found = of(kind).find(name); found != of(kind).end())
            found->second.catch_up();
    return true;
}

void tracking::on_push(const reply_view& reply) noexcept
{
    if (reply.size() != 2 || reply[0].text() != "invalidate")
        return;
    metrics_.redis_messages.add(1);
    const reply_view changed = reply[1];
    if (!changed.is_array())
        return tell_all_of_a_gap();   // everything was deleted
    for (std::size_t i = 0; i < changed.size(); ++i)
        tell_key(changed[i].text());
}

void tracking::tell_key(std::string_view key) noexcept
{
    if (const auto found = keys_.find(key); found != keys_.end())
        tell(found->second, key);
    for (const auto& [length, count] : lengths_) {
        if (length > key.size())
            return;
        if (const auto found = prefixes_.find(key.substr(0, length)); found != prefixes_.end())
            tell(found->second, key);
    }
}

// Who is not told yet that changes arrive will read when that is so.
void tracking::tell(watched& of, std::string_view key) noexcept
{
    for_each(of.listeners, [key](listener_entry& each) {
        if (each.stands == listener_entry::standing::current)
            each.sink.on_message({}, key);
    });
}

void tracking::tell_all_of_a_gap() noexcept
{
    for (names* const all : {&keys_, &prefixes_})
        for (auto& [name, each] : *all)
            for_each(each.listeners, [](listener_entry& one) {
                if (one.stands == listener_entry::standing::current)
                    one.sink.on_gap();
            });
}

// ---- failure -------------------------------------------------------------------------------------------------------

void tracking::fail_fresh(const error& why) noexcept
{
    listener_list fresh;
    for (names* const all : {&keys_, &prefixes_})
        for (auto& [name, each] : *all)
            each.give_fresh(fresh);
    fail_each(fresh, why);
}

void tracking::fail_all(const error& why) noexcept
{
    listener_list everybody;
    for (names* const all : {&keys_, &prefixes_})
        for (auto& [name, each] : *all)
            everybody.splice(everybody.end(), each.listeners);
    fail_each(everybody, why);
}

}   // namespace rediserve::redis
