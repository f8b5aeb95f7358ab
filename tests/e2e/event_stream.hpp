// A client of server-sent events: reads a streamed answer as it comes.
#pragma once

#include "e2e/rest_test.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::test {

class event_stream
{
public:
    enum class end { open, clean, cut };   // cut: without the last chunk

    // Asks with "Accept: text/event-stream" and reads the head of the answer. What is no stream is read whole.
    event_stream(
        const std::string& address, std::string_view target, const header_list& headers = {},
        std::string_view method = "POST", std::string_view body = "[]"
    );
    event_stream(event_stream&&) noexcept = default;

    // The head; of an answer that is no stream, the body too.
    const http_response& head() const noexcept { return head_; }

    // The next event, up to its empty line and without it: "data: message,c,x"; comments count as events. nullopt when the
    // stream ends, or nothing comes in time.
    std::optional<std::string> next(std::chrono::milliseconds within = std::chrono::seconds(20));
    // The next event that is not a comment only.
    std::string next_data(std::chrono::milliseconds within = std::chrono::seconds(20));
    // Reads what has arrived; false when there was nothing.
    bool drain();
    // How the stream has ended, as far as it was read.
    end ended() const noexcept { return ended_; }
    // Reads up to the end, and says which one it was; `open` when it does not come in time.
    end await_end(std::chrono::milliseconds within = std::chrono::seconds(20));

    // Bytes of the events that were read and not yet taken.
    const std::string& pending() const noexcept { return events_; }
    http_connection& connection() noexcept { return connection_; }

private:
    bool receive(std::chrono::milliseconds within);
    void take_chunks();
    std::optional<std::string> take_event();

    http_connection connection_;
    http_response head_;
    std::string raw_;      // chunks that are not complete
    std::string events_;   // what was in the chunks
    end ended_ = end::open;
};

}   // namespace rediserve::test
