// The daemon: shards, listeners, signals, the embedded Redis, drain and reload.
#pragma once

#include "rediserve/config/load.hpp"

#include <string>
#include <vector>

namespace rediserve::app {

// Exit codes (sysexits.h where it has one).
enum exit_code : int { ok = 0, failed = 1, usage = 2, unavailable = 69, configuration = 78 };

// Runs until a signal ends it; returns the exit code. `arguments` are kept to read the configuration again at SIGHUP.
int run(
    const config::command_line& started, const std::vector<std::string>& arguments, const config::environment& from
);

}   // namespace rediserve::app
