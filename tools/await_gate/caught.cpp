// Not part of the program: what the await gate must find. One function per shape, each marked `caught`.
#include <coroutine>
#include <exception>
#include <initializer_list>
#include <string>
#include <utility>

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

template <class T>
struct operation
{
    explicit operation(T of) : value(std::move(of)) {}
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<>) {}
    T await_resume() { return value; }
    T value;
};

struct options
{
    std::string name;
    int count;
};

operation<std::string> by_options(options of)
{
    return operation(of.name);
}
operation<int> by_list(std::initializer_list<std::string> of)
{
    return operation(static_cast<int>(of.size()));
}
template <class F>
operation<int> by_function(F of)
{
    return operation(of());
}
operation<std::string> by_name(std::string of)
{
    return operation(of);
}
operation<bool> yes()
{
    return operation(true);
}

task aggregate_temporary()
{
    co_await by_options(options{"name", 3});   // caught
}

task braced_list()
{
    co_await by_list({"GET", "key"});   // caught
}

task capturing_lambda(std::string text)
{
    co_await by_function([text] { return static_cast<int>(text.size()); });   // caught
}

task conditional_of_class_type(bool which)
{
    co_await by_name(which ? std::string("one") : std::string("two"));   // caught
}

task two_awaits_in_a_condition()
{
    if (co_await yes() && co_await yes())   // caught
        co_return;
}

}   // namespace

void use(std::string text)
{
    aggregate_temporary();
    braced_list();
    capturing_lambda(text);
    conditional_of_class_type(true);
    two_awaits_in_a_condition();
}
