// Sends batches into a cluster: what all of one user's have in common.
#pragma once

#include "cluster/dispatch.hpp"
#include "cluster/nodes.hpp"
#include "cluster/scans.hpp"
#include "cluster/topology.hpp"
#include "rediserve/commands/command_table.hpp"

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace rediserve::cluster {

class router final : private topology::watcher
{
public:
    // All must outlive it. `table` is where the table of commands stands, whichever it is at the time.
    router(
        boost::asio::io_context& context, const redis::params& settings, topology& where, nodes& through,
        const std::shared_ptr<const commands::command_table>& table
    );
    ~router();

    // As backend's.
    result<redis::submission*> submit(
        redis::batch&& commands, const redis::submit_options& options, redis::reply_sink& to
    );
    void cancel(redis::submission& what) noexcept;
    // Whatever waits fails with errc::draining.
    void stop() noexcept;

    // For what is under way.
    const redis::params& settings() const noexcept { return settings_; }
    const commands::command_table& table() const noexcept { return *table_; }
    cluster::topology& topology() noexcept { return topology_; }
    // nullptr: not known yet.
    const slot_map* map() const noexcept { return topology_.map().get(); }
    // Why it will not be known in a moment; nullptr: it may be.
    const error* hopeless() const noexcept;
    // Who serves the slot; nullptr: nobody does.
    node_link* owner_of(std::uint16_t slot) noexcept;
    // A primary, the same one for the same number as long as nothing changes.
    node_link& any(std::uint32_t number) noexcept;
    node_link& at_announced(const redis::place& place) { return nodes_.at(names_.reachable(place)); }
    // One for each shard, in no order; and a slot of each.
    const std::vector<node_link*>& primaries() const noexcept { return primaries_; }
    std::span<const std::uint16_t> shards() const noexcept { return shards_; }
    std::vector<node_link*> replicas();
    // One that the node there serves; target::anywhere when it serves none.
    std::int32_t slot_of_node(const redis::place& at) const noexcept;
    cluster::scans& scans() noexcept { return scans_; }
    // Views into `from`, until the next call.
    std::span<const std::string_view> words_of(const redis::batch& from, std::size_t index);
    // Whether slots were on their way just now. A replica does not know that they are, and takes keys that have left for
    // none: it is not asked.
    bool moving() const noexcept { return std::chrono::steady_clock::now() < moving_until_; }
    void note_moves() noexcept { moving_until_ = std::chrono::steady_clock::now() + std::chrono::seconds(10); }
    // To be used until the next batch.
    std::vector<route>& routes() noexcept { return routes_; }
    // Whether there is room for one that waits.
    bool may_wait() const noexcept { return waiting_count_ < settings_.queue_commands; }
    // `what` is to try again: when something has changed or in a moment, or else as soon as somebody may be told.
    void wait(dispatch& what, bool for_a_change);
    // It is over.
    void give_back(dispatch& what) noexcept;

private:
    // topology::watcher
    void on_map() noexcept override;
    void on_no_answer() noexcept override { wake(); }

    void wake() noexcept;
    std::chrono::microseconds pause() const noexcept;
    void wait_no_more(dispatch& what) noexcept;
    void learn_nodes();
    void learn_slots();

    const redis::params& settings_;
    cluster::topology& topology_;
    nodes& nodes_;
    const std::shared_ptr<const commands::command_table>& table_;
    redis::node_names names_;
    cluster::scans scans_;
    std::vector<node_link*> primaries_;   // by index of their shard
    std::vector<std::uint16_t> shards_;
    std::vector<std::unique_ptr<dispatch>> all_;
    std::vector<dispatch*> spare_;
    boost::intrusive::list<dispatch, boost::intrusive::constant_time_size<false>> waiting_;
    std::size_t waiting_count_ = 0;
    steady_time moving_until_{};
    std::vector<std::string_view> words_;
    std::vector<route> routes_;
    redis::alarm wake_;
};

}   // namespace rediserve::cluster
