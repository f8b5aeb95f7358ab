#include "api/upstash/events.hpp"

#include "api/event_streams.hpp"
#include "api/upstash/answer.hpp"
#include "api/upstash/sse.hpp"

#include <algorithm>
#include <coroutine>
#include <list>
#include <memory>
#include <utility>

namespace rediserve::api::upstash {

namespace {

using redis::subscription_kind;

// The writer of one stream. Its coroutine sleeps while the callbacks write.
class event_writer final : private http::stream_watcher
{
public:
    event_writer(const call& of, subscription_kind kind)
        : of_(of), kind_(kind), most_behind_(of.settings.upstash.stream_buffer)
    {}
    event_writer(const event_writer&) = delete;
    event_writer& operator=(const event_writer&) = delete;
    ~event_writer() { of_.exchange.watch(nullptr); }

    void listen_to(const std::vector<std::string>& names)
    {
        for (const std::string& name : names)
            if (!over_ && std::ranges::find(listeners_, name, &listener::name) == listeners_.end())
                listen_to(name);
    }

    // Awaits that the stream is to end.
    bool await_ready() const noexcept { return over_; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
    void await_resume() noexcept
    {
        listeners_.clear();
        if (!answer().done())
            answer().finish();
    }

private:
    struct listener final : redis::subscription_sink
    {
        listener(event_writer& to, const std::string& of) : writer(to), name(of) {}

        void on_subscribed() noexcept override { writer.confirm(name); }
        void on_message(std::string_view channel, std::string_view payload) noexcept override
        {
            writer.tell(*this, channel, payload);
        }
        void on_gap() noexcept override { writer.write(append_gap); }
        void on_failure(error why) noexcept override { writer.refuse(why); }

        event_writer& writer;
        std::string name;
        redis::subscription hold;
    };

    http::response& answer() noexcept { return of_.exchange.response(); }

    void listen_to(const std::string& name)
    {
        listener& added = listeners_.emplace_back(*this, name);
        auto made = of_.backend.subscribe(kind_, name, added);
        if (made)
            added.hold = std::move(*made);
        else
            refuse(made.error());
    }

    void confirm(const std::string& name)
    {
        open();
        ++confirmed_;
        write([&](buffer& to) { append_subscribed(to, kind_, name, confirmed_); });
    }

    void tell(const listener& by, std::string_view channel, std::string_view payload)
    {
        write([&](buffer& to) { append_message(to, kind_, by.name, channel, payload); });
    }

    void open()
    {
        if (answer().begun())
            return;
        http::response& head = begin(of_.exchange, 200);
        api::stream_events(head);
        of_.exchange.watch(this);
    }

    // A client that does not take what it is sent is cut off: that is an end it can see, a hole in the stream is not.
    template <class Append>
    void write(Append&& append)
    {
        if (over_)
            return;
        append(answer().chunk());
        answer().flush();
        if (answer().unsent() <= most_behind_)
            return;
        over_ = true;
        of_.metrics.streams_cut.add(1);
        answer().abort();
    }

    void refuse(const error& why)
    {
        if (over_)
            return;
        if (answer().begun())
            return say_goodbye();
        if (why.code == errc::redis_error)
            render_failure(of_.exchange, 400, why.detail);
        else if (why.code == errc::forbidden)
            render_failure(of_.exchange, 400, words_of(why));
        else
            fail_request(of_, why);
        end();
    }

    void say_goodbye()
    {
        write(append_close);
        if (!over_)   // else it is cut off
            end();
    }

    // http::stream_watcher
    void on_idle() noexcept override { write(append_keepalive); }
    void on_draining() noexcept override { say_goodbye(); }

    // Lets the coroutine finish, which destroys this.
    void end()
    {
        over_ = true;
        if (waiter_)
            std::exchange(waiter_, {}).resume();
    }

    call of_;
    stream_seat seat_{of_.by};
    subscription_kind kind_;
    std::size_t most_behind_;
    std::list<listener> listeners_;   // in place: Redis' side refers to them
    std::int64_t confirmed_ = 0;
    std::coroutine_handle<> waiter_;
    bool over_ = false;
};

}   // namespace

task stream_events(call of, subscription_kind kind, std::vector<std::string> names)
{
    if (const auto seat = stream_seat::available(of); !seat)
        co_return fail_request(of, seat.error());
    event_writer writer(of, kind);
    writer.listen_to(names);
    names = std::vector<std::string>();   // a stream lives long
    co_await writer;
}

}   // namespace rediserve::api::upstash
