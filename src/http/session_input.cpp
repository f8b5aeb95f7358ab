// The reading half of a connection: bytes in, and how long to wait for them.
#include "http/connections.hpp"
#include "http/session.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

namespace rediserve::http {

namespace {

constexpr std::size_t first_read = 512;         // the buffer of a connection that says little
constexpr std::size_t next_read = 4 * 1024;     // of one that has more to say
constexpr std::size_t large_read = 64 * 1024;   // the step in which large bodies arrive

}   // namespace

void session::on_events(unsigned events, steady_time now)
{
    if (ended_)
        return;
    now_ = now;
    if ((events & EPOLLERR) != 0)
        return die();
    peer_.ended = peer_.ended || (events & (EPOLLRDHUP | EPOLLHUP)) != 0;
    readable_ = readable_ || peer_.ended || (events & EPOLLIN) != 0;
    // One that sends no more and one that is gone look the same, and the answer it could still be reading never ends.
    if (peer_.ended && streams())
        return die();
    budget_ = read_budget;
    if (blocked_ && (events & EPOLLOUT) != 0) {
        blocked_ = false;
        return flush(now);
    }
    wake();
}

// Reads once, unless the kernel has nothing. True when something has arrived, if only the end.
bool session::receive()
{
    if (!readable_)
        return false;
    if (budget_ == 0) {
        ready();   // and goes on when it is flushed
        return false;
    }
    prepare_input();
    const std::size_t room = input_.capacity() - input_.size();
    const ssize_t n = transport_.receive(input_.data() + input_.size(), room);
    if (n < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            readable_ = false;
        else if (errno == EINPROGRESS)
            await_writable();   // TLS has to say something before it can read on
        else if (errno != EINTR)
            abort_soon();
        return false;
    }
    const auto got = static_cast<std::size_t>(n);
    // A short read has emptied the socket, and what comes later is told anew; but not an end that was told already.
    readable_ = transport_.more(got, room) || (got > 0 && peer_.ended);
    peer_done_ = got == 0;
    if (peer_done_ && streams()) {
        peer_.ended = true;   // in the words of TLS, perhaps; the socket may be open yet
        ready();
    }
    budget_ -= std::min(budget_, got);
    resting_ = false;
    arrived_ = true;
    input_.commit(got);
    received_ += got;
    pool_.metrics().bytes_received.add(n);
    return true;
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
    case phase::handshake: greet_in_time(); break;
    case phase::header:
        if (greeting_ != greeting::none)
            greet_in_time();
        else
            refuse({errc::request_timeout, "the request's header did not arrive in time"});
        break;
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

// Gives the buffers back.
void session::rest() noexcept
{
    resting_ = true;
    input_.reset();
    output_.reset();
    taken_ = sent_ = 0;
    enter(phase::idle);
}

}   // namespace rediserve::http
