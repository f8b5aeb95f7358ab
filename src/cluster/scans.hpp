// SCAN over all primaries: how it goes over the cluster as it is, and whether that still held when it was at its end.
#pragma once

#include "cluster/node_question.hpp"
#include "cluster/nodes.hpp"
#include "cluster/scan_cursor.hpp"
#include "cluster/topology.hpp"
#include "rediserve/redis/alarm.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace rediserve::cluster {

class scans final : private topology::watcher, private node_question::asker
{
public:
    using plan_pointer = std::shared_ptr<const scan_plan>;
    // Given the plan for the cluster as it is now.
    using taker = std::function<void(const result<plan_pointer>& now)>;

    scans(boost::asio::io_context& context, topology& where, nodes& through);
    ~scans();

    // For the cluster as it was when somebody last looked. There must be a map.
    const plan_pointer& plan();
    // The node that is visited at this position of it.
    const redis::place& place_of(std::size_t visit) const { return planned_for_->nodes()[plan_->visits()[visit]].at; }
    // Looks anew: at who serves what, and at which slots are on their way, of which only the nodes that take part tell.
    // Never calls from inside.
    void look(taker to);
    void stop() noexcept;

private:
    // topology::watcher
    void on_map() noexcept override;
    void on_no_answer() noexcept override { finish(where_.why()); }
    // node_question::asker
    void on_answer(node_question& from, const redis::reply_view& reply) noexcept override;
    void on_silence(node_question&, const error& why) noexcept override { give_up(why); }

    void make_plan();
    void begin();
    void ask_primaries();
    void give_up(const error& why);
    void finish(result<plan_pointer> with);

    topology& where_;
    nodes& nodes_;
    plan_pointer plan_;
    std::shared_ptr<const slot_map> planned_for_;
    std::shared_ptr<const slot_map> compared_;   // with that, the last time
    std::vector<taker> waiting_;                 // for the next look
    std::vector<taker> served_;                  // by this one
    std::vector<migration> open_;
    std::uint64_t epoch_ = 0;
    std::vector<std::unique_ptr<node_question>> asked_;
    redis::alarm begin_;
    bool wants_map_ = false;
};

}   // namespace rediserve::cluster
