// What a token or a listener points to: a Redis behind a pool of connections, seen from one shard.
//
// Requests see it as a redis::client; the process, which also starts and stops it, as a redis::backend.
//
// Everything here belongs to one thread. Calls never block.
#pragma once

#include "rediserve/base/deadline_set.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/redis/command.hpp"
#include "rediserve/redis/params.hpp"
#include "rediserve/redis/reply.hpp"
#include "rediserve/redis/subscription.hpp"
#include "rediserve/redis/written.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rediserve::telemetry {
struct shard_metrics;
}

namespace rediserve::redis {

// Where the answers to a submitted batch go. Called from inside hiredis' read handler: may submit and cancel, must not
// do socket I/O of its own or keep a reply.
class reply_sink
{
public:
    // Reply `index` of the batch; the last one ends the submission.
    virtual void on_reply(const reply_view& reply, std::size_t index) noexcept = 0;
    // In place of reply `index`: this command has none, and others may. Only where submit_options::one_by_one is set.
    virtual void on_missing(const error&, std::size_t) noexcept {}
    // The submission ended without (all of) its replies: errc 4xx, `executed` set.
    virtual void on_failure(error why) noexcept = 0;

protected:
    ~reply_sink() = default;
};

// A batch that was accepted and is not answered yet. Valid until the sink's last call, or until cancelled. What is behind
// it is its backend's business.
class submission
{
public:
    submission(const submission&) = delete;
    submission& operator=(const submission&) = delete;

protected:
    submission() = default;
    ~submission() = default;
};

struct submit_options
{
    // What shares an affinity goes the same way as long as some of it is under way, so that what a client sends in order
    // runs in order.
    std::uint32_t affinity = 0;
    // On whose account it is. When more is submitted than the server can take, payers take turns.
    std::uint32_t payer = 0;
    // Whether its client has closed its side of the connection. What waits for its turn then is not run when that comes:
    // errc::backend_queue_full. Must outlive the submission.
    const bool* ended = nullptr;
    // Only reads: may be run again, once, when the connection dies before the answer.
    bool read_only = false;
    // The commands have nothing to do with each other: in a cluster, where they may run on several nodes, one that fails
    // does not fail the others (reply_sink::on_missing).
    bool one_by_one = false;
    // Of a command that all nodes of a cluster are asked, one good answer is enough.
    bool any_answer = false;
    // What its client has written; nullptr: that does not matter. What the batch writes is noted there before the sink's last
    // call, unless it is `at_replica`. Must outlive the submission.
    redis::written* seen = nullptr;
    // Commands on keys that only read, and in any order: a replica may answer them that has all of `seen`, and else the
    // primary does.
    bool at_replica = false;
    // What the replies may take together, in bytes: their texts, and 64 for each element of an array. One that does not fit
    // into what is left of it is read and not kept; what is told in its place is_oversized(). 0: any number.
    std::size_t most_reply = 0;
    // It fails then with errc::backend_timeout, and is not sent any more, even where the backend has more patience. Not for
    // leases, which have deadlines of their own.
    steady_time until = never;
    // Where the commands are put when the submission ends, before the sink's last call, unless they may still be under way
    // (a time-out). For who sends them elsewhere then. Must outlive the submission.
    batch* returned = nullptr;
    // Of a script of the gateway's own: the commands that it amounts to, each with the script's keys as its first
    // arguments. Who judges commands judges these in its place. Must live until submit() has returned.
    std::span<const std::string> stands_for = {};
};

// Of two limits the one that holds, where 0 is none.
constexpr std::size_t narrower(std::size_t one, std::size_t other) noexcept
{
    return one == 0 || (other > 0 && other < one) ? other : one;
}

// How the backend is doing, for /readyz and the log.
struct backend_health
{
    bool up = false;
    std::string why;        // empty when up
    bool refused = false;   // of as(): Redis does not know the login, and is not asked again
};

class lease;
class lease_waiter;

class client
{
public:
    virtual ~client() = default;

    // Whether `commands` may be sent at all; submit() asks by itself, and who sends by a lease has to ask.
    // errc::forbidden, or what else speaks against it.
    virtual result<void> admit(const batch&, const submit_options&) { return {}; }

    // Queues `commands`; they leave with everything else of this event-loop turn. The sink is called later, never from
    // inside submit. Fails at once with backend_unavailable while the server is known to be down, backend_queue_full.
    virtual result<submission*> submit(batch&& commands, submit_options options, reply_sink& sink) = 0;

    // The sink will not be called any more; what is not written yet is withdrawn, a late reply is dropped.
    virtual void cancel(submission& what) noexcept = 0;

    // Asks for a connection of one's own (WATCH, blocking commands). The waiter is called later, never from inside.
    // errc::backend_unavailable, backend_queue_full at once; lease_timeout through the waiter, and backend_timeout at `until`.
    virtual result<void> acquire(lease_waiter& waiter, steady_time until) = 0;
    virtual void cancel(lease_waiter& waiter) noexcept = 0;

    // Listens to what is published to `name`, on a connection that all listeners of the shard share (MONITOR has another).
    // Fails at once with backend_unavailable while the server is known to be down.
    virtual result<subscription> subscribe(subscription_kind kind, std::string_view name, subscription_sink& sink) = 0;

    // How long a command may take to be answered, its blocking not counted.
    virtual std::chrono::milliseconds command_timeout() const noexcept = 0;

    // What the replies to a batch that a request sends may take (submit_options::most_reply); 0: any number. A backend only
    // says it: who submits for requests, or sends by a lease, sees to it.
    virtual std::size_t most_reply() const noexcept { return 0; }

    // Of a cluster: a hash tag without its braces that is in the slot of `key`. Empty: there are no slots. Lives as long as
    // the process.
    virtual std::string_view tag_beside(std::string_view) const { return {}; }

    // The event loop of its thread, for timers; nullptr: there is none.
    virtual boost::asio::io_context* loop() noexcept { return nullptr; }

    // Whether scripts have to be sent by their source, because it is not the server that runs them.
    virtual bool wants_source() const noexcept { return false; }
};

class backend : public client
{
public:
    // Begins to connect. Call once.
    virtual void start() = 0;

    virtual const backend_health& health() const noexcept = 0;

    // The same server as another user, whose login need not be right: then it answers errc::unauthorized. It connects by
    // itself, and is closed when nobody has held it for settings.lease_idle. errc::too_many_connections.
    virtual result<std::shared_ptr<backend>> as(const login& user) = 0;

    // The same server by connections that speak RESP3, for whose replies every kind of reply_view is to be expected. It connects
    // when it is first asked for, and is closed as as() is. Here: there is none.
    virtual result<std::shared_ptr<backend>> in_resp3()
    {
        return error(errc::backend_refused, "this server is spoken to in RESP2 only", executed::no);
    }

    // It is on its way out: listeners are told errc::draining and no others taken, all else goes on until stop(). Here: nothing,
    // which leaves the listeners to that.
    virtual void retire() noexcept {}

    // Closes all connections; whatever waits fails with errc::draining.
    virtual void stop() noexcept = 0;
};

// A backend of one server, or of the master of a Sentinel group, which it finds and follows (params.address). Resolves,
// connects and reconnects by itself.
std::unique_ptr<backend> make_standalone(
    boost::asio::io_context& context, const params& settings, telemetry::shard_metrics& metrics
);

}   // namespace rediserve::redis
