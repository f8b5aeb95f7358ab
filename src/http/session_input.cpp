// The reading half of a connection: bytes in, and how long to wait for them.
#include "http/connections.hpp"
#include "http/session.hpp"

#include <algorithm>

namespace rediserve::http {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t first_read = 512;         // the buffer of a connection that says little
constexpr std::size_t next_read = 4 * 1024;     // of one that has more to say
constexpr std::size_t large_read = 64 * 1024;   // the step in which large bodies arrive

}   // namespace

void session::begin_read()
{
    enter_waiting_phase();
    if (reading_)
        return;
    reading_ = true;
    ++operations_;
    if (resting_) {
        socket_.async_wait(socket::wait_read, [this](const error_code& failure) { on_readable(failure); });
        return;
    }
    prepare_input();
    const auto room = asio::buffer(input_.data() + input_.size(), input_.capacity() - input_.size());
    socket_.async_read_some(room, [this](const error_code& failure, std::size_t n) { on_read(failure, n); });
}

// Makes room for what is expected next.
void session::prepare_input()
{
    if (linger_)
        taken_ = input_.size();
    input_.consume(std::exchange(taken_, 0));
    if (!current_ || chunked_) {
        const std::size_t step = input_.empty() ? first_read : input_.size() < next_read ? next_read : large_read;
        if (input_.capacity() - input_.size() < first_read / 4)
            input_.reserve(input_.size() + step);
        return;
    }
    // Grow as the bytes come, not as announced; but end exactly at the end of the body.
    const auto length = static_cast<std::size_t>(current_->framing.content_length);
    const std::size_t wanted = std::min(length, std::max(input_.size() * 2, large_read));
    input_.reserve(std::max(wanted, input_.size() + 1));
}

void session::on_readable(const error_code& failure)
{
    reading_ = false;
    if (!failure && waiter_ && (awaited_ == event::input || awaited_ == event::discarded)) {
        resting_ = false;
        begin_read();
    }
    operation_ended();
}

void session::on_read(const error_code& failure, std::size_t n)
{
    reading_ = false;
    now_ = std::chrono::steady_clock::now();
    if (failure == asio::error::eof) {
        peer_done_ = arrived_ = true;
    } else if (failure == asio::error::operation_aborted) {
        if (resting_ && !over_) {
            input_.reset();
            output_.reset();
            sent_ = 0;
            begin_read();
        }
    } else if (failure) {
        die();
    } else {
        resting_ = false;
        input_.commit(n);
        received_ += n;
        arrived_ = true;
        pool_.metrics().bytes_received.add(static_cast<std::int64_t>(n));
    }
    operation_ended();
}

void session::enter(phase next)
{
    if (next == phase_ && next != phase::linger)
        return;
    phase_ = next;
    received_ = 0;
    if (next == phase::none)
        read_deadline_.disarm();
    else
        pool_.arm(read_deadline_, next, now_);
}

// What the connection is waiting for now that it waits for its client.
void session::enter_waiting_phase()
{
    if (awaited_ == event::discarded)
        enter(phase::linger);
    else if (current_)
        enter(phase::body);
    else if (!unread().empty())
        enter(phase::header);
    else if (!exchanges_.empty())
        enter(phase::none);
    else
        enter(resting_ ? phase::idle : phase::rest);
}

void session::on_deadline(read_deadline&)
{
    now_ = std::chrono::steady_clock::now();
    const limits& within = pool_.settings().limits;
    switch (std::exchange(phase_, phase::none)) {
    case phase::rest:
        if (unsent() > 0)
            enter(phase::rest);   // its client is still taking an answer
        else
            rest();
        break;
    case phase::idle: over_ = true; break;
    case phase::header: refuse({errc::request_timeout, "the request's header did not arrive in time"}); break;
    case phase::body:
        if (continue_due_ || received_ >= within.body_rate * static_cast<std::size_t>(connections::body_period.count()))
            enter(phase::body);
        else
            refuse({errc::request_timeout, "the request's body arrives too slowly"});
        break;
    case phase::linger: peer_done_ = true; break;
    case phase::none: break;
    }
    wake();
}

// The read under way holds a buffer. Takes it back, to wait without one.
void session::rest() noexcept
{
    resting_ = true;
    error_code ignored;
    socket_.cancel(ignored);
}

}   // namespace rediserve::http
