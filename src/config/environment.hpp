// The environment: our names, and those of related programs that RediServe replaces.
#pragma once

#include "config/assignments.hpp"
#include "rediserve/config/load.hpp"

#include <optional>
#include <string>

namespace rediserve::config {

// The variable `name`; an empty one counts as unset.
std::optional<std::string> variable(const environment& from, const std::string& name);

// Reads the variables of all options, and the files that variables with _FILE name. Options in `flags` are not looked
// at: what is overridden cannot be wrong.
assignments read_environment(const environment& from, const assignments& flags, problems& found);

// REDISERVE_DEFAULT_LISTEN is where to listen when nothing else in `given` says so: what a container image sets, as its
// loopback is nobody's. On port 80 where serverless-redis-http's variables or its file of tokens are used, as it does.
// After apply_srh_mode().
void apply_default_listen(const environment& from, assignments& given, problems& found);

// PORT and its like change only the port: the first TCP endpoint of `given`, or the default one, gets it.
void apply_port(const environment& from, assignments& given, problems& found);

// SRH_MODE=file asks for serverless-redis-http's token file, where that program has it, unless `given` names another. So
// does that file, if it is there, without SRH_MODE and anything in `given` that says who may come in.
void apply_srh_mode(const environment& from, assignments& given, problems& found);

}   // namespace rediserve::config
