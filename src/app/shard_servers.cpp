#include "app/shard_servers.hpp"

#include "rediserve/telemetry/log.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::app {

namespace {

// How long a server that is new may take to answer before it is used all the same.
constexpr std::chrono::seconds watch_wait{2};

// Between two looks: whether it has answered, and whether one that goes is still in use.
constexpr std::chrono::milliseconds look_again{5};
constexpr std::chrono::milliseconds sweep_again{20};

}   // namespace

shard_servers::shard_servers(boost::asio::io_context& context, const std::vector<config::numbered_server>& first)
    : context_(context), settling_(context), sweeping_(context)
{
    for (const auto& one : first)
        present_.push_back(std::make_shared<server_link>(context_, one, shelf_));
}

void shard_servers::start()
{
    for (const link_ptr& each : present_)
        each->start();
}

access::servers shard_servers::present() const
{
    std::vector<access::server_ptr> all;
    for (const link_ptr& each : present_)
        all.push_back(server_link::show(each));
    return access::servers(std::move(all));
}

bool shard_servers::settled() const
{
    return std::ranges::all_of(present_, &server_link::settled);
}

void shard_servers::stop() noexcept
{
    settling_.cancel();
    sweeping_.cancel();
    for (const link_ptr& each : present_)
        each->stop();
    for (const link_ptr& each : coming_)
        each->stop();
    for (const leaving& each : leaving_)
        each.what->stop();
}

// ---- those that come -----------------------------------------------------------------------------------------------

shard_servers::link_ptr shard_servers::find(std::size_t number) const noexcept
{
    for (const auto* among : {&present_, &coming_})
        for (const link_ptr& each : *among)
            if (each->number() == number)
                return each;
    return nullptr;
}

shard_servers::link_ptr shard_servers::found_or_made(const config::numbered_server& what)
{
    if (link_ptr known = find(what.number))
        return known;
    auto made = std::make_shared<server_link>(context_, what, shelf_);
    made->start();
    return made;
}

void shard_servers::prepare(const std::vector<config::numbered_server>& next, std::function<void()> ready)
{
    std::vector<link_ptr> wanted;
    for (const auto& one : next)
        if (link_ptr link = found_or_made(one); std::ranges::find(present_, link) == present_.end())
            wanted.push_back(std::move(link));
    const auto now = std::chrono::steady_clock::now();
    for (const link_ptr& each : std::exchange(coming_, std::move(wanted)))
        if (std::ranges::find(coming_, each) == coming_.end())
            let_go(each, now);
    ready_ = std::move(ready);
    await_settled(now + watch_wait);
}

void shard_servers::await_settled(steady_time until)
{
    const bool settled = std::ranges::all_of(coming_, &server_link::settled);
    if (settled || std::chrono::steady_clock::now() >= until)
        return std::exchange(ready_, nullptr)();
    settling_.expires_after(look_again);
    settling_.async_wait([this, until](const boost::system::error_code& failure) {
        if (!failure)
            await_settled(until);
    });
}

access::servers shard_servers::use(const std::vector<config::numbered_server>& next, std::chrono::milliseconds patience)
{
    std::vector<link_ptr> links;
    for (const auto& one : next)
        links.push_back(found_or_made(one));
    {
        const std::lock_guard lock(mutex_);
        present_.swap(links);
    }
    links.insert(links.end(), coming_.begin(), coming_.end());
    coming_.clear();
    const auto until = std::chrono::steady_clock::now() + patience;
    for (const link_ptr& each : links)
        if (std::ranges::find(present_, each) == present_.end())
            let_go(each, until);
    return present();
}

// ---- those that go -------------------------------------------------------------------------------------------------

void shard_servers::let_go(const link_ptr& what, steady_time until)
{
    leaving_.push_back({what, until});
    what->retire();
    sweep_later();
}

void shard_servers::sweep_later()
{
    if (std::exchange(sweeps_, true))
        return;
    sweeping_.expires_after(sweep_again);
    sweeping_.async_wait([this](const boost::system::error_code& failure) {
        if (!failure)
            sweep();
    });
}

void shard_servers::sweep()
{
    sweeps_ = false;
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(leaving_, [&](leaving& one) { return gone(one, now); });
    if (!leaving_.empty())
        sweep_later();
}

// When nobody holds it but this, it is stopped, and destroyed at the next look: not while something that it has begun
// is about to call it. Those that it is cut off from end soon after, and hold it until then.
bool shard_servers::gone(leaving& one, steady_time now)
{
    const bool used = one.what.use_count() > 1;
    if (one.cut_off || (used && now < one.until))
        return one.cut_off && !used;
    one.cut_off = true;
    if (used)
        telemetry::report(telemetry::level::warn, "backend", "cut_off", {{"server", one.what->url()}});
    one.what->stop();
    return false;
}

// ---- any thread ----------------------------------------------------------------------------------------------------

std::string shard_servers::trouble() const
{
    const std::lock_guard lock(mutex_);
    for (const link_ptr& each : present_)
        if (const auto trouble = each->trouble(); !trouble.empty())
            return (present_.size() > 1 ? each->url() + ": " : std::string()).append(trouble);
    // Until then nobody with rules can be judged.
    if (!std::ranges::all_of(present_, &server_link::answered))
        return "what commands Redis has is not known yet";
    return {};
}

}   // namespace rediserve::app
