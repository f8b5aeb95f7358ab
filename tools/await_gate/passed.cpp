// Not part of the program: the same as caught.cpp, written so that g++ 12 compiles it right and the await gate is silent.
#include <coroutine>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace {

struct task
{
    struct promise_type
    {
        task get_return_object() { return {}; }
        std::suspend_never initial_suspend() { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

struct operation
{
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<>) {}
    bool await_resume() { return true; }
};

struct options
{
    std::string name;
    int count;
};

operation by_options(options)
{
    return {};
}
operation by_list(const std::vector<std::string>&)
{
    return {};
}

task names_and_calls(bool which)
{
    options named{"name", 3};
    co_await by_options(std::move(named));
    const std::vector<std::string> words{"GET", "key"};
    co_await by_list(words);
    const bool first = co_await by_list(words);
    if (!first || which)
        co_return;
    if (co_await by_list(words))
        co_return;
}

}   // namespace

void use()
{
    names_and_calls(true);
}
