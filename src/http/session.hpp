// One HTTP connection.
#pragma once

#include "http/exchange.hpp"
#include "http/head_scan.hpp"
#include "http/readiness.hpp"
#include "http/transport.hpp"
#include "rediserve/base/buffer.hpp"
#include "rediserve/base/task.hpp"
#include "rediserve/base/timeout_queue.hpp"
#include "rediserve/http/listener.hpp"

#include <boost/intrusive/list.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::http {

class connections;
class session;

// Where it comes from, for the log.
std::string text_of(const peer& who);

// What a connection is waiting for from its client, and so which timeout applies.
enum class phase : std::uint8_t { none, rest, idle, header, body, linger, handshake };
inline constexpr std::size_t phases = 7;

// What is still to come before anything of HTTP.
enum class greeting : std::uint8_t { none, proxy_header, hello, handshake, failed };

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
// Lives until the turn after its coroutine has ended. An idle session holds no buffer.
class session final : public readiness::watcher,
                      public boost::intrusive::list_base_hook<boost::intrusive::tag<struct in_pool>>,
                      public boost::intrusive::list_base_hook<boost::intrusive::tag<struct in_ready>>
{
public:
    // Takes over `socket`, a connected and non-blocking descriptor.
    session(connections& pool, int socket, arrival&& how, std::uint32_t affinity);
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    // False when the kernel refuses to watch the socket.
    bool start();
    void on_events(unsigned events, steady_time now) override;
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
    const http::peer& peer() const noexcept { return peer_; }
    std::shared_ptr<void>& kept() noexcept { return kept_; }
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
    static constexpr std::size_t read_budget = 256 * 1024;   // bytes a turn

    enum class event : std::uint8_t { greeted, input, room, answered, parted, discarded };

    struct event_awaiter
    {
        session& of;
        event what;
        bool await_ready() { return of.holds(what); }
        void await_suspend(std::coroutine_handle<> waiter) { of.wait(what, waiter); }
        void await_resume() const noexcept {}
    };

    task run();
    // Awaits that `what` has happened or the connection is over.
    event_awaiter until(event what) noexcept { return {*this, what}; }
    bool holds(event what);
    void wait(event what, std::coroutine_handle<> waiter);
    void wake();

    // Before HTTP
    bool greet();
    void begin(greeting next);
    void read_proxy_header();
    void refuse_proxy_header(std::string_view why);
    void look_at_hello();
    void shake_hands();
    void fail_handshake(std::string_view why);
    void greet_in_time();
    void give_up();

    // Reading
    event advance();
    bool has_room() const noexcept;
    bool read_head();
    void open_head(std::size_t size);
    std::size_t most_body() const noexcept;
    result<void> check_body() const;
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

    bool receive();
    void prepare_input();
    void enter(phase next);
    void enter_waiting_phase();
    void rest() noexcept;

    // Sending
    void unspill(live_exchange& next);
    void retire_answered(steady_time now);
    void transmit();
    void await_writable();
    void resume_drained();
    void watch_taking();
    bool streams() const noexcept { return writer_ != exchanges_.end() && writer_->watcher(); }
    void tell_draining();
    void attend_stream();
    std::size_t queued_in_kernel() noexcept;

    // Ending
    void cut_off() noexcept;
    void end_output() noexcept;
    bool lingering() const noexcept;
    bool part();
    void close() noexcept;

    connections& pool_;
    http::transport transport_;
    http::peer peer_;
    std::shared_ptr<void> kept_;   // the handler's
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
    std::size_t budget_ = 0;   // bytes it may yet read before others have their turn
    phase phase_ = phase::none;
    greeting greeting_ = greeting::none;
    bool refused_ : 1;             // over the limit of connections: gets one 503
    bool arrived_ : 1 = false;     // input since the coroutine last looked
    bool over_ : 1 = false;        // no more requests will be read
    bool dead_ : 1 = false;        // nothing more can be sent
    bool peer_done_ : 1 = false;   // the client will send no more
    bool readable_ : 1 = false;
    bool resting_ : 1 = true;    // holds no buffer
    bool blocked_ : 1 = false;   // the kernel takes no more at the moment
    bool linger_ : 1 = false;    // the client may still be sending what nobody will read
    bool continue_due_ : 1 = false;
    bool draining_ : 1 = false;
    bool aborted_ : 1 = false;
    bool ended_ : 1 = false;
};

}   // namespace rediserve::http
