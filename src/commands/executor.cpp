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

bool goes_by_source(const redis::client& backend, const script_request& request) noexcept
{
    return request.large.size() > 0 || backend.wants_source();
}

redis::submit_options standing_for(redis::submit_options options, const script_request& request)
{
    options.stands_for = request.stands_for;
    return options;
}

}   // namespace

// ---- run_op --------------------------------------------------------------------------------------------------------

run_op::run_op(redis::client& backend, redis::submit_options options, redis::batch&& commands)
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
        if (!reply.is_error())
            resume(reply);
        else if (reply.is_error("EXECABORT") && !earlier_error_.empty())
            resume(redis_failure(earlier_error_));
        else if (reply.is_oversized())
            resume(redis_failure(reply));
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

script_op::script_op(redis::client& backend, redis::submit_options options, script_request& request)
    : run_op(backend, standing_for(options, request), encode(request, goes_by_source(backend, request)))
    , request_(request)
    , by_source_(goes_by_source(backend, request))
{}

void script_op::on_reply(const redis::reply_view& reply, std::size_t index) noexcept
{
    if (by_source_ || !reply.is_error("NOSCRIPT"))
        return run_op::on_reply(reply, index);
    by_source_ = true;
    if (!submit(encode(request_, true)))
        resume(await_resume());
}

// ---- each_op -------------------------------------------------------------------------------------------------------

each_op::each_op(redis::client& backend, redis::submit_options options, redis::batch&& commands, reply_visitor& to)
    : backend_(backend), to_(to), last_(commands.size() - 1)
{
    options.one_by_one = true;
    if (commands.size() > 0)
        accept(backend.submit(std::move(commands), options, *this));
}

each_op::each_op(
    redis::client& backend, redis::lease& through, redis::submit_options options, std::chrono::milliseconds deadline,
    redis::batch&& commands, reply_visitor& to
)
    : backend_(backend), lease_(&through), to_(to), last_(commands.size() - 1)
{
    if (commands.size() == 0)
        return;
    options.one_by_one = true;
    options.most_reply = redis::narrower(options.most_reply, backend.most_reply());
    if (const auto fine = backend.admit(commands, options); fine)
        accept(through.submit(std::move(commands), options, deadline, *this));
    else
        outcome_ = fine.error();
}

each_op::~each_op()
{
    if (submission_ && lease_)
        lease_->cancel(*submission_);
    else if (submission_)
        backend_.cancel(*submission_);
}

void each_op::accept(result<redis::submission*> what)
{
    if (what)
        submission_ = *what;
    else
        outcome_ = what.error();
}

void each_op::on_reply(const redis::reply_view& reply, std::size_t index) noexcept
{
    to_.visit(reply, index);
    end_with(index);
}

void each_op::on_missing(const error& why, std::size_t index) noexcept
{
    to_.visit_missing(why, index);
    end_with(index);
}

void each_op::end_with(std::size_t index) noexcept
{
    if (index < last_)
        return;
    submission_ = nullptr;
    waiter_.resume();
}

void each_op::on_failure(error why) noexcept
{
    submission_ = nullptr;
    outcome_ = std::move(why);
    waiter_.resume();
}

// ---- lease_op ------------------------------------------------------------------------------------------------------

lease_op::lease_op(redis::client& backend) : backend_(backend), outcome_(redis::lease())
{
    const auto asked = backend.acquire(*this, never);
    waiting_ = asked.has_value();
    if (!asked)
        outcome_ = asked.error();
}

lease_op::~lease_op()
{
    if (waiting_)
        backend_.cancel(static_cast<redis::lease_waiter&>(*this));
}

void lease_op::on_lease(redis::lease got) noexcept
{
    waiting_ = false;
    outcome_ = std::move(got);
    waiter_.resume();
}

void lease_op::on_failure(error why) noexcept
{
    waiting_ = false;
    outcome_ = std::move(why);
    waiter_.resume();
}

// ---- login_op ------------------------------------------------------------------------------------------------------

login_op::login_op(redis::client& backend, const redis::login& user)
    : backend_(backend), user_(user), outcome_(std::string())
{
    const auto asked = backend.acquire(*this, never);
    waiting_ = asked.has_value();
    if (!asked)
        outcome_ = asked.error();
}

login_op::~login_op()
{
    if (submission_)
        lease_.cancel(*submission_);
    else if (waiting_ && !lease_)
        backend_.cancel(static_cast<redis::lease_waiter&>(*this));
}

void login_op::on_lease(redis::lease got) noexcept
{
    lease_ = std::move(got);
    const auto sent =
        lease_.submit(redis::batch::of("AUTH", user_.user, user_.password), {}, backend_.command_timeout(), *this);
    if (sent)
        submission_ = *sent;
    else
        resume(sent.error());
}

void login_op::on_reply(const redis::reply_view& reply, std::size_t) noexcept
{
    submission_ = nullptr;
    resume(reply.is_error() ? std::string(reply.text()) : std::string());
}

void login_op::on_failure(error why) noexcept
{
    submission_ = nullptr;
    resume(std::move(why));
}

void login_op::resume(result<std::string> outcome) noexcept
{
    waiting_ = false;
    outcome_ = std::move(outcome);
    waiter_.resume();
}

}   // namespace rediserve::commands
