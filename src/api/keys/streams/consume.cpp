// GET /streams/K?group=G&consumer=C: the entries that Redis gives this consumer of the group.
#include "api/ask.hpp"
#include "api/event_streams.hpp"
#include "api/keys/streams/consumer.hpp"
#include "api/keys/streams/event_writer.hpp"
#include "api/keys/streams/handlers.hpp"
#include "rediserve/commands/redis_error.hpp"

#include <chrono>

namespace rediserve::api::streams {

namespace {

// Sleeps until Redis tells of a change, or some time has come.
class consumer_writer final : public event_writer, private redis::subscription_sink
{
public:
    consumer_writer(const call& of, std::string_view key) : event_writer(of), key_(key) { listen(); }

    // Whether changes are told; if not, it is seen to.
    bool hears()
    {
        if (!hold_ && !is_over())
            listen();
        return hears_;
    }

    void write(const redis::reply_view& entries)
    {
        open();
        if (!std::exchange(told_where_, true))
            append_open(answer().chunk(), stream_id::lowest());
        for (std::size_t i = 0; i < entries.size(); ++i)
            append_entry(answer().chunk(), entries[i], {});
        answer().flush();
    }

    void give_up_or_wait(const error& why)
    {
        if (!may_pass(why))
            return end(why);
        if (!answer().begun())
            sign_of_life();
        wake_at(std::chrono::steady_clock::now() + before_retry);
    }

private:
    void listen()
    {
        auto made = of().backend.subscribe(redis::subscription_kind::key, key_, *this);
        if (made)
            hold_ = std::move(*made);
        else
            give_up_or_wait(made.error());
    }

    // redis::subscription_sink
    void on_subscribed() noexcept override
    {
        hears_ = true;
        wake();
    }
    void on_message(std::string_view, std::string_view) noexcept override { wake(); }
    void on_gap() noexcept override { wake(); }
    void on_failure(error why) noexcept override
    {
        hold_.release();
        hears_ = false;
        give_up_or_wait(why.code == errc::redis_error ? commands::redis_failure(why.detail) : why);
    }

    std::string key_;
    redis::subscription hold_;
    bool hears_ = false;
    bool told_where_ = false;
};

error failure_of(const commands::reply_or_error& got)
{
    if (!got)
        return got.error();
    if (got->is_error("NOGROUP"))
        return {errc::not_found, "there is no such stream, or it has no such group"};
    return commands::redis_failure(*got);
}

}   // namespace

// A page is read when the client has taken the one before it.
task consume(call of, key_name key, follow_request wish)
{
    if (const auto seat = stream_seat::available(of); !seat)
        co_return api::fail(of, seat.error());
    consumer reader(wish);
    if (const auto may = of.backend.admit(reader.all_commands(key.view()), {}); !may)
        co_return api::fail(of, may.error());
    of.once = nullptr;   // what is read for long is no single step
    const stream_seat seat(of.by);
    consumer_writer writer(of, key.view());
    for (;;) {
        const bool more = co_await writer;
        if (!more)
            break;
        if (!writer.hears())
            continue;
        reader.look(std::chrono::steady_clock::now());
        while (reader.has_more() && !writer.is_over()) {
            redis::batch command = reader.command(key.view());
            const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
            if (!got || got->is_error()) {
                reader.lose();
                writer.give_up_or_wait(failure_of(got));
                break;
            }
            writer.write(reader.take(*got, std::chrono::steady_clock::now()));
            co_await writer.answer().drained();
        }
        if (!reader.has_more())
            writer.wake_at(reader.claims_at());
    }
    writer.finish();
}

}   // namespace rediserve::api::streams
