// GET /streams/K: the entries of a stream, as they are added.
#include "api/event_streams.hpp"
#include "api/keys/streams/event_writer.hpp"
#include "api/keys/streams/feed.hpp"
#include "api/keys/streams/handlers.hpp"

namespace rediserve::api::streams {

namespace {

class entry_writer final : public event_writer, private follower
{
public:
    entry_writer(const call& of, std::string_view key, follow_request&& wish)
        : event_writer(of)
        , follower(wish.from)
        , fields_(std::move(wish.fields))
        , feed_(feed::of(of.backend, key, of.metrics))
    {
        feed_->join(*this);
    }

    void write()
    {
        const auto what = std::exchange(page_, nullptr);
        open();
        buffer& to = answer().chunk();
        if (!std::exchange(told_where_, true))
            append_open(to, what->from.seen);
        if (what->reset) {
            append_reset(to, what->from.seen, what->now);
            of().metrics.stream_resets.add(1);
        }
        if (fields_.empty())
            to.append(what->written.view());
        else
            append_wanted(to, what->entries.view());
        answer().flush();
    }

    void ask() { feed_->more(*this); }

private:
    void append_wanted(buffer& to, const redis::reply_view& entries)
    {
        for (std::size_t i = 0; i < entries.size(); ++i)
            append_entry(to, entries[i], fields_);
    }

    // follower
    void on_page(const std::shared_ptr<const page>& what) noexcept override
    {
        page_ = what;
        wake();
    }
    void on_waiting() noexcept override
    {
        if (!answer().begun())
            sign_of_life();
    }
    void on_failure(const error& why) noexcept override { end(why); }

    stream_seat seat_{of().by};
    std::vector<std::string> fields_;
    std::shared_ptr<feed> feed_;
    std::shared_ptr<const page> page_;
    bool told_where_ = false;
};

}   // namespace

task follow(call of, key_name key, follow_request wish)
{
    if (const auto seat = stream_seat::available(of); !seat)
        co_return api::fail(of, seat.error());
    if (const auto may = of.backend.admit(redis::batch::of("XREAD", "STREAMS", key.view(), "$"), {}); !may)
        co_return api::fail(of, may.error());
    entry_writer writer(of, key.view(), std::move(wish));
    for (;;) {
        const bool more = co_await writer;
        if (!more)
            break;
        writer.write();
        co_await writer.answer().drained();
        writer.ask();
    }
    writer.finish();
}

}   // namespace rediserve::api::streams
