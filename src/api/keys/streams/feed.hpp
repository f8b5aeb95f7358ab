// One Redis stream, read for all of a shard who follow it.
//
// Redis tells when something happens to the key (redis::subscription_kind::key), once for any number of entries.
// Then what a follower has not seen is read on the shared connections, once for all who stand at the same entry and can take
// more. Where it stands is all that is kept of a follower: nothing is queued for one who is slow, and nothing is lost with a
// connection.
#pragma once

#include "api/keys/streams/history.hpp"
#include "rediserve/access/gate.hpp"
#include "rediserve/base/buffer.hpp"
#include "rediserve/redis/alarm.hpp"
#include "rediserve/redis/backend.hpp"
#include "rediserve/redis/reply_tree.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::api::streams {

// What was read from one position.
struct page
{
    redis::reply_tree entries;   // of XRANGE
    buffer written;              // all of them as events
    history now;
    bool reset = false;   // there was a gap before them
    position from;        // where they begin
    position to;          // where who has seen them stands
};

class feed;

// Who follows. Told from inside hiredis' read handler; may leave and end others from inside.
class follower
{
public:
    explicit follower(const position& at) noexcept : at_(at) {}
    follower(const follower&) = delete;
    follower& operator=(const follower&) = delete;

protected:
    ~follower() = default;

    // Entries, or none: then where it stands has become known. Nothing more is told until it asks by feed::more().
    virtual void on_page(const std::shared_ptr<const page>& what) noexcept = 0;
    // Redis cannot be had at the moment; it is tried again.
    virtual void on_waiting() noexcept = 0;
    // The last call.
    virtual void on_failure(const error& why) noexcept = 0;

private:
    friend class feed;

    position at_;
    std::uint64_t version_ = 0;   // of the stream, up to which it has seen everything
    bool hungry_ = true;
    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> place_;
};

class feed final : public std::enable_shared_from_this<feed>, private redis::reply_sink
{
public:
    // That of the thread which reads `key` from where `through` leads; it lives as long as somebody holds it. Who asks must
    // have been admitted.
    static std::shared_ptr<feed> of(
        const access::gate& through, std::string_view key, telemetry::shard_metrics& metrics
    );

    feed(const access::gate& through, std::string_view key, telemetry::shard_metrics& metrics);
    feed(const feed&) = delete;
    feed& operator=(const feed&) = delete;
    ~feed();

    void join(follower& who);
    // It can take more than it was told.
    void more(follower& who);

private:
    using followers = boost::intrusive::list<
        follower,
        boost::intrusive::member_hook<
            follower, boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
            &follower::place_>,
        boost::intrusive::constant_time_size<false>>;

    struct ear final : redis::subscription_sink
    {
        explicit ear(feed& to) noexcept : of(to) {}

        void on_subscribed() noexcept override { of.on_change(); }
        void on_message(std::string_view, std::string_view) noexcept override { of.on_change(); }
        void on_gap() noexcept override { of.on_change(); }
        void on_failure(error why) noexcept override { of.on_deaf(why); }

        feed& of;
    };

    // redis::reply_sink
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;
    void on_failure(error why) noexcept override;

    void on_change();
    void on_deaf(const error& why);

    bool wants(const follower& who) const noexcept { return who.hungry_ && who.version_ != version_; }
    void listen();
    void pump();
    void read(const position& from);
    void take(const redis::reply_view& results);
    void hand_out(page&& made);
    void on_too_large();
    void try_later(const error& why);
    void give_up_or_wait(const error& why);
    void fail_all(const error& why);
    template <class Call>
    void for_each(Call call);

    access::gate through_;
    const std::string key_;
    telemetry::shard_metrics& metrics_;
    followers all_;
    ear ear_{*this};
    redis::subscription hold_;
    redis::submission* reading_ = nullptr;
    std::optional<redis::alarm> retry_;
    position asked_;   // where what is being read begins
    std::uint64_t asked_version_ = 0;
    std::uint64_t version_ = 1;   // goes up with each change that is told
    std::int64_t count_;          // entries that are read at a time
    std::string refused_;         // why Redis does not run the transaction
    bool hears_ = false;          // changes are told
    bool handing_out_ = false;
};

}   // namespace rediserve::api::streams
