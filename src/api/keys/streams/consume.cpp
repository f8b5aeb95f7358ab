// GET /streams/K?group=G&consumer=C: the entries that Redis gives this consumer of the group.
#include "api/ask.hpp"
#include "api/event_streams.hpp"
#include "api/keys/streams/event_writer.hpp"
#include "api/keys/streams/handlers.hpp"
#include "rediserve/commands/redis_error.hpp"

namespace rediserve::api::streams {

namespace {

// Sleeps until Redis tells of a change, or of an error.
class consumer_writer final : public event_writer, private redis::subscription_sink
{
public:
    consumer_writer(const call& of, std::string_view key) : event_writer(of)
    {
        auto made = of.backend.subscribe(redis::subscription_kind::key, key, *this);
        if (made)
            hold_ = std::move(*made);
        else
            end(made.error());
    }

    // The entries that were read; false: Redis has none.
    bool write(const redis::reply_view& entries)
    {
        open();
        for (std::size_t i = 0; i < entries.size(); ++i)
            append_entry(answer().chunk(), entries[i], {});
        answer().flush();
        return entries.size() > 0;
    }

    void begin(stream_id at)
    {
        open();
        append_open(answer().chunk(), at);
        answer().flush();
    }

    void give_up(const error& why) { end(why); }

private:
    // redis::subscription_sink
    void on_subscribed() noexcept override { wake(); }
    void on_message(std::string_view, std::string_view) noexcept override { wake(); }
    void on_gap() noexcept override { wake(); }
    void on_failure(error why) noexcept override
    {
        end(why.code == errc::redis_error ? commands::redis_failure(why.detail) : std::move(why));
    }

    redis::subscription hold_;
};

redis::batch read_command(std::string_view key, const follow_request& wish, std::string_view from)
{
    return redis::batch::of(
        "XREADGROUP", "GROUP", wish.group, wish.consumer, "COUNT", wish.count, "STREAMS", key, from
    );
}

// Of XREADGROUP on one stream; nothing at all when there are none.
redis::reply_view entries_of(const redis::reply_view& reply)
{
    if (reply.size() != 1 || reply[0].size() != 2)
        return {};
    return reply[0][1];
}

error failure_of(const commands::reply_or_error& got)
{
    if (!got)
        return got.error();
    if (got->is_error("NOGROUP"))
        return {errc::not_found, "there is no such stream, or it has no such group"};
    return commands::redis_failure(*got);
}

}   // namespace

// First what the consumer was given before and has not acknowledged, page by page; then what is new. A page is read when the
// client has taken the one before it.
task consume(call of, key_name key, follow_request wish)
{
    if (const auto seat = stream_seat::available(of); !seat)
        co_return api::fail(of, seat.error());
    of.once = nullptr;   // what is read for long is no single step
    const stream_seat seat(of.by);
    consumer_writer writer(of, key.view());
    std::string from = "0-0";
    bool begun = false;
    for (;;) {
        const bool more = co_await writer;
        if (!more)
            break;
        for (bool came = true; came && !writer.is_over();) {
            redis::batch command = read_command(key.view(), wish, from);
            const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
            if (!got || got->is_error()) {
                writer.give_up(failure_of(got));
                break;
            }
            if (!std::exchange(begun, true))
                writer.begin(stream_id::lowest());
            const redis::reply_view entries = entries_of(*got);
            came = writer.write(entries);
            const bool pending = from != ">";
            if (pending && came)
                from = entries[entries.size() - 1][0].text();
            else if (pending)
                from = ">", came = true;
            co_await writer.answer().drained();
        }
    }
    writer.finish();
}

}   // namespace rediserve::api::streams
