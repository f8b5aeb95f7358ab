// A batch on its way: from submit() to its last reply.
#pragma once

#include "rediserve/base/deadline_set.hpp"
#include "rediserve/base/timeout_queue.hpp"
#include "rediserve/redis/backend.hpp"

#include <boost/intrusive/list.hpp>

#include <memory>
#include <vector>

namespace rediserve::redis {

class admission;
class carrier;

enum class pending_state : std::uint8_t {
    queued,   // nothing of it was given to a connection
    sent,     // given to a connection, at least in part
};

// What a backend of one server hands out.
class handle : public submission
{
public:
    const bool by_replica;   // it is a replica_trip, else a pending_batch

protected:
    explicit handle(bool goes_by_replica) noexcept : by_replica(goes_by_replica) {}
    ~handle() = default;
};

// Belongs to a pending_pool, is referred to by the queue it is in, by the timeout queue, by the set of earlier deadlines
// and by who submitted it.
class pending_batch final : public handle, public timeout_entry, public deadline_entry
{
public:
    pending_batch() noexcept : handle(false) {}

    // What must have reached Redis at least before anything can have run: the whole of one command or transaction, the
    // first command of any other batch.
    std::size_t harmless_bytes() const noexcept;

    batch commands;                       // emptied early when it is large, written and never to be written again
    reply_sink* sink = nullptr;           // null: nobody waits any more
    batch* returned = nullptr;            // as of submit_options
    carrier* home = nullptr;              // null: it waits for its turn
    admission* counted = nullptr;         // where it is counted as long as it is under way
    std::uint32_t* under_way = nullptr;   // a count of those not over yet, this one among them
    std::size_t count = 0;                // of commands
    std::size_t most_reply = 0;           // as of submit_options
    std::size_t charged = 0;              // bytes it counts for in its queue
    std::size_t replies = 0;              // received on the present connection
    std::size_t delivered = 0;            // told to the sink: a retry does not tell them again
    std::uint64_t begins = 0;             // where it begins in what its connection was given
    steady_time submitted;
    steady_time given;             // to a carrier
    std::uint32_t payer = 0;       // as of submit_options
    const bool* ended = nullptr;   // the same
    std::uint32_t affinity = 0;
    pending_state state = pending_state::queued;
    bool read_only = false;
    bool retried = false;
    bool refused = false;   // by a server that is no master: nothing of it runs on the present connection

    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> place;
};

using pending_list = boost::intrusive::list<
    pending_batch,
    boost::intrusive::member_hook<
        pending_batch, boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
        &pending_batch::place>,
    boost::intrusive::constant_time_size<false>>;

// Recycles them, so that none is allocated in the steady state.
class pending_pool
{
public:
    // A batch that is nowhere yet.
    pending_batch& take(batch&& commands, const submit_options& options, reply_sink& sink, steady_time now);
    void give_back(pending_batch& what) noexcept;

private:
    pending_batch& spare();

    std::vector<std::unique_ptr<pending_batch>> spare_;
};

}   // namespace rediserve::redis
