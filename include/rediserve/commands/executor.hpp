// Runs commands from a coroutine:
//
//     reply_or_error got = co_await run(backend, options, std::move(commands));
//     if (!got) … got.error()
//     else      … *got, until the next co_await or the end of the coroutine
//
// The coroutine is resumed from inside hiredis' read handler while the reply is alive. It may suspend on further
// commands there; the reply is gone then. Destroying the suspended coroutine cancels the command.
#pragma once

#include "rediserve/commands/script.hpp"
#include "rediserve/redis/backend.hpp"

#include <coroutine>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rediserve::commands {

using reply_or_error = result<redis::reply_view>;

// Awaits the last reply of a batch; the others are dropped. When the last one is EXECABORT, which only says that an
// earlier command was refused, the outcome is that earlier error instead.
class run_op : protected redis::reply_sink
{
public:
    run_op(redis::backend& backend, redis::submit_options options, redis::batch&& commands);
    run_op(const run_op&) = delete;
    run_op& operator=(const run_op&) = delete;
    ~run_op();

    bool await_ready() const noexcept { return submission_ == nullptr; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
    reply_or_error await_resume() noexcept { return std::move(outcome_); }

protected:
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;
    void on_failure(error why) noexcept override;

    // Sends `commands` in place of those that were answered. False: they were refused, and the outcome says why.
    bool submit(redis::batch&& commands);
    // Hands the outcome to the waiting coroutine, which may destroy *this.
    void resume(reply_or_error outcome) noexcept;

private:
    redis::backend& backend_;
    redis::submit_options options_;
    redis::submission* submission_ = nullptr;
    std::size_t last_ = 0;
    std::coroutine_handle<> waiter_;
    reply_or_error outcome_;
    std::string earlier_error_;
};

inline run_op run(redis::backend& backend, redis::submit_options options, redis::batch&& commands)
{
    return run_op(backend, options, std::move(commands));
}

// A script and what it is given.
struct script_request
{
    const script& what;
    std::vector<std::string> keys;
    std::vector<std::string> arguments;
    // One more argument behind the others, taken over without a copy. It can be sent only once, so a script that has
    // one is sent by source, not by digest.
    payload large;
};

// Awaits the reply of a script: by digest, and by source when the server has forgotten it (NOSCRIPT means that nothing
// was run). `request` must outlive the operation.
class script_op final : public run_op
{
public:
    script_op(redis::backend& backend, redis::submit_options options, script_request& request);

private:
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;

    script_request& request_;
    bool by_source_;
};

inline script_op run(redis::backend& backend, redis::submit_options options, script_request& request)
{
    return script_op(backend, options, request);
}

}   // namespace rediserve::commands
