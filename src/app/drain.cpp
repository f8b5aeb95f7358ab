#include "app/drain.hpp"

#include "rediserve/telemetry/log.hpp"

#include <utility>

namespace rediserve::app {

namespace {

// How often to look whether the last connection has gone.
constexpr std::chrono::milliseconds look_again{10};

}   // namespace

drain::drain(boost::asio::io_context& context, parts of, std::function<void()> done)
    : timer_(context), parts_(of), done_(std::move(done))
{}

void drain::begin(std::chrono::milliseconds grace, std::chrono::milliseconds timeout)
{
    timer_.expires_after(grace);
    timer_.async_wait([this, timeout](const boost::system::error_code& failure) {
        if (!failure)
            close_listener(timeout);
    });
}

void drain::close_listener(std::chrono::milliseconds timeout)
{
    parts_.listener.close();
    for (const auto& each : parts_.shards)
        each->drain();
    give_up_ = std::chrono::steady_clock::now() + timeout;
    await_connections();
}

void drain::await_connections()
{
    const std::size_t open = open_connections();
    const bool late = std::chrono::steady_clock::now() >= give_up_;
    if (open > 0 && late)
        telemetry::report(telemetry::level::warn, "server", "cut_off", {{"connections", std::uint64_t{open}}});
    if (open == 0 || late)
        return done_();
    timer_.expires_after(look_again);
    timer_.async_wait([this](const boost::system::error_code& failure) {
        if (!failure)
            await_connections();
    });
}

std::size_t drain::open_connections() const noexcept
{
    std::size_t open = 0;
    for (const auto& each : parts_.shards)
        open += each->connections().open();
    return open;
}

}   // namespace rediserve::app
