#include "cluster/listener.hpp"

#include "cluster/reasons.hpp"
#include "cluster/slots.hpp"

#include <algorithm>

namespace rediserve::cluster {

using redis::subscription_kind;

// ---- one node ------------------------------------------------------------------------------------------------------

result<void> ear::begin()
{
    auto made = at_->backend->subscribe(of_.kind(), of_.name(), *this);
    if (!made)
        return made.error();
    subscription_ = std::move(*made);
    return {};
}

void ear::on_subscribed() noexcept
{
    hears_ = true;
    of_.on_heard();
}

void ear::on_message(std::string_view channel, std::string_view payload) noexcept
{
    of_.on_message(channel, payload);
}

void ear::on_gap() noexcept
{
    of_.on_heard();
}

void ear::on_failure(error why) noexcept
{
    hears_ = false;
    subscription_.release();
    of_.on_lost(why);
}

// ---- one listener --------------------------------------------------------------------------------------------------

result<void> listener::settle()
{
    deaf_.clear();
    result<void> outcome;
    const auto wanted = places();
    if (wanted.empty())
        return not_served();
    move_to(wanted, outcome);
    return outcome;
}

void listener::move_to(const std::vector<node_link*>& places, result<void>& outcome)
{
    for (auto& each : ears_)
        if (!each->of_use() || std::ranges::find(places, each->where()) == places.end())
            deaf_.push_back(std::move(each));
    std::erase(ears_, nullptr);
    for (node_link* const place : places) {
        if (std::ranges::find(ears_, place, [](const auto& each) { return each->where(); }) != ears_.end())
            continue;
        auto made = std::make_unique<ear>(*this, *place);
        if (const auto begun = made->begin(); !begun)
            outcome = begun.error();
        else
            ears_.push_back(std::move(made));
    }
    deaf_.clear();
}

// Where it stays, as long as that is as good as any other.
std::vector<node_link*> listener::places()
{
    if (kind_ == subscription_kind::shard_channel || kind_ == subscription_kind::key) {
        node_link* const owner = router_.owner_of(slot_of(name_));
        return owner ? std::vector<node_link*>{owner} : std::vector<node_link*>();
    }
    if (kind_ == subscription_kind::monitor || kind_ == subscription_kind::key_prefix)
        return router_.primaries();
    if (ears_.size() == 1 && ears_.front()->of_use())
        return {ears_.front()->where()};
    return {&router_.any(0)};
}

void listener::on_heard() noexcept
{
    if (!std::ranges::all_of(ears_, [](const auto& each) { return each->hears(); }))
        return;
    if (std::exchange(told_, true))
        sink_.on_gap();
    else
        sink_.on_subscribed();
}

// A node that is gone, or does not serve the slot, is replaced in a moment. What Redis refuses, it refuses everywhere.
void listener::on_lost(const error& why) noexcept
{
    const bool moved = why.code == errc::redis_error && read_redirect(why.detail, {}).has_value();
    if (moved || why.code == errc::backend_unavailable || why.code == errc::backend_lost) {
        router_.topology().doubt();
        return settle_soon_();
    }
    fail(why);
}

void listener::fail(const error& why) noexcept
{
    unlink();
    sink_.on_failure(why);
}

}   // namespace rediserve::cluster
