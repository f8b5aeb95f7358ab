// `rediserve check`.
#pragma once

#include "rediserve/config/commands.hpp"

namespace rediserve::app {

// Prints whether somebody may run a command, and why. The exit code: ok, failed when they may not, or that of a
// configuration that cannot be used.
int explain(const config::check_command& what, const config::environment& from);

}   // namespace rediserve::app
