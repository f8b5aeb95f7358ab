#include "redis/hiredis_link.hpp"

#include "redis/hiredis_memory.hpp"

#include <boost/asio/post.hpp>

#include <fcntl.h>
#include <openssl/ssl.h>

#include <memory>

extern "C" {
#include <hiredis/sds.h>   // says nothing of C++ by itself
}

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <hiredis/hiredis_ssl.h>

namespace rediserve::redis {

namespace asio = boost::asio;

namespace {

constexpr int keepalive_seconds = 15;

// As much as one record of TLS brings.
constexpr std::size_t most_read = 16 * 1024;

// After each KiB of replies hiredis' reader moves all that is behind to its front: there should be little by then.
constexpr std::size_t digestible = 1024;

// A reply this large leaves hiredis' reader with a buffer of its size, beside the reply itself.
constexpr std::size_t largest_spare_buffer = 1 << 20;

// Gives the reader's unused memory back before the reply is worked on.
void shrink(redisReader& reader) noexcept
{
    if (sdsavail(reader.buf) < largest_spare_buffer)
        return;
    if (sds smaller = sdsRemoveFreeSpace(reader.buf))
        reader.buf = smaller;
}

error cannot_connect(const char* why)
{
    return error(errc::backend_unavailable, why, executed::no);
}

}   // namespace

// hiredis' side of the link. It holds plain pointers: `data` of the context and of its event hooks.
struct hiredis_link::hooks
{
    static hiredis_link& of(const redisAsyncContext* context) { return *static_cast<hiredis_link*>(context->data); }

    static void want_write(void* link) { static_cast<hiredis_link*>(link)->want_write(); }

    // The context is being freed and about to close its descriptor, which Asio must have let go of by then.
    static void clean_up(void* data)
    {
        auto& link = *static_cast<hiredis_link*>(data);
        link.remember_end();
        if (link.descriptor_.is_open())
            link.descriptor_.release();
    }

    static void on_connect(redisAsyncContext* context, int status)
    {
        auto& link = of(context);
        if (status != REDIS_OK)
            return;   // clean_up follows
        link.connected_ = true;
        if (link.events_)
            link.events_->on_connected();
    }
};

// Whoever links this file gets hiredis' memory with it.
[[maybe_unused]] const bool memory_is_kept = hiredis_memory_is_kept();

hiredis_link::hiredis_link(asio::io_context& context) : io_(context), descriptor_(context) {}

hiredis_link::~hiredis_link()
{
    close();
}

result<void> hiredis_link::connect(const std::string& address, std::uint16_t port, events& to)
{
    auto* const context = redisAsyncConnect(address.c_str(), port);
    if (context && context->err == 0)
        redisEnableKeepAliveWithInterval(&context->c, keepalive_seconds);
    return adopt(context, to);
}

result<void> hiredis_link::connect(const std::string& socket, events& to)
{
    return adopt(redisAsyncConnectUnix(socket.c_str()), to);
}

result<void> hiredis_link::adopt(redisAsyncContext* context, events& to)
{
    if (!context)
        return cannot_connect("out of memory");
    boost::system::error_code failed;
    if (context->err == 0)
        descriptor_.assign(context->c.fd, failed);
    if (context->err != 0 || failed) {
        const std::string why = context->err != 0 ? context->errstr : failed.message();
        redisAsyncFree(context);
        return cannot_connect(why.c_str());
    }
    ::fcntl(context->c.fd, F_SETFD, FD_CLOEXEC);
    context_ = context;
    events_ = &to;
    context->data = this;
    context->ev.data = this;
    context->ev.addWrite = hooks::want_write;
    context->ev.cleanup = hooks::clean_up;
    replies_.attach(*context->c.reader);
    redisAsyncSetConnectCallbackNC(context, hooks::on_connect);   // asks for a write event
    return {};
}

result<void> hiredis_link::secure(ssl_session session)
{
    forget_tls_errors();
    if (redisInitiateSSL(&context_->c, session.get()) != REDIS_OK)
        return cannot_connect(tls_reason(session.get(), context_->c.errstr).c_str());
    tls_ = session.release();
    return {};
}

bool hiredis_link::send(std::string_view bytes, std::size_t commands) noexcept
{
    if (!context_ || redisAppendFormattedCommand(&context_->c, bytes.data(), bytes.size()) != REDIS_OK)
        return false;
    replies_.owe(commands);
    want_write();
    return true;
}

std::size_t hiredis_link::unsent() const noexcept
{
    return context_ ? sdslen(context_->c.obuf) : 0;
}

std::size_t hiredis_link::unread() const noexcept
{
    return context_ ? replies_.unread() : 0;
}

void hiredis_link::limit_replies(std::size_t most) noexcept
{
    if (context_)
        replies_.limit(most);
}

void hiredis_link::drop_replies() noexcept
{
    if (context_)
        replies_.drop();
}

void hiredis_link::close() noexcept
{
    events_ = nullptr;
    if (auto* const context = std::exchange(context_, nullptr))
        redisAsyncFree(context);   // later, when on_connected() is running
}

// Keeps what only the dying context knows.
void hiredis_link::remember_end() noexcept
{
    auto* const context = std::exchange(context_, nullptr);
    if (!context)
        return;   // closed by us
    ended_ = true;
    end_.unsent = sdslen(context->c.obuf);
    if (end_.code == errc::backend_refused)
        return;   // Redis has said why
    end_.text = tls_ ? tls_reason(tls_, context->c.errstr) : context->c.errstr;
    if (context->c.err == REDIS_ERR_PROTOCOL)
        end_.code = errc::backend_protocol;
    if (const char* const nonsense = replies_.nonsense()) {
        end_.code = errc::backend_protocol;
        end_.text = nonsense;
    }
}

bool hiredis_link::tell_end() noexcept
{
    if (!ended_)
        return false;
    ended_ = false;
    if (auto* const told = std::exchange(events_, nullptr))
        told->on_closed(end_);
    return true;
}

void hiredis_link::want_write()
{
    if (!connected_)
        return wait_writable();
    if (flush_posted_ || waiting_to_write_)
        return;
    flush_posted_ = true;
    asio::post(io_, [self = shared_from_this()] {
        self->flush_posted_ = false;
        self->flush();
    });
}

void hiredis_link::wait_writable()
{
    if (waiting_to_write_)
        return;
    waiting_to_write_ = true;
    descriptor_.async_wait(
        asio::posix::descriptor_base::wait_write,
        [self = shared_from_this()](const boost::system::error_code& failed) {
            self->waiting_to_write_ = false;
            if (!failed)
                self->flush();
        }
    );
}

void hiredis_link::flush()
{
    if (!context_)
        return;
    if (!connected_)
        return finish_connect();
    const auto before = unsent();
    if (before == 0)
        return;
    write_on();
    if (!tell_end() && unsent() < before && events_)
        events_->on_written();
}

void hiredis_link::write_on()
{
    if (tls_)
        forget_tls_errors();
    int done = 0;
    if (redisBufferWrite(&context_->c, &done) != REDIS_OK)
        return redisAsyncFree(context_);
    const bool must_read_first = tls_ && SSL_want_read(tls_);   // read_on() goes on then
    if (!done && !must_read_first)
        wait_writable();
}

// After the first write event.
void hiredis_link::finish_connect()
{
    redisAsyncHandleWrite(context_);
    if (tell_end() || !context_)
        return;
    if (connected_)
        return wait_readable(shared_from_this());
    if (context_->c.connection_type != REDIS_CONN_UNIX)
        return wait_writable();
    // connect() said EAGAIN: nobody accepts on that socket, and no event would tell when somebody does.
    end_.text = "the socket's queue of connections is full";
    auto* const told = events_;
    close();
    if (told)
        told->on_closed(end_);
}

void hiredis_link::wait_readable(std::shared_ptr<hiredis_link> self)
{
    descriptor_.async_wait(
        asio::posix::descriptor_base::wait_read,
        [self = std::move(self)](const boost::system::error_code& failed) mutable {
            auto& link = *self;
            if (!failed && link.context_)
                link.on_readable(std::move(self));
        }
    );
}

void hiredis_link::on_readable(std::shared_ptr<hiredis_link> self)
{
    ++heard_;
    read_on();
    if (!tell_end() && context_)
        wait_readable(std::move(self));
}

void hiredis_link::read_on()
{
    if (tls_)
        forget_tls_errors();
    char came[most_read];
    const auto size = context_->c.funcs->read(&context_->c, came, sizeof(came));
    if (size < 0)
        return redisAsyncFree(context_);
    digest({came, static_cast<std::size_t>(size)});
    if (unsent() > 0)
        want_write();   // TLS may have had to read before it could write
}

void hiredis_link::digest(std::string_view bytes)
{
    while (context_ && !bytes.empty()) {
        const auto piece = bytes.substr(0, digestible);
        bytes.remove_prefix(piece.size());
        replies_.feed(piece);
        while (context_ && tell_next()) {}
    }
}

// False when no reply is whole.
bool hiredis_link::tell_next()
{
    void* next = replies_.next();
    if (!next) {
        if (context_->c.reader->err != 0)
            fail_to_read();
        return false;
    }
    const std::unique_ptr<void, decltype(&freeReplyObject)> reply(next, freeReplyObject);
    shrink(*context_->c.reader);
    if (replies_.oversized())
        tell_oversized(*static_cast<const redisReply*>(next));
    else
        tell(*static_cast<const redisReply*>(next));
    return true;
}

// The context is to know what its reader has found.
void hiredis_link::fail_to_read()
{
    void* none = nullptr;
    redisGetReplyFromReader(&context_->c, &none);
    redisAsyncFree(context_);
}

void hiredis_link::tell_oversized(const redisReply& rest)
{
    std::string text = replies_.refusal();
    redisReply told{};
    told.type = rest.type == REDIS_REPLY_PUSH ? REDIS_REPLY_PUSH : REDIS_REPLY_ERROR;
    told.integer = reply_view::oversized_mark;
    told.str = text.data();
    told.len = text.size();
    tell(told);
}

void hiredis_link::tell(const redisReply& reply)
{
    if (reply.type == REDIS_REPLY_PUSH) {
        if (events_)
            events_->on_push(reply_view(&reply));
        return;
    }
    if (replies_.owes())
        replies_.paid();
    else if (!replies_.listening())
        return give_up(reply_view(&reply).text());
    if (events_)
        events_->on_reply(reply_view(&reply));
}

// Redis has sent an error that no command asked for, and is about to close.
void hiredis_link::give_up(std::string_view why)
{
    end_.code = errc::backend_refused;
    end_.text = why;
    redisAsyncFree(context_);
}

}   // namespace rediserve::redis
