// A connection to Redis that is set up, and set up again whenever it ends: the shell around link_fsm.
#pragma once

#include "redis/hiredis_link.hpp"
#include "redis/link_fsm.hpp"
#include "redis/master_follower.hpp"
#include "redis/tls.hpp"
#include "rediserve/redis/alarm.hpp"

#include "rediserve/base/error.hpp"
#include "rediserve/redis/command.hpp"
#include "rediserve/redis/params.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::redis {

class sentinels;

class link final : private hiredis_link::events, private master_follower
{
public:
    // Who is told. Must not destroy the link from inside; may call anything else.
    class owner
    {
    public:
        virtual void on_ready() noexcept = 0;
        // An attempt failed. The next one begins by itself after a pause, unless rest() is called.
        virtual void on_attempt_failed(const error& why) noexcept = 0;
        // A ready connection ended, after `left` of the given() bytes had left. A new one is being made.
        virtual void on_lost(const link_end& how, std::uint64_t left) noexcept = 0;
        // As hiredis_link's.
        virtual void on_reply(const reply_view& reply) noexcept = 0;
        virtual void on_push(const reply_view&) noexcept {}
        virtual void on_written() noexcept = 0;   // unsent() went down
        // What the connection is to, for the texts of errors.
        virtual std::string_view peer() const noexcept { return "Redis"; }

    protected:
        ~owner() = default;
    };

    // `settings` and `tls` must outlive the link, and so must `group`: who knows where to connect to, in place of the address.
    link(
        boost::asio::io_context& context, const params& settings, tls_client& tls, owner& to, sentinels* group = nullptr
    );
    ~link();

    // Begins to connect, unless it is under way or done.
    void connect();
    // Ends whatever there is, connection or attempt; nothing is told.
    void rest() noexcept;
    // Ends a ready connection; told as lost.
    void break_off(std::string why) noexcept;

    bool ready() const noexcept { return fsm_.ready(); }
    bool resting() const noexcept { return fsm_.action() == link_action::rest; }
    // Between an attempt that failed and the next.
    bool pausing() const noexcept { return fsm_.action() == link_action::wait; }
    // Attempts that failed since it last was ready.
    unsigned failures() const noexcept { return fsm_.failures(); }

    // What Redis says to a transaction of this user, in the present connection; empty: it may, or nobody asked.
    const std::string& no_transactions() const noexcept { return no_transactions_; }

    // As hiredis_link's, for a ready link.
    bool send(std::string_view bytes, std::size_t commands) noexcept;
    void listen() noexcept { connection_->listen(); }
    void limit_replies(std::size_t most) noexcept { connection_->limit_replies(most); }
    void drop_replies() noexcept { connection_->drop_replies(); }
    std::size_t unsent() const noexcept { return connection_ ? connection_->unsent() : 0; }
    std::size_t unread() const noexcept { return connection_ ? connection_->unread() : 0; }
    std::uint64_t heard() const noexcept { return connection_ ? connection_->heard() : 0; }
    // Bytes given to the present connection by send().
    std::uint64_t given() const noexcept { return given_; }

private:
    // hiredis_link::events
    void on_connected() noexcept override;
    void on_reply(const reply_view& reply) noexcept override;
    void on_push(const reply_view& reply) noexcept override;
    void on_written() noexcept override;
    void on_closed(const link_end& how) noexcept override;

    // master_follower
    void on_located(const place& at) noexcept override;
    void on_not_located(const error& why) noexcept override;
    void on_moved(const place& to) noexcept override;

    void act(link_action next);
    void locate();
    void serve();
    void begin_attempt();
    void resolve();
    void connect_to_next();
    void begin_tls();
    void send_step(const batch& command);
    void on_step_reply(const reply_view& reply);
    bool refuses_transactions(const reply_view& reply) const noexcept;
    bool is_no_master(const reply_view& reply) const noexcept;
    error refused(error why, std::string_view reply) const;
    void fail_attempt(error why);
    void lose(const link_end& how);
    void drop_connection() noexcept;
    void on_alarm();
    std::string where() const;
    bool over_network() const noexcept { return settings_.address.transport != transport::unix_socket; }

    struct lookup;   // a name look-up under way, which may outlive this

    boost::asio::io_context& context_;
    const params& settings_;
    tls_client& tls_;
    owner& owner_;
    sentinels* group_;   // nullptr: the address says where the server is
    place at_;           // where it is, unless it is a unix socket
    link_fsm fsm_;
    alarm alarm_;   // ends an attempt that takes too long, and the pause between two
    std::shared_ptr<hiredis_link> connection_;
    std::shared_ptr<lookup> lookup_;
    std::vector<std::string> addresses_;   // what the host's name came to
    std::size_t next_address_ = 0;
    std::size_t untried_ = 0;   // of them, in this attempt
    std::uint64_t given_ = 0;
    std::string no_transactions_;
};

}   // namespace rediserve::redis
