// Those who listen to one thing on a connection, whatever it is.
#pragma once

#include "rediserve/redis/subscription.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace rediserve::redis {

struct listener_group;

// One listener. Belongs to its `subscription`, and outlives the register it is in if that is kept longer.
class listener_entry final : public listening
{
public:
    explicit listener_entry(subscription_sink& to) noexcept : sink(to) {}
    ~listener_entry() override;

    enum class standing : std::uint8_t {
        fresh,     // was told nothing yet
        current,   // knows that what there is to hear arrives
        behind,    // knew, but the connection was lost
    };

    subscription_sink& sink;
    listener_group* of = nullptr;   // null: it was told its failure
    standing stands = standing::fresh;
    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> place;
};

using listener_list = boost::intrusive::list<
    listener_entry,
    boost::intrusive::member_hook<
        listener_entry, boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
        &listener_entry::place>,
    boost::intrusive::constant_time_size<false>>;

// All that listen to it.
struct listener_group
{
    // One of them has left.
    virtual void left() noexcept = 0;

    subscription add(subscription_sink& sink);
    // Those who do not know yet that what there is to hear arrives, are told.
    void catch_up() noexcept;
    // The connection was lost: they will have missed something.
    void fall_behind() noexcept;
    // Puts those who were told nothing yet into `to`.
    void give_fresh(listener_list& to) noexcept;
    // Nobody is told anything any more.
    void let_go() noexcept;

    listener_list listeners;
    std::size_t listening = 0;

protected:
    ~listener_group() = default;
};

// Each is told `why`, and is out.
void fail_each(listener_list& these, const error& why) noexcept;

// Calls `call` with each of `members`. Whom it removes, before or after the present one, is not called any more; who joins
// is not called yet.
template <class Call>
void for_each(listener_list& members, Call call) noexcept
{
    listener_list to_go;
    to_go.swap(members);
    while (!to_go.empty()) {
        listener_entry& next = to_go.front();
        to_go.pop_front();
        members.push_back(next);
        call(next);
    }
}

}   // namespace rediserve::redis
