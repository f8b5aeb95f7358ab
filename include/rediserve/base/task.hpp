// The one coroutine type of the request path.
//
// A task starts at once, runs until its first suspension, is owned by whoever called it, and is cancelled by being
// destroyed while suspended: what it awaits withdraws itself in its destructor. It returns nothing and throws nothing:
// an exception that leaves a task ends the process, as one that leaves a noexcept function does.
//
// asio::awaitable would do the same with a heavier promise, a thread of frames per resumption and no way to resume
// from inside a hiredis callback; bench/micro measures the difference. Frames are recycled per thread.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>

namespace rediserve {

class task
{
public:
    struct promise_type
    {
        task get_return_object() noexcept { return task(handle::from_promise(*this)); }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_always final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }

        static void* operator new(std::size_t size);
        static void operator delete(void* frame, std::size_t size) noexcept;
    };

    task() noexcept = default;
    task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    task& operator=(task&& other) noexcept
    {
        if (this != &other) {
            reset();
            handle_ = std::exchange(other.handle_, {});
        }
        return *this;
    }
    ~task() { reset(); }

    // True when the task ran to its end, or there is none.
    bool done() const noexcept { return !handle_ || handle_.done(); }

    // Destroys the coroutine wherever it is suspended. Not to be called from inside it.
    void reset() noexcept
    {
        if (auto h = std::exchange(handle_, {}))
            h.destroy();
    }

private:
    using handle = std::coroutine_handle<promise_type>;
    explicit task(handle h) noexcept : handle_(h) {}

    handle handle_;
};

}   // namespace rediserve
