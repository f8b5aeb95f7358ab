// A link with its queue: gives batches to the connection as it can take them, hands replies to whoever waits for them,
// and decides what becomes of a batch when its connection ends.
#pragma once

#include "redis/link.hpp"
#include "redis/request_queue.hpp"
#include "rediserve/redis/alarm.hpp"

#include "rediserve/telemetry/metrics.hpp"

#include <cstdint>

namespace rediserve::redis {

class carrier final : private link::owner
{
public:
    // Who is told. Must not destroy the carrier from inside; may call anything else.
    class events
    {
    public:
        virtual void on_ready(carrier& which) noexcept = 0;
        virtual void on_attempt_failed(carrier& which, const error& why) noexcept = 0;
        // Its queue has been dealt with: what could not be kept has failed.
        virtual void on_lost(carrier& which) noexcept = 0;

    protected:
        ~events() = default;
    };

    // What all carriers of a backend share. Must outlive them.
    struct surroundings
    {
        boost::asio::io_context& context;
        const params& settings;
        tls_client& tls;
        pending_pool& batches;
        telemetry::shard_metrics& metrics;
        sentinels* group = nullptr;   // nullptr: the address says where the server is

        // Whether what failed so is a fail-over that will soon be over.
        bool worth_waiting(const error& why) const noexcept;
    };

    carrier(const surroundings& around, request_queue::retry reads, events& to);
    // Whoever still waits is not told.
    ~carrier();

    // As link's.
    void connect() { link_.connect(); }
    void rest() noexcept;
    bool ready() const noexcept { return link_.ready(); }
    bool resting() const noexcept { return link_.resting(); }
    bool pausing() const noexcept { return link_.pausing(); }
    unsigned failures() const noexcept { return link_.failures(); }

    // A large command or reply is on its way: what is added now waits behind it.
    bool congested() const noexcept;
    // Nothing waits and nothing is owed.
    bool empty() const noexcept { return queue_.empty(); }

    // Queues a batch for which deadlines are somebody else's business. errc::backend_queue_full.
    result<pending_batch*> add(batch&& commands, const submit_options& options, reply_sink& sink, steady_time now);
    // The same with one that has waited elsewhere; when it fails, that is its end.
    bool has_room(const pending_batch& what) const noexcept { return queue_.has_room(what.commands); }
    void adopt(pending_batch& what, steady_time now) noexcept;
    void cancel(pending_batch& what) noexcept;
    // The deadline of `what` has passed: it fails, and a connection that stays silent from here on is given up.
    void expire(pending_batch& what) noexcept;
    // The client's own deadline for `what` has passed, which says nothing about the connection: it fails.
    void give_up(pending_batch& what) noexcept;
    // All that waits for the connection fails.
    void fail_waiting(const error& why) noexcept;
    // All that waits for the connection, and what it owes, fails.
    void fail_all(const error& why) noexcept;
    void move_waiting(carrier& to) noexcept;

private:
    // link::owner
    void on_ready() noexcept override;
    void on_attempt_failed(const error& why) noexcept override;
    void on_lost(const link_end& how, std::uint64_t left) noexcept override;
    void on_reply(const reply_view& reply) noexcept override;
    void on_written() noexcept override;

    void pump() noexcept;
    bool holds_back(pending_batch& asked, const reply_view& reply) noexcept;
    void leave_demoted() noexcept;
    error no_transactions() const { return error(errc::redis_not_permitted, link_.no_transactions(), executed::no); }
    void refuse_transactions() noexcept;
    void give(pending_batch& what) noexcept;
    bool give_on() noexcept;
    void drop_large_batch() noexcept;
    void watch_for_silence();
    void on_silence_alarm();
    std::uint64_t written() const noexcept { return link_.given() - link_.unsent(); }
    void retire(pending_batch& what) noexcept;
    void abandon(pending_batch& what) noexcept;
    void forget(pending_batch& what) noexcept;
    void limit_replies() noexcept;
    void begin_limit(const pending_batch& of) noexcept;
    void time_out(pending_batch& what, std::string_view queued, std::string_view sent) noexcept;
    void fail(pending_batch& what, error why) noexcept;
    void fail(pending_list& these, const error& why) noexcept;

    surroundings around_;
    request_queue::retry reads_;
    events& events_;
    link link_;
    request_queue queue_;
    alarm silence_;

    pending_batch* giving_ = nullptr;   // given in part
    std::size_t given_to_ = 0;          // wire offset in it
    pending_batch* large_ = nullptr;    // given wholly, perhaps not written wholly
    std::uint64_t heard_then_ = 0;      // when the watch for silence began
    std::uint64_t written_then_ = 0;
    bool limited_ = false;   // what the connection may be answered with
    bool demoted_ = false;   // the server is no master any more: what is owed is awaited, and the connection given up
    bool was_ready_ = false;
    bool broken_ = false;   // hiredis took a batch in part and no more
};

}   // namespace rediserve::redis
