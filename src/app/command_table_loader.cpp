#include "app/command_table_loader.hpp"

#include <chrono>
#include <utility>

namespace rediserve::app {

namespace {

// Between two looks.
constexpr std::chrono::milliseconds period{500};

}   // namespace

command_table_loader::command_table_loader(
    boost::asio::io_context& context, redis::backend& backend, const telemetry::shard_metrics& metrics, taker to
)
    : backend_(backend), metrics_(metrics), take_(std::move(to)), timer_(context)
{}

void command_table_loader::start()
{
    ask();
    wait();
}

void command_table_loader::stop() noexcept
{
    timer_.cancel();
    if (auto* const asked = std::exchange(asked_, nullptr))
        backend_.cancel(*asked);
}

void command_table_loader::wait()
{
    timer_.expires_after(period);
    timer_.async_wait([this](const boost::system::error_code& failure) {
        if (failure)
            return;
        if (stale() && !asked_)
            ask();
        wait();
    });
}

void command_table_loader::ask()
{
    asked_at_ = metrics_.redis_reconnects.get();
    redis::batch question = redis::batch::of("COMMAND");
    const auto accepted = backend_.submit(std::move(question), {.affinity = 0, .read_only = true}, *this);
    asked_ = accepted ? *accepted : nullptr;
}

// A server that does not allow the question is not asked again: the built-in table has to do.
void command_table_loader::on_reply(const redis::reply_view& reply, std::size_t) noexcept
{
    asked_ = nullptr;
    loaded_at_ = asked_at_;
    if (auto table = commands::command_table::parse(reply))
        take_(std::move(table));
}

}   // namespace rediserve::app
