// Finds the program that --embedded starts.
#pragma once

#include "rediserve/config/load.hpp"

#include <string>

namespace rediserve::app {

// The path of `wanted`, or when that is empty of redis-server or valkey-server in PATH and where system programs are.
// Throws start_failure, with what to do about it.
std::string find_server(const std::string& wanted, const config::environment& from);

}   // namespace rediserve::app
