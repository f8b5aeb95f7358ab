// The sending half of a connection.
#include "http/connections.hpp"
#include "http/session.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace rediserve::http {

namespace {

constexpr std::size_t largest_kept_output = 64 * 1024;
constexpr std::size_t largest_kept_by_stream = 1024;

}   // namespace

void session::ready()
{
    pool_.enqueue_ready(*this);
}

void session::abort_soon()
{
    aborted_ = true;
    ready();
}

void session::answered(live_exchange& one)
{
    if (!one.response().keep_alive() && !over_) {
        // A stream in HTTP/1.0 found out late that only the end of the connection can end it.
        over_ = true;
        linger_ = linger_ || !unread().empty();
    }
    --unanswered_;
    expected_ = std::max(one.response().body_size(), expected_ / 2);
    if (!is_writer(one))
        spilled_ += one.spill.size();
    while (writer_ != exchanges_.end() && writer_->response().done())
        if (++writer_ != exchanges_.end())
            unspill(*writer_);
    if (continue_due_ && current_ && is_writer(*current_))
        send_continue();
    ready();
}

// `next` writes to the connection from now on: what it has written before goes there, too.
void session::unspill(live_exchange& next)
{
    if (next.response().done())
        spilled_ -= next.spill.size();
    output_.append(next.spill.view());
    next.spill.clear();
}

void session::flush(steady_time now)
{
    now_ = now;
    budget_ = read_budget;
    if (aborted_)
        return cut_off();
    if (draining_)
        tell_draining();
    retire_answered(now);
    transmit();
    resume_drained();
    if (streams())
        attend_stream();
    if (waiter_ && awaited_ == event::input && !over_ && exchanges_.empty())
        enter_waiting_phase();
    wake();
}

// The end of the connection is what ends a stream in HTTP/1.0, so one that was cut off must not end like that. And what a
// client that does not read was sent would stay in the kernel for minutes.
void session::cut_off() noexcept
{
    if (blocked_ || (writer_ != exchanges_.end() && writer_->parsed.version == 10)) {
        const ::linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(transport_.socket(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    die();
}

void session::retire_answered(steady_time now)
{
    while (!exchanges_.empty() && exchanges_.begin() != writer_) {
        live_exchange& done = exchanges_.front();
        exchanges_.pop_front();
        done.account(now, pool_.metrics());
        pool_.handler().settle(done);
        pool_.metrics().requests_in_flight.add(-1);
        pool_.give_exchange(done);
    }
}

void session::transmit()
{
    while (!dead_ && !blocked_ && unsent() > 0) {
        const ssize_t n = transport_.send(output_.data() + sent_, unsent());
        if (n > 0) {
            sent_ += static_cast<std::size_t>(n);
            sent_in_period_ += static_cast<std::size_t>(n);
            pool_.metrics().bytes_sent.add(n);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINPROGRESS) {
            await_writable();
        } else if (errno != EINTR) {
            return die();
        }
    }
    if (unsent() == 0) {
        sent_ = 0;
        output_.clear();
        if (output_.capacity() > largest_kept_output)
            output_.reset();
        send_deadline_.disarm();
    } else if (sent_ > largest_kept_output && sent_ > output_.size() / 2) {
        output_.consume(std::exchange(sent_, 0));
    }
}

void session::await_writable()
{
    blocked_ = true;
    if (!send_deadline_.armed())
        watch_taking();
}

// A streamed answer goes on when the client has taken what there was.
void session::resume_drained()
{
    if (writer_ != exchanges_.end() && writer_->drain_waiter && writer_->drained())
        std::exchange(writer_->drain_waiter, {}).resume();
}

void session::tell_draining()
{
    for (live_exchange& one : exchanges_)
        one.tell_draining();
}

// A streamed answer may take hours and there may be thousands: while nothing is to be sent it holds next to nothing.
void session::attend_stream()
{
    if (peer_.ended)
        return die();
    writer_->await_silence(now_);
    writer_->slim();
    if (!current_ && unread().empty()) {
        input_.reset();
        taken_ = 0;
    }
    if (unsent() == 0 && output_.capacity() > largest_kept_by_stream)
        output_.reset();
}

void session::on_deadline(send_deadline&)
{
    const std::size_t due =
        pool_.settings().limits.send_rate * static_cast<std::size_t>(connections::send_period.count());
    if (sent_in_period_ + queued_then_ < queued_in_kernel() + due)
        return die();
    watch_taking();
}

// Begins a period in which the client must take its share. What counts is what it has acknowledged: the kernel takes
// megabytes at a time and may then take no more for longer than a period, however steadily the client reads.
void session::watch_taking()
{
    sent_in_period_ = 0;
    queued_then_ = queued_in_kernel();
    pool_.arm(send_deadline_, std::chrono::steady_clock::now());
}

std::size_t session::queued_in_kernel() noexcept
{
    int bytes = 0;
    ::ioctl(transport_.socket(), SIOCOUTQ, &bytes);
    return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

}   // namespace rediserve::http
