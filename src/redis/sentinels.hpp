// Where the master of a group is: asks its sentinels, several at once, and listens to one of them, so that a fail-over is
// followed at once. One for a backend, its guests included.
#pragma once

#include "redis/backoff.hpp"
#include "redis/master_follower.hpp"
#include "redis/sentinel_list.hpp"
#include "redis/sentinel_peer.hpp"
#include "redis/tls.hpp"
#include "rediserve/redis/alarm.hpp"
#include "rediserve/redis/node_names.hpp"

#include "rediserve/base/deadline_set.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/redis/params.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace rediserve::redis {

class sentinels final : private sentinel_peer::events
{
public:
    // How long commands wait for a new master to show up.
    static constexpr std::chrono::seconds patience{10};

    // `metrics` must outlive it.
    sentinels(boost::asio::io_context& context, const params& settings, telemetry::shard_metrics& metrics);

    // Who joins is told where the master moves to, until it leaves.
    void join(master_follower& who) { followers_.push_back(&who); }
    void leave(master_follower& who) noexcept;

    // Tells `who` where the master is, later, but within some connect_timeout: on_located() or on_not_located(). What is
    // known is told unless it was put in doubt.
    void locate(master_follower& who);
    void forget(master_follower& who) noexcept;

    // Somebody was told that the master is at `at`, and it is.
    void confirm(const place& at);
    // … and lost its connection, or found none there.
    void doubt(const place& at) noexcept;
    void deny(const place& at) noexcept;
    // Whether the master was there until a moment ago: it, or its successor, will be back.
    bool worth_waiting() const noexcept;

    void stop() noexcept;

private:
    // sentinel_peer::events
    void on_master(sentinel_peer& which, const place& master) noexcept override;
    void on_others(sentinel_peer& which, const std::vector<place>& sentinels) noexcept override;
    void on_switch(const master_switch& how) noexcept override;
    void on_failed(sentinel_peer& which, const error& why) noexcept override;

    void serve();
    void search();
    void search_later(std::chrono::milliseconds pause);
    void ask_next();
    void ask_another();
    bool asks(const place& which) const noexcept;
    bool asks_somebody() const noexcept;
    void watch(sentinel_peer& which);
    void settle(const place& at);
    void give_up();
    error why_nowhere() const;
    void end_search() noexcept;
    void compare(const place& told);
    void take_held();
    void follow(const place& to);
    void move(const place& to);
    void sweep_soon();
    void sweep();

    boost::asio::io_context& context_;
    const params settings_;
    const node_names names_;
    telemetry::shard_metrics& metrics_;
    tls_client tls_;
    sentinel_list known_;
    backoff watch_pauses_;

    std::vector<master_follower*> followers_;
    std::vector<master_follower*> askers_;
    std::vector<std::unique_ptr<sentinel_peer>> peers_;
    sentinel_peer* watched_ = nullptr;   // the one among them that is listened to

    alarm service_;   // so that nobody is told anything from inside locate()
    alarm search_;    // begins the next search
    alarm another_;   // asks one sentinel more
    alarm sweep_;     // destroys peers, never from inside themselves

    std::vector<place> to_ask_;     // in this search, the next one last
    std::vector<error> failures_;   // in this search
    std::optional<place> held_;     // an answer that is doubted: taken when there is no other
    steady_time searched_{};        // when the last search began
    steady_time search_due_{};
    bool searching_ = false;
    bool stopped_ = false;

    std::optional<place> master_;      // what was told last
    std::optional<place> confirmed_;   // the last one that was one
    std::optional<place> wrong_;       // where none was
    std::optional<place> unlike_;      // what a sentinel says while another place serves
    steady_time trouble_since_ = never;
    bool doubted_ = false;
};

}   // namespace rediserve::redis
