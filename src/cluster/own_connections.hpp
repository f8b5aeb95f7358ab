// A lease of a cluster: connections of one's own to those nodes that its commands turn out to need.
#pragma once

#include "cluster/router.hpp"
#include "rediserve/redis/alarm.hpp"
#include "rediserve/redis/lease.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace rediserve::cluster {

// Its user sends one batch after the other. The commands of one run one after the other, each when that before it was
// answered, whichever nodes they are for.
class own_connections final : public redis::lent_connection,
                              private redis::submission,
                              private redis::lease_waiter,
                              private redis::reply_sink
{
public:
    // `until`: as of client::acquire. `released` is called when it is given up, and may destroy it.
    own_connections(
        boost::asio::io_context& context, router& through, steady_time until,
        std::function<void(own_connections&)> released
    );
    ~own_connections();

    // lent_connection
    result<redis::submission*> submit(
        redis::batch&& commands, redis::submit_options options, std::chrono::milliseconds deadline,
        redis::reply_sink& sink
    ) override;
    void cancel(redis::submission& what) noexcept override;
    void release() noexcept override;

private:
    struct connection
    {
        node_hold to;
        redis::lease own;
    };

    // lease_waiter
    void on_lease(redis::lease got) noexcept override;
    // lease_waiter and reply_sink
    void on_failure(error why) noexcept override;
    // reply_sink
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;

    void begin_next();
    void go_to(node_link& to);
    void send(connection& by);
    void send_elsewhere(const redirect& where);
    void try_later(const error& why);
    void give_up(error why) noexcept;
    void stop_waiting() noexcept;
    node_link* node_for_next();
    std::chrono::milliseconds time_left() const noexcept;

    router& router_;
    const steady_time until_;
    std::function<void(own_connections&)> released_;
    redis::alarm later_;
    std::vector<connection> connections_;
    redis::batch commands_;
    redis::submit_options options_;
    redis::reply_sink* sink_ = nullptr;   // null: nothing is under way
    steady_time expires_{};
    std::size_t next_ = 0;   // command that is sent or to be sent
    bool asking_ = false;
    bool began_ = false;
    node_hold wanted_;   // where a connection is waited for
    redis::submission* under_way_ = nullptr;
    redis::lease* used_ = nullptr;
    node_link* last_ = nullptr;   // where the last command ran
};

}   // namespace rediserve::cluster
