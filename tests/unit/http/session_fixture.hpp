// A connection over a socket pair, in one thread: what the client sends and gets, with a handler under the test's control.
#pragma once

#include "rediserve/http/listener.hpp"
#include "support/process.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <coroutine>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rediserve::http {

using namespace std::chrono_literals;

// Lets tests decide when a request is answered.
class gate
{
public:
    ~gate()
    {
        if (registered_)
            *registered_ = nullptr;
    }
    explicit gate(gate*& registered) : registered_(&registered) { registered = this; }
    gate(const gate&) = delete;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
    void await_resume() const noexcept {}
    void open()
    {
        *std::exchange(registered_, nullptr) = nullptr;
        waiter_.resume();
    }

private:
    gate** registered_;
    std::coroutine_handle<> waiter_;
};

// What an endless answer is told, and what it says.
class event_writer final : public stream_watcher
{
public:
    event_writer(exchange& of, event_writer*& registered) : of_(of), registered_(registered) { registered = this; }
    ~event_writer() { registered_ = nullptr; }
    event_writer(const event_writer&) = delete;

    void on_idle() noexcept override
    {
        ++idle;
        write(":\n\n");
    }
    void on_draining() noexcept override
    {
        ++draining;
        write("bye");
        of_.response().finish();
    }
    void write(std::string_view text)
    {
        of_.response().chunk().append(text);
        of_.response().flush();
    }
    exchange& of() noexcept { return of_; }

    int idle = 0;
    int draining = 0;

private:
    exchange& of_;
    event_writer*& registered_;
};

// /now answers at once, /wait/NAME when released, /big/N with N bytes, /stream in many chunks, /broken with a stream that
// is cut off, /events/NAME in events that the test writes; /refused is turned away at its head. /peer says who asks,
// /kept how often before. No body to /small may be larger than 10 bytes.
class scripted_handler final : public handler
{
public:
    bool admit(exchange& of) override;
    task handle(exchange& of) override;
    void reject(exchange& of, const error& why) override;

    std::map<std::string, gate*> waiting;
    std::map<std::string, event_writer*> events;   // nullptr: over
    int handled = 0;
    int chunks = 0;
};

class Session : public testing::Test
{
protected:
    void open(const limits& within = {}, arrival how = {})
    {
        params settings;
        settings.limits = within;
        open(settings, std::move(how));
    }

    void open(const params& settings, arrival how)
    {
        pool = make_connection_pool(context, settings, handler, metrics);
        int ends[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
        client = ends[0];
        pool->adopt(ends[1], std::move(how));
        run();
    }

    ~Session() override { close(); }

    void close()
    {
        if (client >= 0)
            ::close(std::exchange(client, -1));
        if (pool)
            pool->stop();
        run();
        EXPECT_EQ(pool ? pool->open() : 0, 0u);
    }

    void run()
    {
        context.restart();
        context.poll();
    }

    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t n = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            run();
            if (n < 0 && errno != EAGAIN)
                return;
            bytes.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
        }
    }

    std::string receive()
    {
        std::string got;
        char some[65536];
        for (;;) {
            run();
            const ssize_t n = ::recv(client, some, sizeof some, 0);
            if (n <= 0) {
                closed = n == 0 || errno != EAGAIN;
                reset = reset || (n < 0 && errno == ECONNRESET);
                return got;
            }
            got.append(some, static_cast<std::size_t>(n));
        }
    }

    // Lets time pass without reading.
    void pass(std::chrono::milliseconds time)
    {
        const auto until = std::chrono::steady_clock::now() + time;
        ASSERT_TRUE(test::await([&] {
            run();
            return std::chrono::steady_clock::now() > until;
        }));
    }

    bool await_closed()
    {
        return test::await([this] {
            last += receive();
            return closed;
        });
    }

    std::string ask(std::string_view bytes)
    {
        send(bytes);
        return receive();
    }

    static std::string get(std::string_view path)
    {
        return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    static std::size_t count(std::string_view what, std::string_view in)
    {
        std::size_t n = 0;
        for (auto at = in.find(what); at != std::string_view::npos; at = in.find(what, at + 1))
            ++n;
        return n;
    }

    boost::asio::io_context context{1};
    scripted_handler handler;
    telemetry::shard_metrics metrics;
    std::unique_ptr<connection_pool> pool;
    int client = -1;
    bool closed = false;
    bool reset = false;   // closed without a proper end
    std::string last;
};

}   // namespace rediserve::http
