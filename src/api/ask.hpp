// Redis commands on behalf of a request: the executor, with the time spent waiting put on the request's account.
#pragma once

#include "api/one_step.hpp"

#include "rediserve/api/dialect.hpp"
#include "rediserve/commands/executor.hpp"

#include <chrono>
#include <coroutine>
#include <utility>

namespace rediserve::api {

// Awaits what Operation awaits.
template <class Operation>
class timed_op
{
public:
    // `arguments` are the operation's own.
    template <class... Arguments>
    timed_op(http::exchange& of, Arguments&&... arguments)
        : exchange_(of), since_(std::chrono::steady_clock::now()), operation_(std::forward<Arguments>(arguments)...)
    {}

    bool await_ready() const noexcept { return operation_.await_ready(); }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { operation_.await_suspend(waiter); }
    auto await_resume() noexcept
    {
        exchange_.add_redis_time(std::chrono::steady_clock::now() - since_);
        return operation_.await_resume();
    }

private:
    http::exchange& exchange_;
    std::chrono::steady_clock::time_point since_;
    Operation operation_;
};

// Commands that only read may be run again when a connection dies under them.
enum class effect : bool { reads, writes };

inline redis::submit_options options_of(const call& of, effect what) noexcept
{
    return {.affinity = of.exchange.affinity(), .read_only = what == effect::reads};
}

// Who does it: of a request that is to be done once, its writes go another way.
inline redis::client& client_of(const call& of, effect what) noexcept
{
    if (of.once && what == effect::writes)
        return *of.once;
    return of.backend;
}

inline timed_op<commands::run_op> ask(const call& of, effect what, redis::batch&& commands)
{
    return {of.exchange, client_of(of, what), options_of(of, what), std::move(commands)};
}

// `request` must outlive the operation.
inline timed_op<commands::script_op> ask(const call& of, effect what, commands::script_request& request)
{
    return {of.exchange, client_of(of, what), options_of(of, what), request};
}

}   // namespace rediserve::api
