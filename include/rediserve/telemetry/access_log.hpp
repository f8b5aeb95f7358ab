// The access log: one line a request.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace rediserve::telemetry {

struct request_facts
{
    std::string_view id;
    std::string_view principal;
    std::string_view route;
    std::string_view method;
    unsigned status = 0;
    std::chrono::nanoseconds duration{0};
    std::chrono::nanoseconds redis{0};
    std::size_t bytes_in = 0;
    std::size_t bytes_out = 0;
    std::string_view traceparent;
};

// Whether a request that ended with `status` gets a line: 5xx always do, others when params.requests says so.
bool wants_request(unsigned status) noexcept;

// Whether requests that went well get a line too (params.requests). Any thread.
void log_all_requests(bool all) noexcept;

// Any thread. Never blocks, never throws.
void log_request(const request_facts& facts) noexcept;

}   // namespace rediserve::telemetry
