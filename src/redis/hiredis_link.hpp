// One connection to Redis: hiredis on Asio. Its asynchronous context connects; what goes in and comes out passes by its
// table of callbacks (docs/adr/0005-read-hiredis-reader-directly.md).
//
// All commands given within one turn of the event loop leave in one write: the first of them posts a flush, which runs
// after whatever else the turn still has to do.
#pragma once

#include "redis/reply_reader.hpp"
#include "redis/tls.hpp"

#include "rediserve/base/error.hpp"
#include "rediserve/redis/reply.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <string>
#include <string_view>

struct redisAsyncContext;

namespace rediserve::redis {

// How a connection ended.
struct link_end
{
    errc code = errc::backend_lost;   // or backend_protocol: what came was not RESP; backend_refused: Redis said so
    std::string text;
    std::uint64_t unsent = 0;   // of what was given, how many bytes never left
};

// Shared between its user and Asio's pending handlers; hiredis refers to it too, and may free its own part only after the
// callback in which close() was called.
class hiredis_link final : public std::enable_shared_from_this<hiredis_link>
{
public:
    class events
    {
    public:
        virtual void on_connected() noexcept = 0;   // before TLS and any command
        // The reply to the first command that still has none, or whatever came to one that listens. The connection may
        // be closed from inside.
        virtual void on_reply(const reply_view& reply) noexcept = 0;
        // What RESP3 tells unasked.
        virtual void on_push(const reply_view&) noexcept {}
        virtual void on_written() noexcept = 0;                     // unsent() went down
        virtual void on_closed(const link_end& how) noexcept = 0;   // not after close()

    protected:
        ~events() = default;
    };

    explicit hiredis_link(boost::asio::io_context& context);
    ~hiredis_link();
    hiredis_link(const hiredis_link&) = delete;
    hiredis_link& operator=(const hiredis_link&) = delete;

    // Begins to connect to a numeric address, or to a unix socket. What can be told at once is the result, the rest is
    // told to `to`.
    result<void> connect(const std::string& address, std::uint16_t port, events& to);
    result<void> connect(const std::string& socket, events& to);
    // Begins TLS. To be called from on_connected().
    result<void> secure(ssl_session session);
    // RESP3 is going to be spoken, in which replies may have attributes. To be called before connect().
    void expect_attributes() { replies_.expect_attributes(); }
    // Changes who is told.
    void report_to(events& to) noexcept { events_ = &to; }

    // Queues `bytes`, in which `commands` commands begin: so many replies more are owed. False when there is no connection
    // or no memory.
    bool send(std::string_view bytes, std::size_t commands) noexcept;
    // From now on things may come that no command asked for. For subscriptions and MONITOR.
    void listen() noexcept { replies_.listen(); }
    // As reply_reader's: what the replies from here on may take. One that is larger is told as an error of our own.
    void limit_replies(std::size_t most) noexcept;
    void drop_replies() noexcept;
    // Bytes queued here and not yet taken by the kernel.
    std::size_t unsent() const noexcept;
    // Bytes of a reply that has not come whole yet, or is still to be passed over.
    std::size_t unread() const noexcept;
    // How often something came from Redis: two calls with the same answer and replies owed are a silence.
    std::uint64_t heard() const noexcept { return heard_; }

    // Ends the connection at once; nothing is told any more.
    void close() noexcept;

private:
    struct hooks;   // what hiredis calls

    result<void> adopt(redisAsyncContext* context, events& to);
    void want_write();
    void wait_readable(std::shared_ptr<hiredis_link> self);
    void wait_writable();
    void on_readable(std::shared_ptr<hiredis_link> self);
    void read_on();
    void digest(std::string_view bytes);
    bool tell_next();
    void fail_to_read();
    void tell_oversized(const redisReply& rest);
    void tell(const redisReply& reply);
    void give_up(std::string_view why);
    void flush();
    void write_on();
    void finish_connect();
    void remember_end() noexcept;
    bool tell_end() noexcept;

    boost::asio::io_context& io_;
    boost::asio::posix::stream_descriptor descriptor_;
    redisAsyncContext* context_ = nullptr;
    ssl_st* tls_ = nullptr;   // hiredis owns it
    events* events_ = nullptr;
    reply_reader replies_;
    link_end end_;
    std::uint64_t heard_ = 0;
    bool ended_ = false;
    bool connected_ = false;
    bool flush_posted_ = false;
    bool waiting_to_write_ = false;
};

}   // namespace rediserve::redis
