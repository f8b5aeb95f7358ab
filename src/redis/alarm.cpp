#include "rediserve/redis/alarm.hpp"

#include <boost/asio/steady_timer.hpp>

namespace rediserve::redis {

struct alarm::state
{
    state(boost::asio::io_context& context, std::function<void()> to_ring) : timer(context), ring(std::move(to_ring)) {}

    boost::asio::steady_timer timer;
    std::function<void()> ring;
    std::uint64_t arming = 0;   // tells a handler whether it is still meant
    bool armed = false;
};

alarm::alarm(boost::asio::io_context& context, std::function<void()> ring)
    : state_(std::make_shared<state>(context, std::move(ring)))
{}

alarm::~alarm()
{
    stop();
}

void alarm::at(steady_time when)
{
    state_->armed = true;
    const auto arming = ++state_->arming;
    state_->timer.expires_at(when);
    state_->timer.async_wait([shared = state_, arming](const boost::system::error_code&) {
        if (!shared->armed || shared->arming != arming)
            return;
        shared->armed = false;
        shared->ring();
    });
}

void alarm::stop() noexcept
{
    if (!state_->armed)
        return;
    state_->armed = false;
    state_->timer.cancel();
}

bool alarm::armed() const noexcept
{
    return state_->armed;
}

}   // namespace rediserve::redis
