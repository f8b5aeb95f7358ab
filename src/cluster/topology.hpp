// What is known about who serves which slot: asked of the nodes at the start, when a node says otherwise, when one is gone,
// and from time to time. One question at a time, of a few nodes at once.
#pragma once

#include "cluster/node_question.hpp"
#include "cluster/nodes.hpp"
#include "cluster/slot_map.hpp"
#include "rediserve/redis/alarm.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace rediserve::cluster {

class topology final : private node_question::asker
{
public:
    // Told on the shard's thread, not from inside the calls below.
    class watcher
    {
    public:
        // A map has come, the same or another. map() is set.
        virtual void on_map() noexcept = 0;
        // None of the nodes has answered; why() says more.
        virtual void on_no_answer() noexcept = 0;

    protected:
        ~watcher() = default;
    };

    // All must outlive it. Questions go by `through`.
    topology(boost::asio::io_context& context, const redis::params& settings, nodes& through);
    ~topology();

    void start();
    void stop() noexcept;
    void watch(watcher& by) { watchers_.push_back(&by); }
    void unwatch(watcher& by) noexcept;

    // nullptr: nobody has answered yet.
    const std::shared_ptr<const slot_map>& map() const noexcept { return map_; }
    // Why the last question was not answered; of the time before the first: that none was.
    const error& why() const noexcept { return why_; }
    // Whether that was so the last time that all were asked.
    bool gave_up() const noexcept { return failures_ > 0; }

    // There is reason to ask. Does so in a moment, unless it is under way.
    void doubt();
    // At once, and what is under way does not count: the next on_map() tells the state of now or later.
    void ask_anew();

private:
    // node_question::asker
    void on_answer(node_question& from, const redis::reply_view& reply) noexcept override;
    void on_silence(node_question& from, const error& why) noexcept override;

    void begin();
    void ask_more();
    void settle(std::shared_ptr<const slot_map> found);
    void give_up();
    void withdraw() noexcept;
    void choose_candidates();

    const redis::params& settings_;
    nodes& nodes_;
    redis::node_names names_;
    std::vector<watcher*> watchers_;
    std::shared_ptr<const slot_map> map_;
    error why_;
    redis::alarm next_;                                   // when to ask again
    std::vector<std::unique_ptr<node_question>> asked_;   // under way
    std::vector<redis::place> untried_;                   // in this round, last first
    std::size_t promising_ = 0;                           // how many of these, the last
    bool asking_ = false;
    bool doubted_ = false;   // the next round begins soon
    unsigned failures_ = 0;
};

}   // namespace rediserve::cluster
