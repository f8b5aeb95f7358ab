#include "rediserve/redis/guests.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::redis {

namespace {

constexpr std::chrono::milliseconds longest_between_sweeps{1000};

params params_for(const params& host, const login& user)
{
    params made = host;
    made.address.user = user.user;
    made.address.password = user.password;
    made.shared_connections = 1;
    made.guest = true;
    return made;
}

params params_in_resp3(const params& host)
{
    params made = host.in_resp3();
    made.shared_connections = 1;
    return made;
}

}   // namespace

guests::guests(boost::asio::io_context& context, const params& settings, maker make)
    : settings_(settings), make_(std::move(make)), sweep_(context, [this] { sweep(); })
{}

result<std::shared_ptr<backend>> guests::find(const login& user)
{
    return find(user, protocol::of_host);
}

result<std::shared_ptr<backend>> guests::in_resp3()
{
    return find({}, protocol::resp3);   // whose login is the host's
}

result<std::shared_ptr<backend>> guests::find(const login& user, protocol speaks)
{
    const auto now = std::chrono::steady_clock::now();
    guest* found = known(user, speaks);
    if (found && found->connected->health().refused && now - found->made >= refusal_holds) {
        found->leaving = true;   // it may be right by now
        found = nullptr;
    }
    if (!found && speaks == protocol::of_host && !make_room())
        return error(errc::too_many_connections, "too many users of Redis are connected", executed::no);
    if (!found)
        found = &add(user, speaks, now);
    found->used = now;
    return found->connected;
}

// Which login it is, whoever asks knows already: nothing is given away by the time it takes.
guests::guest* guests::known(const login& user, protocol speaks) noexcept
{
    const auto found = std::ranges::find_if(all_, [&](const guest& one) {
        return !one.leaving && one.speaks == speaks && one.user == user;
    });
    return found == all_.end() ? nullptr : &*found;
}

// Whether there may be one more, if the one that has been idle for longest goes.
bool guests::make_room() noexcept
{
    const auto stays = [](const guest& one) { return !one.leaving && one.speaks == protocol::of_host; };
    if (static_cast<std::size_t>(std::ranges::count_if(all_, stays)) < most)
        return true;
    guest* oldest = nullptr;
    for (guest& one : all_)
        if (stays(one) && one.idle() && (!oldest || one.used < oldest->used))
            oldest = &one;
    if (oldest)
        oldest->leaving = true;
    return oldest != nullptr;
}

guests::guest& guests::add(const login& user, protocol speaks, steady_time now)
{
    auto made = make_(speaks == protocol::resp3 ? params_in_resp3(settings_) : params_for(settings_, user));
    made->start();
    all_.push_back(
        {.user = user, .speaks = speaks, .connected = std::move(made), .made = now, .used = now, .leaving = false}
    );
    sweep_later();
    return all_.back();
}

void guests::sweep()
{
    const auto now = std::chrono::steady_clock::now();
    for (auto at = all_.begin(); at != all_.end();) {
        const auto one = at++;
        if (!one->idle()) {
            one->used = now;
        } else if (one->leaving || now - one->used >= settings_.lease_idle) {
            one->connected->stop();
            all_.erase(one);
        }
    }
    if (!all_.empty())
        sweep_later();
}

void guests::sweep_later()
{
    if (!sweep_.armed())
        sweep_.after(std::min(longest_between_sweeps, settings_.lease_idle));
}

void guests::retire() noexcept
{
    for (const guest& one : all_)
        one.connected->retire();
}

void guests::stop() noexcept
{
    sweep_.stop();
    for (const guest& one : all_)
        one.connected->stop();
}

}   // namespace rediserve::redis
