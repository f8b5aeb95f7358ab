#include "app/health_probe.hpp"

namespace rediserve::app {

namespace {

// Between two questions, and how long an answer may take.
constexpr std::chrono::seconds period{1};

}   // namespace

health_probe::health_probe(boost::asio::io_context& context, redis::backend& backend)
    : backend_(backend), timer_(context)
{}

void health_probe::start()
{
    ask();
    wait();
}

void health_probe::stop() noexcept
{
    stopped_ = true;
    timer_.cancel();
    if (auto* const asked = std::exchange(asked_, nullptr))
        backend_.cancel(*asked);
}

std::string_view health_probe::trouble() const noexcept
{
    switch (verdict_.load(std::memory_order_relaxed)) {
    case verdict::good: break;
    case verdict::silent: return "Redis does not answer";
    case verdict::refusing: return "Redis answers PING with an error: it may be loading its data";
    }
    return {};
}

void health_probe::wait()
{
    timer_.expires_after(period);
    timer_.async_wait([this](const boost::system::error_code& failure) {
        if (failure || stopped_)
            return;
        if (asked_)
            verdict_ = verdict::silent;
        else
            ask();
        wait();
    });
}

void health_probe::ask()
{
    redis::batch ping = redis::batch::of("PING");
    const auto accepted = backend_.submit(std::move(ping), {.read_only = true, .any_answer = true}, *this);
    asked_ = accepted ? *accepted : nullptr;
}

void health_probe::on_reply(const redis::reply_view& reply, std::size_t) noexcept
{
    asked_ = nullptr;
    verdict_ = reply.is_error() ? verdict::refusing : verdict::good;
}

// A connection that is lost is the backend's to report; only silence on one that stands is ours.
void health_probe::on_failure(error why) noexcept
{
    asked_ = nullptr;
    verdict_ = why.code == errc::backend_timeout ? verdict::silent : verdict::good;
}

}   // namespace rediserve::app
