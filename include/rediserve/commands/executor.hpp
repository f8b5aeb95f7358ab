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
#include "rediserve/redis/lease.hpp"

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rediserve::commands {

using reply_or_error = result<redis::reply_view>;

// Awaits the last reply of a batch; the others are dropped. When the last one is EXECABORT, which only says that an
// earlier command was refused, the outcome is that earlier error instead. errc::reply_too_large in place of a reply
// that is_oversized().
class run_op : protected redis::reply_sink
{
public:
    run_op(redis::client& backend, redis::submit_options options, redis::batch&& commands);
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
    redis::client& backend_;
    redis::submit_options options_;
    redis::submission* submission_ = nullptr;
    std::size_t last_ = 0;
    std::coroutine_handle<> waiter_;
    reply_or_error outcome_;
    std::string earlier_error_;
};

inline run_op run(redis::client& backend, redis::submit_options options, redis::batch&& commands)
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
    // What it amounts to (redis::submit_options).
    std::vector<std::string> stands_for = {};
};

// Awaits the reply of a script: by digest, and by source when the server has forgotten it (NOSCRIPT means that nothing
// was run). `request` must outlive the operation.
class script_op final : public run_op
{
public:
    script_op(redis::client& backend, redis::submit_options options, script_request& request);

private:
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;

    script_request& request_;
    bool by_source_;
};

inline script_op run(redis::client& backend, redis::submit_options options, script_request& request)
{
    return script_op(backend, options, request);
}

// Told of every reply of a batch, while it is alive, or that it is_oversized(). Must not suspend, nor destroy the operation.
class reply_visitor
{
public:
    virtual void visit(const redis::reply_view& reply, std::size_t index) noexcept = 0;
    // Reply `index` will not come, others may.
    virtual void visit_missing(const error& why, std::size_t index) noexcept = 0;

protected:
    ~reply_visitor() = default;
};

// Awaits all replies of a batch, on a shared connection or on a leased one. A batch without commands is done at once.
class each_op final : private redis::reply_sink
{
public:
    each_op(redis::client& backend, redis::submit_options options, redis::batch&& commands, reply_visitor& to);
    // On a lease of `backend`, which is asked whether it may be. `deadline` as of redis::lease::submit. `through` must
    // outlive the operation.
    each_op(
        redis::client& backend, redis::lease& through, redis::submit_options options,
        std::chrono::milliseconds deadline, redis::batch&& commands, reply_visitor& to
    );
    each_op(const each_op&) = delete;
    each_op& operator=(const each_op&) = delete;
    ~each_op();

    bool await_ready() const noexcept { return submission_ == nullptr; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
    // What was visited before a failure stays visited.
    result<void> await_resume() noexcept { return std::move(outcome_); }

private:
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;
    void on_missing(const error& why, std::size_t index) noexcept override;
    void on_failure(error why) noexcept override;
    void accept(result<redis::submission*> what);
    void end_with(std::size_t index) noexcept;

    redis::client& backend_;
    redis::lease* lease_ = nullptr;
    reply_visitor& to_;
    std::size_t last_;
    redis::submission* submission_ = nullptr;
    std::coroutine_handle<> waiter_;
    result<void> outcome_;
};

// Awaits a connection of one's own.
class lease_op final : private redis::lease_waiter
{
public:
    explicit lease_op(redis::client& backend);
    lease_op(const lease_op&) = delete;
    lease_op& operator=(const lease_op&) = delete;
    ~lease_op();

    bool await_ready() const noexcept { return !waiting_; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
    result<redis::lease> await_resume() noexcept { return std::move(outcome_); }

private:
    void on_lease(redis::lease got) noexcept override;
    void on_failure(error why) noexcept override;

    redis::client& backend_;
    bool waiting_ = false;
    std::coroutine_handle<> waiter_;
    result<redis::lease> outcome_;
};

// Awaits what a server says to a login, on a connection of one's own that is of no more use afterwards: an error of Redis,
// or nothing when it is right. It is the gateway that asks; no rules are.
class login_op final : private redis::lease_waiter, private redis::reply_sink
{
public:
    // `user` must outlive the operation.
    login_op(redis::client& backend, const redis::login& user);
    login_op(const login_op&) = delete;
    login_op& operator=(const login_op&) = delete;
    ~login_op();

    bool await_ready() const noexcept { return !waiting_; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
    result<std::string> await_resume() noexcept { return std::move(outcome_); }

private:
    void on_lease(redis::lease got) noexcept override;
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;
    void on_failure(error why) noexcept override;
    void resume(result<std::string> outcome) noexcept;

    redis::client& backend_;
    const redis::login& user_;
    redis::lease lease_;
    redis::submission* submission_ = nullptr;
    bool waiting_ = false;
    std::coroutine_handle<> waiter_;
    result<std::string> outcome_;
};

}   // namespace rediserve::commands
