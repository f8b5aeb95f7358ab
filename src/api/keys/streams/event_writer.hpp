// The answer to one who follows a stream. Its coroutine writes what there is, waits until the client has taken it, and sleeps
// in between.
#pragma once

#include "api/errors.hpp"
#include "api/event_streams.hpp"
#include "api/keys/streams/form.hpp"

#include <coroutine>
#include <optional>
#include <utility>

namespace rediserve::api::streams {

class event_writer : private http::stream_watcher
{
public:
    explicit event_writer(const call& of) : of_(of) { of_.metrics.stream_listeners.add(1); }
    event_writer(const event_writer&) = delete;
    event_writer& operator=(const event_writer&) = delete;

    // Awaits that there is something to write, and says whether there is; else the stream is to end.
    bool await_ready() const noexcept { return over_ || stirred_; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
    bool await_resume() noexcept
    {
        stirred_ = false;
        return !over_;
    }

    bool is_over() const noexcept { return over_; }

    http::response& answer() noexcept { return of_.exchange.response(); }

    // Wakes the coroutine then, unless it ends before. For an answer that has begun.
    void wake_at(steady_time when)
    {
        if (when != never)
            of_.exchange.wake_at(when);
    }

    // Says why the stream ends, and ends it.
    void finish()
    {
        if (answer().done())
            return;
        if (!answer().begun() && failure_)
            return api::fail(of_, *failure_);
        open();
        if (failure_)
            append_error(answer().chunk(), *failure_);
        else
            append_close(answer().chunk());
        answer().finish();
    }

protected:
    ~event_writer()
    {
        of_.metrics.stream_listeners.add(-1);
        of_.exchange.watch(nullptr);
    }

    void open()
    {
        if (answer().begun())
            return;
        answer().begin(200);
        stream_events(answer());
        of_.exchange.watch(this);
    }

    // From a callback, while the coroutine sleeps.
    void sign_of_life()
    {
        open();
        append_keepalive(answer().chunk());
        answer().flush();
    }

    void wake()
    {
        stirred_ = true;
        if (waiter_)
            std::exchange(waiter_, {}).resume();
    }

    // Lets the coroutine finish, which destroys this.
    void end(std::optional<error> why = std::nullopt)
    {
        failure_ = std::move(why);
        over_ = true;
        wake();
    }

    bool sleeps() const noexcept { return static_cast<bool>(waiter_); }
    const call& of() const noexcept { return of_; }

private:
    // http::stream_watcher
    void on_idle() noexcept override
    {
        if (sleeps())
            sign_of_life();
    }
    void on_draining() noexcept override { end(); }
    void on_time() noexcept override { wake(); }

    call of_;
    std::coroutine_handle<> waiter_;
    std::optional<error> failure_;
    bool stirred_ = false;
    bool over_ = false;
};

}   // namespace rediserve::api::streams
