// What all streams of server-sent events have in common (WHATWG HTML, 9.2), and what waits as long as they do.
#pragma once

#include "rediserve/api/dialect.hpp"

#include <atomic>
#include <chrono>
#include <memory>

namespace rediserve::api {

// After which a client's stream asks a Redis again that it could not read, unless it hears of it before.
inline constexpr std::chrono::seconds before_retry{1};

// One of the streams, and of the requests that wait long, that a principal may have open at a time.
class stream_seat
{
public:
    explicit stream_seat(const access::principal& by) : used_(by.used)
    {
        used_->streams.fetch_add(1, std::memory_order_relaxed);
    }
    stream_seat(const stream_seat&) = delete;
    stream_seat& operator=(const stream_seat&) = delete;
    ~stream_seat() { used_->streams.fetch_sub(1, std::memory_order_relaxed); }

    // errc::rate_limited, told to the audit log, when there is none left.
    static result<void> available(const call& of)
    {
        const std::size_t most = of.by.limits.streams;
        if (most == 0 || of.by.used->streams.load(std::memory_order_relaxed) < most)
            return {};
        return of.backend.refuse({errc::rate_limited, "this token has too many streams open", executed::no});
    }

private:
    std::shared_ptr<access::usage> used_;
};

// Goes on with the head of an answer that has begun: it is a stream of events, which nobody on the way is to hold back.
inline void stream_events(http::response& head)
{
    head.field("Cache-Control", "no-cache");
    head.field("X-Accel-Buffering", "no");
    head.stream("text/event-stream");
}

}   // namespace rediserve::api
