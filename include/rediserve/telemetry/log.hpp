// The log: facts in, lines out. JSON lines on standard output (text on a terminal), written by spdlog's asynchronous
// logger, which drops and counts rather than block a shard. Never a value, a token or a whole URL with one.
#pragma once

#include "rediserve/telemetry/params.hpp"

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace rediserve::telemetry {

enum class level : std::uint8_t { debug, info, warn, error };

// One `key=value` of a line. Views: must live until report() returns. Any bytes: what is not UTF-8 is replaced.
struct field
{
    std::string_view key;
    std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;
};

// Starts the writer thread. Before it, and after stop_log(), report() does nothing.
void start_log(const params& settings);
// Writes what waits, for a second at most, and ends the writer. No other thread may be reporting any more.
void stop_log() noexcept;
// "error", "warn", "info" or "debug". Any thread.
void set_level(std::string_view name) noexcept;
bool enabled(level at) noexcept;
// What `wanted` comes to for this process: automatic is text when standard output is a terminal, else JSON.
log_format format_in_use(log_format wanted) noexcept;

// Reports one fact, subject first: report(level::warn, "backend", "link_lost", {{"shard", 2}, {"why", text}}).
// Any thread. Never blocks, never throws.
void report(
    level at, std::string_view subject, std::string_view event, std::initializer_list<field> fields = {}
) noexcept;

// Lines dropped since the start because the writer could not keep up.
std::uint64_t dropped_lines() noexcept;

}   // namespace rediserve::telemetry
