// What a connection to Redis has to do next, from nothing to ready and back. No I/O.
#pragma once

#include "redis/backoff.hpp"

#include "rediserve/base/error.hpp"

#include <optional>
#include <string_view>

namespace rediserve::redis {

enum class link_action : std::uint8_t {
    rest,           // nothing: nobody wants this link now
    locate,         // ask the sentinels where the master is
    connect,        // resolve and connect
    secure,         // begin TLS
    authenticate,   // AUTH
    speak_resp3,    // HELLO 3
    select,         // SELECT
    set_name,       // CLIENT SETNAME; a refusal does not matter
    accept_reads,   // READONLY; refused by a replica of no cluster, which needs no such word
    check,          // PING: the first proof that whoever accepted the connection also serves it
    verify_role,    // ROLE: whether it is the master
    try_exec,       // EXEC alone: whether the user may; only then, so that no connection stays in MULTI,
    try_multi,      // MULTI, and
    end_multi,      // EXEC
    serve,          // the link is ready
    wait,           // for pause(), then on_waited()
};

// Which of the optional steps the configuration asks for.
struct link_steps
{
    bool follow_master = false;   // locate and verify_role
    bool secure = false;
    bool authenticate = false;
    bool speak_resp3 = false;
    bool select = false;
    bool set_name = false;
    bool accept_reads = false;
    bool try_transaction = false;
};

class link_fsm
{
public:
    link_fsm(link_steps steps, backoff waits) : steps_(steps), waits_(waits) {}

    // Each returns what to do now, which action() repeats.
    link_action start() noexcept { return enter(steps_.follow_master ? link_action::locate : link_action::connect); }
    link_action on_done() noexcept;   // the action succeeded
    link_action on_last() noexcept;   // … and those that follow are not needed
    link_action on_failure();         // the attempt failed, wherever it was
    link_action on_waited() noexcept { return start(); }
    link_action rest() noexcept { return enter(link_action::rest); }

    link_action action() const noexcept { return action_; }
    bool ready() const noexcept { return action_ == link_action::serve; }
    // How long action wait lasts.
    std::chrono::milliseconds pause() const noexcept { return pause_; }
    // Attempts that failed since the link last was ready.
    unsigned failures() const noexcept { return waits_.attempts(); }

private:
    link_action enter(link_action next) noexcept { return action_ = next; }
    bool wanted(link_action step) const noexcept;

    link_steps steps_;
    backoff waits_;
    link_action action_ = link_action::rest;
    std::chrono::milliseconds pause_{0};
};

// What an error reply to a step means: nullopt when the step counts as done all the same.
std::optional<error> judge_refusal(link_action step, std::string_view reply);

}   // namespace rediserve::redis
