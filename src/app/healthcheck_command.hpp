// `rediserve healthcheck`.
#pragma once

#include "rediserve/config/commands.hpp"

namespace rediserve::app {

// Asks the daemon that runs with this configuration how it is. The exit code: ok, or failed with the reason on standard
// error; never another one, as Docker keeps those to itself.
int check_health(const config::healthcheck_command& what, const config::environment& from);

}   // namespace rediserve::app
