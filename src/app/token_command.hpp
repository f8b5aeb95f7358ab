// `rediserve token new`.
#pragma once

#include "rediserve/config/commands.hpp"

namespace rediserve::app {

// Prints a new token and its entry for the access file, a line each; what they are goes to standard error.
int make_token(const config::token_command& of);

}   // namespace rediserve::app
