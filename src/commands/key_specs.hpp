// Key specifications, from what the server says about a command.
#pragma once

#include "rediserve/commands/key_spec.hpp"
#include "rediserve/redis/reply.hpp"

#include <string_view>

namespace rediserve::commands {

// From a command's description in the reply of COMMAND; `name` is its name in lower case.
command_keys read_keys(const redis::reply_view& command, std::string_view name);

}   // namespace rediserve::commands
