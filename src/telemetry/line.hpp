// One fact as one line of text, in either form of the log.
#pragma once

#include "rediserve/base/buffer.hpp"
#include "rediserve/telemetry/log.hpp"

#include <chrono>
#include <span>
#include <string_view>

namespace rediserve::telemetry {

struct fact
{
    std::chrono::system_clock::time_point at;
    telemetry::level level = level::info;
    std::string_view subject;
    std::string_view event;
    std::span<const field> fields;
};

std::string_view name(level of) noexcept;

// 2026-01-31T23:59:59.123Z
void append_timestamp(buffer& to, std::chrono::system_clock::time_point at);

// Any bytes as a JSON string with its quotes; what is not UTF-8 is replaced.
void append_quoted(buffer& to, std::string_view text);

// {"ts":"2026-01-31T23:59:59.123Z","level":"warn","subject":"backend","event":"link_lost","shard":2}; no newline.
void append_json_line(buffer& to, const fact& of);

// 2026-01-31T23:59:59.123Z warn  backend link_lost shard=2 why="connection refused"; no newline.
void append_text_line(buffer& to, const fact& of);

}   // namespace rediserve::telemetry
