#include "app/supervisor_link.hpp"

#include <time.h>

#include <algorithm>
#include <utility>

namespace rediserve::app {

namespace {

using namespace std::chrono_literals;

// How long a Redis that is silent may keep the service from being ready, and how often to look whether it still is.
constexpr std::chrono::seconds watch_wait = 2s;
constexpr std::chrono::microseconds look_again = 5ms;

// How often to look whether something new is wrong.
constexpr std::chrono::microseconds status_period = 1s;

// Of the clock and in the unit that the manager compares with (RELOADING=1 in sd_notify(3)).
std::string monotonic_microseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000);
}

}   // namespace

supervisor_link::supervisor_link(boost::asio::io_context& context, const service_variables& of, questions ask)
    : socket_(of.notify_socket)
    , watchdog_(of.watchdog)
    , ask_(std::move(ask))
    , status_timer_(context)
    , watchdog_timer_(context)
{}

void supervisor_link::begin(const std::vector<std::string>& urls)
{
    if (!socket_.wanted())
        return;
    for (const std::string& url : urls)
        where_ += (where_.empty() ? "" : " ") + url;
    settled_by_ = std::chrono::steady_clock::now() + watch_wait;
    await_settled();
    if (watchdog_ > 0us)
        beat();
}

void supervisor_link::await_settled()
{
    ask_.round([this](bool settled) {
        if (stopping_)
            return;
        if (settled || std::chrono::steady_clock::now() >= settled_by_)
            return get_ready();
        wait(status_timer_, look_again, &supervisor_link::await_settled);
    });
}

void supervisor_link::get_ready()
{
    ready_ = true;
    told_ = status();
    socket_.send("READY=1\nSTATUS=" + told_);
    wait(status_timer_, status_period, &supervisor_link::watch_trouble);
}

std::string supervisor_link::status() const
{
    const auto trouble = ask_.trouble();
    return trouble.empty() ? "Serving " + where_ : "Not ready: " + trouble;
}

void supervisor_link::watch_trouble()
{
    if (stopping_)
        return;
    if (auto now = status(); now != told_) {
        told_ = std::move(now);
        socket_.send("STATUS=" + told_);
    }
    wait(status_timer_, status_period, &supervisor_link::watch_trouble);
}

// The next round begins a while after the last one has come back, so that a single stuck loop ends the beat.
void supervisor_link::beat()
{
    ask_.round([this](bool) {
        socket_.send("WATCHDOG=1");
        wait(watchdog_timer_, std::max(watchdog_ / 3, 1us), &supervisor_link::beat);
    });
}

void supervisor_link::wait(
    boost::asio::steady_timer& timer, std::chrono::microseconds time, void (supervisor_link::*then)()
)
{
    timer.expires_after(time);
    timer.async_wait([this, then](const boost::system::error_code& failure) {
        if (!failure)
            (this->*then)();
    });
}

void supervisor_link::reloading()
{
    if (ready_ && !stopping_)
        socket_.send("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds());
}

void supervisor_link::reloaded()
{
    if (ready_ && !stopping_)
        socket_.send("READY=1");
}

void supervisor_link::stopping()
{
    stopping_ = true;
    socket_.send("STOPPING=1\nSTATUS=Finishing what is under way");
}

}   // namespace rediserve::app
