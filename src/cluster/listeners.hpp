// Who listens to what is published in a cluster. Channels and patterns are heard at any node; a sharded channel at the node
// that serves its slot; MONITOR at every primary, and so changes of keys that begin with
// something; those of one key at the node that serves its slot. When a node is gone or serves another slot, the listener moves.
#pragma once

#include "cluster/listener.hpp"
#include "cluster/router.hpp"
#include "rediserve/redis/alarm.hpp"
#include "rediserve/redis/subscription.hpp"

#include <boost/intrusive/list.hpp>

#include <string_view>

namespace rediserve::cluster {

class listeners final : private topology::watcher
{
public:
    listeners(boost::asio::io_context& context, router& through);
    ~listeners();

    // As client::subscribe.
    result<redis::subscription> add(
        redis::subscription_kind kind, std::string_view name, redis::subscription_sink& sink
    );
    // Whoever waits for a node is told `why`.
    void stop(const error& why) noexcept;

private:
    // topology::watcher
    void on_map() noexcept override { settle_soon(); }
    void on_no_answer() noexcept override {}

    void settle_soon();
    void settle();

    router& router_;
    boost::intrusive::list<listener, boost::intrusive::constant_time_size<false>> all_;
    redis::alarm settle_;   // looks whether everybody listens in the right place
};

}   // namespace rediserve::cluster
