// Finds the programs that --embedded starts.
#pragma once

#include "rediserve/config/load.hpp"

#include <optional>
#include <string>

namespace rediserve::app {

// The path of `wanted`, or when that is empty of redis-server or valkey-server in PATH and where system programs are.
// Throws start_failure, with what to do about it.
std::string find_server(const std::string& wanted, const config::environment& from);

// What mends append-only files and comes with that server: redis-check-aof beside redis-server.
std::optional<std::string> find_check_aof(const std::string& server);

}   // namespace rediserve::app
