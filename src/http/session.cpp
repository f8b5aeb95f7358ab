#include "http/session.hpp"

#include "http/connections.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <utility>

namespace rediserve::http {

namespace {

constexpr std::size_t small_body = 16 * 1024;   // up to here copying beats giving the read buffer away
constexpr std::size_t first_requests = 16;      // under way at once before a connection has seen an answer
constexpr std::chrono::seconds longest_linger{30};

}   // namespace

std::string text_of(const peer& who)
{
    return who.local ? "unix" : rediserve::text_of(who.address);
}

session::session(connections& pool, int socket, arrival&& how, std::uint32_t affinity)
    : pool_(pool)
    , transport_(socket)
    , peer_(std::move(how.peer))
    , expected_(pool.settings().limits.output / first_requests)
    , affinity_(affinity)
    , greeting_(
          how.proxied        ? greeting::proxy_header
              : peer_.secure ? greeting::hello
                             : greeting::none
      )
    , refused_(how.refused)
{}

bool session::start()
{
    if (!pool_.sockets().watch(transport_.socket(), *this))
        return false;
    now_ = std::chrono::steady_clock::now();
    coroutine_ = run();
    return true;
}

task session::run()
{
    co_await until(event::greeted);
    if (refused_ && !over_)
        refuse({errc::too_many_connections, "too many connections are open", executed::no});
    for (;;) {
        const event next = advance();
        if (next == event::answered)
            break;
        co_await until(next);
    }
    co_await until(event::answered);
    co_await until(event::parted);
    end_output();
    while (lingering()) {
        arrived_ = false;
        co_await until(event::discarded);
    }
    close();
}

bool session::holds(event what)
{
    switch (what) {
    case event::greeted: return greet();
    case event::input: return over_ || arrived_ || receive();
    case event::room: return over_ || has_room();
    case event::answered: return dead_ || (exchanges_.empty() && unsent() == 0);
    case event::parted: return part();
    case event::discarded: return !lingering() || arrived_ || receive();
    }
    return true;
}

void session::wait(event what, std::coroutine_handle<> waiter)
{
    waiter_ = waiter;
    awaited_ = what;
    if (what == event::input || what == event::discarded)
        enter_waiting_phase();
}

void session::wake()
{
    if (waiter_ && holds(awaited_))
        std::exchange(waiter_, {}).resume();
}

// What is under way will be answered however slowly the client reads, so its answers count before they are there.
bool session::has_room() const noexcept
{
    const limits& within = pool_.settings().limits;
    const std::size_t owed = unsent() + spilled_ + unanswered_ * expected_;
    return exchanges_.size() < within.in_flight && owed < within.output;
}

// Starts every request that has arrived whole; says what must happen before it can go on.
session::event session::advance()
{
    arrived_ = false;
    while (!over_) {
        if (!current_ && !has_room())
            return event::room;
        if (!current_ && !read_head()) {
            if (!peer_done_ && !(draining_ && unread().empty()))
                return event::input;
            over_ = true;
        } else if (current_ && !read_body()) {
            if (!peer_done_)
                return event::input;
            refuse({errc::bad_request, "the request ended before its body did"});
        } else if (current_) {
            start_current();
        }
    }
    return event::answered;
}

// True when there is something to do next: a head was read, or the connection takes no more.
bool session::read_head()
{
    while (scan_.fresh() && unread().starts_with("\r\n"))
        take(2);   // an empty line before a request is ignored (RFC 9112, 2.2)
    if (unread().empty() || unread() == "\r")
        return over_;
    const auto size = scan_(unread(), pool_.settings().limits);
    if (!size)
        refuse(size.error());
    else if (*size)
        open_head(**size);
    return over_ || (size && *size);
}

void session::open_head(std::size_t size)
{
    scan_.reset();
    enter(phase::none);
    current_ = &open_exchange();
    const auto found = parse_head(unread().substr(0, size), current_->parsed);
    if (!found)
        return refuse(found.error());
    current_->accept_head(*found, pool_.fresh_id());
    if (draining_)
        current_->response().keep_alive(false);
    if (auto fits = check_body(); !fits)
        return refuse(fits.error());

    const bool whole = !found->chunked && unread().size() - size >= found->content_length;
    const std::size_t length = static_cast<std::size_t>(found->content_length);
    const bool keep_alive = current_->response().keep_alive();
    if (whole) {
        current_->parsed.body = unread().substr(size, length);
    } else {
        keep_head(size);
        current_->response().keep_alive(false);   // an answer before the body is the last one
    }
    if (!pool_.handler().admit(*current_))
        return turn_away(whole ? size + length : 0);
    current_->response().keep_alive(keep_alive);
    if (auto fits = check_body(); !fits)
        return refuse(fits.error());
    if (found->chunked)
        chunked_.emplace(current_->head.view(), most_body());
    take(whole ? size + length : size);
    if (found->expect_continue && !whole && unread().empty())
        send_continue();
}

std::size_t session::most_body() const noexcept
{
    return std::min(pool_.settings().limits.body, current_->most_body());
}

result<void> session::check_body() const
{
    const std::size_t most = most_body();
    if (current_->framing.content_length > most)
        return error(errc::body_too_large, "the body is larger than " + std::to_string(most) + " bytes");
    return {};
}

// The read buffer moves when it grows, so a request that is not whole gets a head of its own to point to.
void session::keep_head(std::size_t size)
{
    current_->head.append(unread().substr(0, size));
    current_->parsed = {};
    parse_head(current_->head.view(), current_->parsed);
}

// The handler has answered and does not want the body. A request that has arrived whole (`whole` bytes, else 0) is
// skipped; of any other the rest cannot be told from the next request.
void session::turn_away(std::size_t whole)
{
    const bool goes_on = whole > 0 && current_->response().keep_alive();
    current_ = nullptr;
    take(whole);
    if (!goes_on)
        over_ = linger_ = true;
}

void session::send_continue()
{
    continue_due_ = !is_writer(*current_);
    if (continue_due_)
        return;   // when the answers before it have gone out
    output_.append("HTTP/1.1 100 Continue\r\n\r\n");
    ready();
}

bool session::read_body()
{
    if (!chunked_ && !current_->framing.has_body())
        return true;
    if (current_->head.empty())
        return true;
    return chunked_ ? read_chunked_body() : read_sized_body();
}

bool session::read_sized_body()
{
    const auto length = static_cast<std::size_t>(current_->framing.content_length);
    if (unread().size() < length)
        return false;
    if (length <= small_body) {
        current_->parsed.body = unread().substr(0, length);
        take(length);
        return true;
    }
    buffer rest(unread().substr(length));
    current_->body = payload(std::exchange(input_, std::move(rest)), taken_, length);
    current_->parsed.body = current_->body.view();
    taken_ = 0;
    return true;
}

bool session::read_chunked_body()
{
    const auto used = chunked_->decode(unread(), chunked_into_);
    if (!used) {
        refuse(used.error());
        return true;
    }
    take(*used);
    if (!chunked_->done())
        return false;
    chunked_.reset();
    current_->body = payload(std::exchange(chunked_into_, {}));
    current_->parsed.body = current_->body.view();
    return true;
}

void session::start_current()
{
    enter(phase::none);
    live_exchange& started = *std::exchange(current_, nullptr);
    continue_due_ = false;
    if (!started.response().keep_alive()) {
        over_ = true;
        linger_ = !unread().empty();
    }
    started.started(now_);
    started.work = pool_.handler().handle(started);
    if (started.work.done() && !started.response().done() && !aborted_)
        pool_.handler().reject(started, {errc::internal, "the request was not answered", executed::maybe});
}

// Answers the request being read, or the bytes that should have been one, and reads no more.
void session::refuse(const error& why)
{
    live_exchange& refused = current_ ? *std::exchange(current_, nullptr) : open_exchange();
    if (refused.id().empty()) {   // no head was understood; still, an answer to HEAD has no body (RFC 9110, 9.3.2)
        if (unread().starts_with("HEAD "))
            refused.parsed.method = method::head;
        refused.accept_head({}, pool_.fresh_id());
    }
    chunked_.reset();
    chunked_into_.reset();
    enter(phase::none);
    over_ = linger_ = true;
    refused.response().keep_alive(false);
    pool_.metrics().reject(why);
    pool_.handler().reject(refused, why);
}

live_exchange& session::open_exchange()
{
    live_exchange& opened = pool_.take_exchange();
    opened.open(*this, now_);
    exchanges_.push_back(opened);
    if (writer_ == exchanges_.end())
        writer_ = exchanges_.iterator_to(opened);
    ++unanswered_;
    pool_.metrics().requests_in_flight.add(1);
    return opened;
}

// ---- ending --------------------------------------------------------------------------------------------------------

void session::drain()
{
    draining_ = true;
    if (!exchanges_.empty())
        ready();   // tells those who stream
    if (current_)
        current_->response().keep_alive(false);
    if (current_ || !unread().empty() || transport_.has_input())
        return;   // a request is arriving; it will be the last
    if (!exchanges_.empty() && !exchanges_.back().response().begun())
        exchanges_.back().response().keep_alive(false);
    over_ = true;
    wake();
}

void session::die() noexcept
{
    dead_ = over_ = true;
    current_ = nullptr;
    writer_ = exchanges_.end();
    while (!exchanges_.empty()) {
        live_exchange& dropped = exchanges_.front();
        exchanges_.pop_front();
        pool_.handler().settle(dropped);
        pool_.metrics().requests_in_flight.add(-1);
        pool_.give_exchange(dropped);
    }
    unanswered_ = spilled_ = 0;
    output_.reset();
    sent_ = 0;
    wake();
}

// Whether the client knows that nothing more comes, as far as the protocol below has a word for it.
bool session::part()
{
    if (dead_ || transport_.part())
        return true;
    await_writable();
    return false;
}

void session::end_output() noexcept
{
    if (!dead_) {
        ::shutdown(transport_.socket(), SHUT_WR);
        linger_ = linger_ || !unread().empty() || transport_.has_input();
    }
    now_ = std::chrono::steady_clock::now();
    linger_end_ = now_ + longest_linger;
}

// Whether to read on and throw away: closing with bytes unread would reset the connection, and the client might never
// see the answer.
bool session::lingering() const noexcept
{
    return linger_ && !dead_ && !peer_done_ && now_ < linger_end_;
}

void session::close() noexcept
{
    dead_ = ended_ = true;
    read_deadline_.disarm();
    send_deadline_.disarm();
    pool_.sockets().forget(transport_.socket());
    transport_.close();
    // The coroutine is still running here, and events of this turn may be on their way.
    pool_.retire_soon(*this);
}

}   // namespace rediserve::http
