// Who waits for changes of which keys on one connection (Redis documentation, "Server-assisted client-side caching", broadcasting
// mode). No I/O, no clock.
//
// Redis tells of changes of all keys that begin with one of the prefixes that it was given, and wants no prefix that another one
// covers. So it is given the shortest of those that are watched. A prefix can be added, but not taken back alone: one that nobody
// needs any more stays, until they are too many, or a shorter one has to take the place of others; then all are given anew, and who was
// told that changes arrive is told of a gap.
#pragma once

#include "redis/listener_entry.hpp"
#include "redis/listener_register.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rediserve::redis {

class tracking final : public listener_register
{
public:
    // Beyond these, and as many again as are watched, prefixes that nobody needs are taken back.
    static constexpr std::size_t spare_prefixes = 64;

    // `stirred` is told that settle() should be called soon.
    tracking(telemetry::shard_metrics& metrics, std::function<void()> stirred);
    // Nobody is told.
    ~tracking() override;
    tracking(const tracking&) = delete;
    tracking& operator=(const tracking&) = delete;

    // listener_register
    subscription add(subscription_kind kind, std::string_view name, subscription_sink& sink) override;
    bool empty() const noexcept override { return listeners_ == 0; }
    void connected() noexcept override;
    void lost() noexcept override;
    void settle(batch& commands) override;
    void ping(batch& commands) override;
    std::size_t unanswered() const noexcept override { return unanswered_.size(); }
    bool on_reply(const reply_view& reply) noexcept override;
    void on_push(const reply_view& reply) noexcept override;
    void fail_fresh(const error& why) noexcept override;
    void fail_all(const error& why) noexcept override;

private:
    // A key, or all that begin with a name.
    struct watched final : listener_group
    {
        watched(tracking& in, subscription_kind of) noexcept : home(in), kind(of) {}
        void left() noexcept override;

        tracking& home;
        subscription_kind kind;
        std::string_view name = {};   // where it is kept
        bool stirred = false;         // settle() has to look at it
    };
    using names = std::map<std::string, watched, std::less<>>;

    // What Redis owes an answer to.
    struct command
    {
        bool tracks = false;   // else it is a PING, or takes all prefixes back
        // Of what is watched, whose changes are told when it is answered.
        std::vector<std::pair<subscription_kind, std::string>> about = {};
    };

    names& of(subscription_kind kind) noexcept { return kind == subscription_kind::key ? keys_ : prefixes_; }
    void stir(watched& which);
    void stir_all();
    std::vector<watched*> take_stirred();
    void remove(watched& which);
    bool covered(std::string_view name) const noexcept;
    bool covers_others(std::string_view name) const noexcept;
    bool must_ask_anew(const std::vector<watched*>& with) const noexcept;
    void ask_anew();
    void ask(batch& commands, std::vector<watched*>& about);
    void await_answer(const std::vector<watched*>& about);
    void tell(watched& of, std::string_view key) noexcept;
    void tell_key(std::string_view key) noexcept;
    void tell_all_of_a_gap() noexcept;

    telemetry::shard_metrics& metrics_;
    std::function<void()> on_stirred_;
    names keys_;
    names prefixes_;
    std::map<std::size_t, std::size_t> lengths_;   // of those prefixes, and how many have each
    std::vector<watched*> stirred_;
    std::set<std::string, std::less<>> asked_;   // prefixes that Redis has been given; none covers another
    std::deque<command> unanswered_;
    std::size_t listeners_ = 0;
    bool connected_ = false;
    bool anew_ = false;   // Redis has prefixes that are to be taken back first
};

}   // namespace rediserve::redis
