#include "app/command_table_loader.hpp"

#include "rediserve/redis/memory.hpp"

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
    stopped_ = true;
    timer_.cancel();
    if (auto* const asked = std::exchange(asked_, nullptr))
        backend_.cancel(*asked);
}

void command_table_loader::wait()
{
    timer_.expires_after(period);
    timer_.async_wait([this](const boost::system::error_code& failure) {
        if (failure || stopped_)
            return;
        if (stale() && !asked_)
            ask();
        wait();
    });
}

void command_table_loader::ask()
{
    asked_at_ = metrics_.redis_reconnects.get();
    question_ = question::commands;
    redis::batch questions;
    questions.add("COMMAND").add("EXEC");
    submit(std::move(questions));
}

// After EXEC is known to be allowed, so that a shared connection does not stay in MULTI.
void command_table_loader::ask_for_a_transaction()
{
    question_ = question::transaction;
    redis::batch questions;
    questions.add("MULTI").add("EXEC");
    submit(std::move(questions));
}

// All of it may be asked again.
void command_table_loader::submit(redis::batch&& questions)
{
    const auto accepted = backend_.submit(std::move(questions), {.affinity = 0, .read_only = true}, *this);
    asked_ = accepted ? *accepted : nullptr;
}

void command_table_loader::on_reply(const redis::reply_view& reply, std::size_t index) noexcept
{
    const bool first = index == 0;
    if (!first)
        asked_ = nullptr;
    if (question_ == question::commands)
        return first ? on_commands(reply) : on_lone_exec(reply);
    if (first && reply.is_error())
        table_->refuse_transactions(reply.text());
    if (!first)
        finish();
}

// A server that does not allow the question is not asked again: the built-in table has to do.
void command_table_loader::on_commands(const redis::reply_view& reply)
{
    table_ = commands::command_table::parse(reply);
    if (!table_)
        table_ = commands::command_table::built_in();
}

// Without MULTI it is an error in any case. Newer servers say EXECABORT, and NOPERM behind that.
void command_table_loader::on_lone_exec(const redis::reply_view& reply)
{
    const bool forbidden = reply.is_error("NOPERM") || reply.is_error("EXECABORT");
    if (!forbidden)
        return ask_for_a_transaction();
    table_->refuse_transactions(reply.text());
    finish();
}

void command_table_loader::finish()
{
    loaded_at_ = asked_at_;
    take_(std::exchange(table_, nullptr));
    redis::forget_kept_memory();
    if (!answered_.load(std::memory_order_relaxed))
        redis::give_memory_back();   // the reply of COMMAND takes more than all that a thread holds when it rests
    answered_.store(true, std::memory_order_relaxed);
}

}   // namespace rediserve::app
