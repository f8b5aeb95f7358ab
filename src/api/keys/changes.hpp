// What a request hears of changes of keys while it waits: its side of CLIENT TRACKING, of its clock and of its client.
#pragma once

#include "api/event_streams.hpp"
#include "rediserve/api/dialect.hpp"
#include "rediserve/redis/subscription.hpp"

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace rediserve::api::keys {

//     changes heard(of, subscription_kind::key, name);
//     if (const auto begun = heard.begin(); !begun) …
//     for (;;) { co_await heard; … }
//
// Each co_await ends when there is something new: at first that changes arrive from now on, so that what is read then is not
// outdated unheard.
class changes final : private redis::subscription_sink, private http::stream_watcher
{
public:
    // As many keys that have changed are remembered as settings.watch_keys says, and as much of their names; beyond that it is
    // a gap.
    static constexpr std::size_t most_bytes = std::size_t{16} << 20;

    changes(const call& of, redis::subscription_kind kind, std::string_view name);
    changes(const changes&) = delete;
    changes& operator=(const changes&) = delete;
    ~changes() { of_.exchange.watch(nullptr); }

    // `until`: when the waiting ends.
    result<void> begin(steady_time until = never);
    // From now on a silent client is sent a line that means nothing, as to see whether it is there.
    void keep_alive() noexcept { keeps_alive_ = true; }

    bool await_ready() const noexcept { return news_; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
    void await_resume() noexcept { news_ = false; }

    // Redis refuses, or is not there, or is taken away: nothing more is heard.
    const std::optional<error>& failure() const noexcept { return failure_; }
    // The time is over, or the gateway is about to end.
    bool over() const noexcept { return over_; }
    // Since it was asked the last time, something may have changed unheard. The first time, too.
    bool take_gap() noexcept;
    // Keys that have changed since; at most `most`, in no order.
    std::set<std::string> take(std::size_t most);
    bool any() const noexcept { return !keys_.empty(); }
    // All that is known now is about to be read anew.
    void forget() noexcept;
    void assume_gap() noexcept;
    // There is a gap then, unless there is news before. Not where the waiting has an end.
    void look_again_at(steady_time when) { of_.exchange.wake_at(when); }

private:
    // redis::subscription_sink
    void on_subscribed() noexcept override { on_gap(); }
    void on_message(std::string_view channel, std::string_view key) noexcept override;
    void on_gap() noexcept override;
    void on_failure(error why) noexcept override;
    // http::stream_watcher
    void on_idle() noexcept override;
    void on_draining() noexcept override;
    void on_time() noexcept override;

    void wake() noexcept;

    call of_;
    stream_seat seat_{of_.by};
    redis::subscription_kind kind_;
    std::string name_;
    std::size_t most_keys_;
    redis::subscription hold_;
    std::set<std::string> keys_;
    std::size_t bytes_ = 0;   // of keys_
    std::optional<error> failure_;
    std::coroutine_handle<> waiter_;
    bool news_ = false;
    bool gap_ = false;
    bool over_ = false;
    bool has_end_ = false;
    bool keeps_alive_ = false;
};

}   // namespace rediserve::api::keys
