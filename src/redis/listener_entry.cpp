#include "redis/listener_entry.hpp"

namespace rediserve::redis {

listener_entry::~listener_entry()
{
    if (of)
        of->left();
}

subscription listener_group::add(subscription_sink& sink)
{
    auto* const added = new listener_entry(sink);
    added->of = this;
    listeners.push_back(*added);
    ++listening;
    return subscription(*added);
}

void listener_group::catch_up() noexcept
{
    using standing = listener_entry::standing;
    for_each(listeners, [](listener_entry& each) {
        const auto stood = std::exchange(each.stands, standing::current);
        if (stood == standing::fresh)
            each.sink.on_subscribed();
        else if (stood == standing::behind)
            each.sink.on_gap();
    });
}

void listener_group::fall_behind() noexcept
{
    for (listener_entry& each : listeners)
        if (each.stands == listener_entry::standing::current)
            each.stands = listener_entry::standing::behind;
}

void listener_group::give_fresh(listener_list& to) noexcept
{
    for (auto one = listeners.begin(); one != listeners.end();) {
        listener_entry& each = *one++;
        if (each.stands != listener_entry::standing::fresh)
            continue;
        each.place.unlink();
        to.push_back(each);
    }
}

void listener_group::let_go() noexcept
{
    listeners.clear_and_dispose([](listener_entry* left) { left->of = nullptr; });
}

void fail_each(listener_list& these, const error& why) noexcept
{
    while (!these.empty()) {
        listener_entry& next = these.front();
        these.pop_front();
        std::exchange(next.of, nullptr)->left();
        next.sink.on_failure(why);
    }
}

}   // namespace rediserve::redis
