// The thread that writes a log, behind spdlog's bounded queue.
#pragma once

#include "telemetry/line.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace spdlog {
class async_logger;
namespace details {
class thread_pool;
}
}   // namespace spdlog

namespace rediserve::telemetry {

class output_sink;

// Writes lines to a descriptor that it does not own. When the queue is full the oldest line in it gives way: what led
// to the trouble is worth less than what it came to. Any thread, but for construction and destruction.
class writer
{
public:
    // `name` is the thread's.
    writer(int descriptor, std::size_t queue, const char* name = "log");
    // Writes what waits; gives up after a second when nobody reads it.
    ~writer();
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    // One line, without its newline.
    void write(std::string_view line) noexcept;
    std::uint64_t dropped() const noexcept;

private:
    std::shared_ptr<output_sink> sink_;
    std::shared_ptr<spdlog::details::thread_pool> thread_;
    std::shared_ptr<spdlog::async_logger> logger_;
};

// A line that somebody else has made, among those of the log: standard output has one writer, so that lines stay whole.
void write_to_log(std::string_view line) noexcept;

// report() for fields that are not a braced list.
void report_all(level at, std::string_view subject, std::string_view event, std::span<const field> fields) noexcept;

}   // namespace rediserve::telemetry
