// Listening to what is published, and to changes of keys: one upstream subscription per name, however many listen.
#pragma once

#include "rediserve/base/error.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace rediserve::redis {

enum class subscription_kind : std::uint8_t {
    channel,         // SUBSCRIBE
    pattern,         // PSUBSCRIBE
    shard_channel,   // SSUBSCRIBE
    monitor,         // MONITOR: has no name
    key,             // changes of one key (CLIENT TRACKING)
    key_prefix,      // changes of all keys that begin with the name
};

// Who listens. Called from inside hiredis' read handler: must not do socket I/O of its own or keep a view. From inside it
// may end its own subscription and others, and begin new ones.
class subscription_sink
{
public:
    // Redis has confirmed: what is published from now on arrives. Once, and never from inside subscribe().
    virtual void on_subscribed() noexcept = 0;
    // `channel` is where it was published, which for a pattern is one that matches. Of MONITOR the channel is empty and
    // the payload is the line. Of changes the payload is the key; what has become of it is not told, nor how often it has changed.
    virtual void on_message(std::string_view channel, std::string_view payload) noexcept = 0;
    // The connection was lost and the subscription has been made again: messages may have been missed.
    virtual void on_gap() noexcept = 0;
    // Redis refuses (errc::redis_error with its text), or could not be had before anything was confirmed, or the gateway
    // stops: the last call.
    virtual void on_failure(error why) noexcept = 0;

protected:
    ~subscription_sink() = default;
};

// What is behind a subscription: its backend's business.
class listening
{
public:
    virtual ~listening() = default;
    listening(const listening&) = delete;
    listening& operator=(const listening&) = delete;

protected:
    listening() = default;
};

// One listener's hold on a name. Move-only; given up, nothing is told any more, and with the last one the upstream
// subscription ends. May be kept after on_failure(), and longer than the backend.
class subscription
{
public:
    subscription() noexcept = default;
    // Takes it over.
    explicit subscription(listening& entry) noexcept : entry_(&entry) {}
    subscription(subscription&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
    subscription& operator=(subscription&& other) noexcept;
    ~subscription() { release(); }

    explicit operator bool() const noexcept { return entry_ != nullptr; }
    void release() noexcept;

private:
    listening* entry_ = nullptr;
};

}   // namespace rediserve::redis
