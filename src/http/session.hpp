// One HTTP connection.
#pragma once

#include "http/exchange.hpp"
#include "http/head_scan.hpp"
#include "rediserve/base/buffer.hpp"
#include "rediserve/base/task.hpp"
#include "rediserve/base/timeout_queue.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/intrusive/list.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace rediserve::http {

class connections;
class session;

// What a connection is waiting for from its client, and so which timeout applies.
enum class phase : std::uint8_t { none, rest, idle, header, body, linger };

struct read_deadline final : timeout_entry
{
    explicit read_deadline(session& of) noexcept : owner(of) {}
    session& owner;
};

struct send_deadline final : timeout_entry
{
    explicit send_deadline(session& of) noexcept : owner(of) {}
    session& owner;
};

// One coroutine, run(), reads requests and starts them; their answers are sent, in order, by flush(), which the pool
// calls when answers are ready. Several requests may be under way at once (HTTP/1.1 pipelining).
//
// Lives until its coroutine has ended and no socket operation refers to it. An idle session holds no buffer.
class session final : public boost::intrusive::list_base_hook<boost::intrusive::tag<struct in_pool>>,
                      public boost::intrusive::list_base_hook<boost::intrusive::tag<struct in_ready>>
{
public:
    using socket = boost::asio::generic::stream_protocol::socket;

    session(connections& pool, socket&& from, bool local, bool refused, std::uint32_t affinity);
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    void start();
    // Sends what is ready. Called by the pool outside of any handler's code.
    void flush(steady_time now);
    // Closes now if nothing is under way, else after the answers owed.
    void drain();
    // Cuts the connection off and cancels all that is under way.
    void die() noexcept;

    void on_deadline(read_deadline&);
    void on_deadline(send_deadline&);

    connections& pool() noexcept { return pool_; }
    std::uint32_t affinity() const noexcept { return affinity_; }
    // Whether `one` writes to the connection directly: all before it are answered.
    bool is_writer(const live_exchange& one) const noexcept { return writer_ != exchanges_.end() && &*writer_ == &one; }
    buffer& output() noexcept { return output_; }
    // Bytes of answers that the client has not taken, as far as they are this connection's to send.
    std::size_t unsent() const noexcept { return output_.size() - sent_; }
    // `one` is answered: lets the next in line write.
    void answered(live_exchange& one);
    // There is something to send, or to look at.
    void ready();
    void abort_soon();

    bool queued = false;   // in the pool's list of ready sessions

private:
    enum class event : std::uint8_t { input, room, answered, discarded };

    // Suspends the coroutine until `what` has happened or the connection is over.
    struct until
    {
        session& of;
        event what;
        bool await_ready() { return of.holds(what); }
        void await_suspend(std::coroutine_handle<> waiter) { of.wait(what, waiter); }
        void await_resume() const noexcept {}
    };

    task run();
    bool holds(event what);
    void wait(event what, std::coroutine_handle<> waiter);
    void wake();

    // Reading
    event advance();
    bool has_room() const noexcept;
    bool read_head();
    void open_head(std::size_t size);
    result<void> check_body(const framing& of) const;
    void keep_head(std::size_t size);
    void turn_away(std::size_t whole);
    bool read_body();
    bool read_sized_body();
    bool read_chunked_body();
    void send_continue();
    void start_current();
    void refuse(const error& why);
    live_exchange& open_exchange();
    std::string_view unread() const noexcept { return input_.view().substr(taken_); }
    void take(std::size_t n) noexcept { taken_ += n; }

    void begin_read();
    void prepare_input();
    void begin_wait();
    void on_read(const boost::system::error_code& failure, std::size_t n);
    void on_readable(const boost::system::error_code& failure);
    void enter(phase next);
    void enter_waiting_phase();
    void rest() noexcept;

    // Sending
    void unspill(live_exchange& next);
    void retire_answered(steady_time now);
    void transmit();
    void await_writable();
    void on_writable(const boost::system::error_code& failure);
    void resume_drained();
    void watch_taking();
    std::size_t queued_in_kernel() noexcept;

    // Ending
    void cut_off() noexcept;
    void end_output() noexcept;
    bool lingering() const noexcept;
    void close() noexcept;
    void operation_ended();

    connections& pool_;
    socket socket_;
    task coroutine_;
    std::coroutine_handle<> waiter_;
    event awaited_ = event::input;

    buffer input_;
    std::size_t taken_ = 0;   // of input_, by requests already started
    head_scan scan_;
    std::optional<chunked_body> chunked_;
    buffer chunked_into_;
    live_exchange* current_ = nullptr;   // its head is read, its body not wholly
    std::size_t received_ = 0;           // since the body timeout was armed

    buffer output_;
    std::size_t sent_ = 0;
    std::size_t sent_in_period_ = 0;
    std::size_t queued_then_ = 0;                       // in the kernel when the period began
    std::size_t spilled_ = 0;                           // bytes of answers that wait for their turn
    std::size_t unanswered_ = 0;                        // exchanges without an answer
    std::size_t expected_;                              // how large an answer will be, judged by the last ones
    boost::intrusive::list<live_exchange> exchanges_;   // in the order of the requests
    boost::intrusive::list<live_exchange>::iterator writer_ = exchanges_.end();   // the first that is not answered

    read_deadline read_deadline_{*this};
    send_deadline send_deadline_{*this};
    steady_time now_;
    steady_time linger_end_;
    std::uint32_t affinity_;
    std::uint32_t operations_ = 0;   // socket operations that will call back
    phase phase_ = phase::none;
    bool local_ : 1;
    bool refused_ : 1;             // over the limit of connections: gets one 503
    bool arrived_ : 1 = false;     // input since the coroutine last looked
    bool over_ : 1 = false;        // no more requests will be read
    bool dead_ : 1 = false;        // nothing more can be sent
    bool peer_done_ : 1 = false;   // the client will send no more
    bool reading_ : 1 = false;
    bool resting_ : 1 = true;   // waits for bytes without a buffer to read them into
    bool writing_ : 1 = false;
    bool linger_ : 1 = false;   // the client may still be sending what nobody will read
    bool continue_due_ : 1 = false;
    bool draining_ : 1 = false;
    bool aborted_ : 1 = false;
    bool ended_ : 1 = false;
};

}   // namespace rediserve::http
