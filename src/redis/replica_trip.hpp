// What one batch does where replicas are read from: a read goes to one of them, and to the primary when that cannot answer;
// of a write it is noted how far it is.
#pragma once

#include "redis/pending_batch.hpp"

#include "rediserve/redis/reply_tree.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <cstddef>

namespace rediserve::redis {

class replicas;
struct replica;

class replica_trip final : public handle, private reply_sink
{
public:
    explicit replica_trip(replicas& home) noexcept : handle(true), home_(home), point_(*this) {}

    // When it fails, `commands` are as they were.
    result<void> begin(batch&& commands, const submit_options& options, reply_sink& sink);
    // Its sink will not be called any more.
    void drop() noexcept;
    // For its home: nothing of it is under way any more.
    void reset() noexcept;

private:
    // Of the question how far the primary is, which goes behind a write.
    class point_sink final : public reply_sink
    {
    public:
        explicit point_sink(replica_trip& of) noexcept : of_(of) {}
        void on_reply(const reply_view& reply, std::size_t) noexcept override { of_.on_point(reply); }
        void on_failure(error) noexcept override { of_.on_point({}); }

    private:
        replica_trip& of_;
    };

    void on_reply(const reply_view& reply, std::size_t index) noexcept override;
    void on_failure(error why) noexcept override;
    void on_point(const reply_view& reply) noexcept;

    bool ask_replica();
    submit_options options_at_replica(steady_time now) const noexcept;
    result<void> ask_primary();
    enum class parting : std::uint8_t { answered, dropped, failed };
    void leave_replica(parting how) noexcept;
    void go_to_primary(parting how, telemetry::cell& counted) noexcept;
    bool reaches(const reply_view& reply);
    void take_from_replica(const reply_view& reply, std::size_t index) noexcept;
    result<void> write(batch&& commands);
    void tell(const reply_view& reply) noexcept;
    void fail(error why) noexcept;

    replicas& home_;
    point_sink point_;
    batch commands_;   // of a read, for as long as somebody else may have to answer it
    submit_options options_;
    written* seen_ = nullptr;
    reply_sink* sink_ = nullptr;
    replica* by_ = nullptr;   // who is asked; nullptr: the primary
    submission* under_way_ = nullptr;
    submission* point_under_way_ = nullptr;
    std::size_t count_ = 0;   // of commands
    std::size_t told_ = 0;    // of their replies
    std::size_t asked_ = 0;   // commands under way, with a question before them
    bool checks_ = false;     // there is such a question
    bool read_ = false;       // a replica may have run them, in vain
    bool writes_ = false;
    reply_tree held_;   // the last reply, until it is known how far the write is
    steady_time since_;
};

}   // namespace rediserve::redis
