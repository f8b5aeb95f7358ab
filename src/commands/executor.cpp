#include "rediserve/commands/executor.hpp"

#include "rediserve/commands/redis_error.hpp"

namespace rediserve::commands {

namespace {

redis::batch encode(script_request& request, bool by_source)
{
    const bool with_large = request.large.size() > 0;
    redis::batch call;
    call.begin(3 + request.keys.size() + request.arguments.size() + (with_large ? 1 : 0));
    if (by_source)
        call.argument(std::string_view("EVAL")).argument(request.what.source());
    else
        call.argument(std::string_view("EVALSHA")).argument(request.what.digest());
    call.argument(request.keys.size());
    for (const std::string& key : request.keys)
        call.argument(std::string_view(key));
    for (const std::string& argument : request.arguments)
        call.argument(std::string_view(argument));
    if (with_large)
        call.argument(std::move(request.large));
    return call;
}

}   // namespace

// ---- run_op --------------------------------------------------------------------------------------------------------

run_op::run_op(redis::backend& backend, redis::submit_options options, redis::batch&& commands)
    : backend_(backend), options_(options), outcome_(redis::reply_view())
{
    submit(std::move(commands));
}

run_op::~run_op()
{
    if (submission_)
        backend_.cancel(*submission_);
}

bool run_op::submit(redis::batch&& commands)
{
    submission_ = nullptr;
    last_ = commands.size() - 1;
    const auto accepted = backend_.submit(std::move(commands), options_, *this);
    if (!accepted) {
        outcome_ = accepted.error();
        return false;
    }
    submission_ = *accepted;
    return true;
}

void run_op::on_reply(const redis::reply_view& reply, std::size_t index) noexcept
{
    if (index == last_) {
        submission_ = nullptr;
        if (reply.is_error("EXECABORT") && !earlier_error_.empty())
            resume(redis_failure(earlier_error_));
        else
            resume(reply);
    } else if (reply.is_error() && earlier_error_.empty()) {
        earlier_error_ = reply.text();
    }
}

void run_op::on_failure(error why) noexcept
{
    submission_ = nullptr;
    resume(std::move(why));
}

void run_op::resume(reply_or_error outcome) noexcept
{
    outcome_ = std::move(outcome);
    waiter_.resume();
}

// ---- script_op -----------------------------------------------------------------------------------------------------

script_op::script_op(redis::backend& backend, redis::submit_options options, script_request& request)
    : run_op(backend, options, encode(request, request.large.size() > 0))
    , request_(request)
    , by_source_(request.large.size() > 0)
{}

void script_op::on_reply(const redis::reply_view& reply, std::size_t index) noexcept
{
    if (by_source_ || !reply.is_error("NOSCRIPT"))
        return run_op::on_reply(reply, index);
    by_source_ = true;
    if (!submit(encode(request_, true)))
        resume(await_resume());
}

}   // namespace rediserve::commands
