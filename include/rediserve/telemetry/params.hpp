// Settings of logs and metrics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace rediserve::telemetry {

enum class log_format : std::uint8_t { automatic, json, text };   // automatic: text on a terminal, else JSON

struct params
{
    std::string level = "info";   // error, warn, info, debug
    log_format format = log_format::automatic;
    // Lines that may wait for the writer, some 400 bytes each; more are dropped and counted.
    std::size_t queue = 2048;
    bool requests = false;   // one line per request; requests that end with 5xx are always logged
};

struct audit_params
{
    std::string file;          // empty: none; "-": standard output, among the lines of the log
    bool clear_keys = false;   // else keys are hashed
    bool allowed = false;      // what passed too, not only what was refused
    // Lines that may wait for the disk; more are dropped and counted.
    std::size_t queue = 8192;
};

}   // namespace rediserve::telemetry
