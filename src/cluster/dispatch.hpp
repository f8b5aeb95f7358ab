// A batch on its way through a cluster: what goes to which node, what has to go elsewhere, what has come back.
#pragma once

#include "cluster/leg.hpp"
#include "cluster/route.hpp"
#include "cluster/scans.hpp"
#include "cluster/split.hpp"
#include "rediserve/redis/backend.hpp"
#include "rediserve/redis/reply_tree.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::cluster {

class router;

// Belongs to a router, which uses it again and again. The usual case, all of it for one node, needs one leg and no list.
class dispatch final
    : public redis::submission,
      public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>
{
public:
    explicit dispatch(router& home) noexcept : home_(home) {}

    // As backend::submit. When it fails, `commands` is as it was.
    result<void> begin(redis::batch&& commands, const redis::submit_options& options, redis::reply_sink& to);
    // Forgets everything; the sink is not called any more.
    void reset() noexcept;
    // What waits for the cluster to change is sent, or fails when it has waited for too long.
    void try_again() noexcept;
    // All that is not answered yet.
    void fail_all(error why) noexcept;
    bool waits() const noexcept { return !parked_.empty() || !planned_; }

    // For its legs, each of which tells as the last thing it does.
    const redis::submit_options& options() const noexcept { return options_; }
    // When the answer is to be there.
    steady_time until() const noexcept { return again_ ? until_ : options_.until; }
    // All or none of it is run, so all or none of it is sent again.
    bool whole() const noexcept { return whole_; }
    void on_reply(const target& what_for, const redis::reply_view& reply) noexcept;
    // Some of it was turned away.
    void on_turned_away(leg& by) noexcept;
    void on_leg_failed(leg& which, const error& why) noexcept;

private:
    // Of a command that is not simply answered by one node, in its turn.
    struct command_state
    {
        std::string joined;   // the command's name, where all nodes answer it
        commands::response_policy joins = commands::response_policy::as_it_is;
        std::optional<cluster::split> split;
        scans::plan_pointer scan;   // by which it goes over the cluster
        redis::batch page;          // SCAN as the client has sent it
        scan_position scanned;
        std::vector<redis::reply_tree> parts;
        std::size_t missing = 0;   // of these
        std::optional<redis::reply_tree> reply;
        std::optional<error> failure;

        bool one_part() const noexcept { return joined.empty() && !split && !scan; }
        bool answered() const noexcept { return reply || failure; }
    };
    struct parked
    {
        load what;
        error why;    // told when it waits no longer
        bool waits;   // false: as soon as somebody may be told
    };
    // What is to go one way.
    struct detour
    {
        redirect where;
        load what;
    };

    void stay_with_primaries() noexcept;
    result<void> plan(redis::batch& commands);
    result<void> plan_together(std::span<const route> routes, redis::batch& commands);
    void plan_apart(std::span<const route> routes, const redis::batch& commands);
    void plan_everywhere(std::size_t index, const route& by, const redis::batch& from, load& to);
    void plan_split(std::size_t index, const redis::batch& from, load& to);
    void plan_scan(std::size_t index, const redis::batch& from, load& to);
    void begin_scan(std::size_t index, const result<scans::plan_pointer>& now);
    void add_page(std::size_t index, std::uint64_t cursor, load& to);
    node_link* one_node_for(std::span<const route> routes);
    node_link* node_of(const route& by);
    node_link* node_for(const load& what, std::size_t index);

    result<void> send_first(node_link& to, redis::batch& commands);
    void spread(load&& what);
    void send_or_park(node_link& to, load&& what);
    std::vector<detour> take_detours(leg& from);
    void send_on(detour&& what);
    void park(load&& what, error why, bool waits);
    bool worth_waiting(const error& why, node_link& of) const noexcept;
    bool too_late() const noexcept { return std::chrono::steady_clock::now() >= until_; }

    void fail(std::span<const target> what, const error& why) noexcept;
    void fail_one(std::size_t index, const error& why) noexcept;
    bool another_may_answer(std::span<const target> what) noexcept;
    void note_failure(const target& what_for, const error& why);
    void take(const target& what_for, const redis::reply_view& reply);
    void take_page(const target& what_for, const redis::reply_view& reply);
    void end_scan(std::size_t index, redis::reply_tree&& page);
    bool tell(const redis::reply_view& reply) noexcept;
    bool tell_missing(const error& why) noexcept;
    void tell_what_is_there() noexcept;
    command_state& state_of(std::size_t index);
    bool in_turn(const target& what_for) const noexcept;
    leg& spare_leg();

    router& home_;
    redis::submit_options options_;
    redis::reply_sink* sink_ = nullptr;
    steady_time until_{};
    std::size_t count_ = 0;
    std::size_t next_ = 0;     // to be told
    unsigned hops_ = 0;        // how often some of it was sent elsewhere
    std::uint32_t life_ = 0;   // of this object, which serves many
    bool whole_ = false;
    bool began_ = false;   // some of it was answered
    bool lost_ = false;    // some of it may have been read in vain, and is sent again
    bool again_ = false;   // some of it is not sent for the first time
    bool planned_ = true;
    redis::batch unplanned_;   // for as long as nobody knows who serves what
    std::vector<std::unique_ptr<leg>> legs_;
    std::vector<command_state> states_;   // empty in the usual case
    std::vector<parked> parked_;
};

}   // namespace rediserve::cluster
