// The access file: who there is, what each may do, and how they show who they are.
#pragma once

#include "config/assignments.hpp"
#include "rediserve/config/config.hpp"

namespace rediserve::config {

// Reads the file that access.file names into the principals, credentials and servers of `to`. Without redis.url, an
// embedded server and any principal for either, the first principal's server takes the place of redis.url. Problems name
// the file and the path of a member, never a secret.
void read_access_file(const assignments& given, settings& to, problems& found);

}   // namespace rediserve::config
