// What it costs to start a request's coroutine, suspend it once for a reply, resume it and end it: ours, and Asio's
// (docs/adr/0001-own-task-type.md).
#include "rediserve/base/task.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <benchmark/benchmark.h>

#include <functional>
#include <optional>

namespace {

namespace asio = boost::asio;

// Stands for the callback of a reply.
struct reply_event
{
    std::coroutine_handle<> waiter;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> of) noexcept { waiter = of; }
    void await_resume() const noexcept {}
};

rediserve::task handle(reply_event& reply, int& answered)
{
    co_await reply;
    ++answered;
}

void request_as_task(benchmark::State& state)
{
    reply_event reply;
    int answered = 0;
    for (auto _ : state) {
        const rediserve::task work = handle(reply, answered);
        reply.waiter.resume();
    }
    benchmark::DoNotOptimize(answered);
}

// The same event, as Asio's completion tokens want it.
template <class Store>
auto async_reply(Store store)
{
    return asio::async_initiate<const asio::use_awaitable_t<>&, void()>(store, asio::use_awaitable);
}

using awaitable_handler = asio::detail::awaitable_handler<asio::any_io_executor>;

asio::awaitable<void> handle(std::optional<awaitable_handler>& waiter, int& answered)
{
    auto store = [&waiter](awaitable_handler&& handler) { waiter.emplace(std::move(handler)); };
    co_await async_reply(store);
    ++answered;
}

void request_as_awaitable(benchmark::State& state)
{
    asio::io_context context{1};
    std::optional<awaitable_handler> waiter;
    int answered = 0;
    for (auto _ : state) {
        asio::co_spawn(context, handle(waiter, answered), asio::detached);
        context.poll();
        awaitable_handler resumed = std::move(*waiter);
        waiter.reset();
        resumed();
        context.poll();
        context.restart();
    }
    benchmark::DoNotOptimize(answered);
}

BENCHMARK(request_as_task);
BENCHMARK(request_as_awaitable);

}   // namespace
